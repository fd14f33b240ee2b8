import Contracts
import Foundation
import PostgreSQL

/// The index of what statements answer to.
enum StatementTerms {
    /// What stands for a term in the index; part of what is stored, so it may never change.
    static func hash(_ term: XAPITerm, tenant: TenantID) -> UUID {
        EventHashes.uuid(["xapi term", tenant.rawValue, term.kind.rawValue, term.value])
    }

    /// Adds terms to statements, each a term and the `stored_at` of a statement; those that are there stay.
    static func add(_ entries: [(term: UUID, storedAt: Date)], on session: Session) throws {
        guard !entries.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO xapi_term (term, stored_at)
            SELECT * FROM unnest(\(entries.map(\.term)), \(entries.map(\.storedAt)))
            ON CONFLICT DO NOTHING
            """
        )
    }

    /// Terms of the statement, among them whose key brought it.
    static func all(_ own: Set<XAPITerm>, authority: String, tenant: TenantID) throws -> [UUID] {
        try own.union(authorityTerms(authority)).map { hash($0, tenant: tenant) }
    }

    private static func authorityTerms(_ authority: String) throws -> [XAPITerm] {
        let view = XAPIView(tape: try JSONTape(Data(authority.utf8), depthMax: TrackingLimits.xapiDepthMax))
        return view.identifiers(of: JSONTape.root).map { XAPITerm(.relatedAgent, $0) }
    }

    /// Lets statements answer to what the statements that they are about answer to, and so on from reference to
    /// reference (Communication 2.1.3, StatementRefs).
    ///
    /// - Parameter fresh: Ids of the statements that have just come in. They may refer to others, and others may have
    ///   waited for them.
    static func follow(_ fresh: [UUID], tenant: TenantID, on session: Session) throws {
        let depth = TrackingLimits.xapiReferencesFollowedMax
        let rows = try session.rows(
            """
            WITH RECURSIVE referring AS (
                SELECT id, stored_at, target_id, 0 AS depth
                FROM xapi_statement WHERE tenant = \(tenant) AND id = ANY(\(fresh))
              UNION
                SELECT statement.id, statement.stored_at, statement.target_id, referring.depth + 1
                FROM referring JOIN xapi_statement AS statement
                  ON statement.tenant = \(tenant) AND statement.target_id = referring.id
                WHERE referring.depth < \(Int32(truncatingIfNeeded: depth))
            ), reached AS (
                SELECT DISTINCT stored_at AS referrer, target_id, 1 AS depth
                FROM referring WHERE target_id IS NOT NULL
              UNION
                SELECT reached.referrer, statement.target_id, reached.depth + 1
                FROM reached JOIN xapi_statement AS statement
                  ON statement.tenant = \(tenant) AND statement.id = reached.target_id
                WHERE statement.target_id IS NOT NULL AND reached.depth < \(Int32(truncatingIfNeeded: depth))
            )
            SELECT DISTINCT reached.referrer, statement.raw, statement.authority
            FROM reached JOIN xapi_statement AS statement
              ON statement.tenant = \(tenant) AND statement.id = reached.target_id
            """
        )
        var entries: [(term: UUID, storedAt: Date)] = []
        for row in rows {
            let raw: String = try row.decode("raw")
            let referrer: Date = try row.decode("referrer")
            let view = XAPIView(tape: try JSONTape(Data(raw.utf8), depthMax: TrackingLimits.xapiDepthMax))
            let terms = try all(
                view.terms(JSONTape.root), authority: try row.decode("authority"), tenant: tenant)
            entries += terms.map { ($0, referrer) }
        }
        try add(entries, on: session)
    }
}
