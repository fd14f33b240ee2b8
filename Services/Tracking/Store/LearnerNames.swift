import Contracts
import Foundation
import PostgreSQL

/// A learner as one platform of one tenant names them.
struct LearnerName: Hashable, Comparable, Sendable {
    let tenant: TenantID
    let source: SourceID
    let name: ExternalLearnerID

    var derivedLearner: LearnerID { EventHashes.learner(name, source: source, tenant: tenant) }

    /// By the name alone: most events of a batch have the same tenant and source.
    func hash(into hasher: inout Hasher) { hasher.combine(name) }

    static func < (left: LearnerName, right: LearnerName) -> Bool {
        (left.tenant, left.source, left.name) < (right.tenant, right.source, right.name)
    }
}

/// From the platforms' names to learners.
enum LearnerNames {
    /// Learners by name; a name never seen gets its derived id.
    ///
    /// - Parameter names: Each once and sorted, so that two transactions with the same new names never
    ///   deadlock.
    static func resolve(_ names: [LearnerName], at now: Date, on session: Session) throws -> [LearnerName:
        LearnerID]
    {
        guard !names.isEmpty else { return [:] }
        var learners = try known(names, on: session)
        let unknown = names.filter { learners[$0] == nil }
        guard !unknown.isEmpty else { return learners }
        try session.execute(
            """
            INSERT INTO learner_identity (tenant, source, external_id, learner_id, added_at)
            SELECT name.tenant, name.source, name.external_id, name.learner_id, \(now)
            FROM unnest(\(unknown.map(\.tenant)), \(unknown.map(\.source)), \(unknown.map(\.name)),
                \(unknown.map(\.derivedLearner))) AS name (tenant, source, external_id, learner_id)
            ON CONFLICT DO NOTHING
            """
        )
        try PeopleRows.applyRules(unknown, on: session)
        // Another transaction may have added the name meanwhile; whatever stands there now holds.
        for (name, learner) in try known(unknown, on: session) { learners[name] = learner }
        return learners
    }

    private static func known(_ names: [LearnerName], on session: Session) throws -> [LearnerName: LearnerID]
    {
        let rows = try session.rows(
            """
            SELECT name.place, identity.learner_id
            FROM unnest(\(names.map(\.tenant)), \(names.map(\.source)), \(names.map(\.name)))
                WITH ORDINALITY AS name (tenant, source, external_id, place)
            JOIN learner_identity AS identity USING (tenant, source, external_id)
            """
        )
        var learners: [LearnerName: LearnerID] = [:]
        learners.reserveCapacity(rows.count)
        for row in rows {
            learners[names[try row.decode("place", as: Int.self) - 1]] = try row.decode("learner_id")
        }
        return learners
    }
}
