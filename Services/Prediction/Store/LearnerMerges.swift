import Contracts
import Foundation
import PostgreSQL

/// Which learners are one person. Each keeps a state of their own, which facts go on changing under their own id; a
/// survivor is scored by all of them together, so that an unmerge has nothing to take apart.
enum LearnerMerges {
    static func note(_ merged: LearnersMerged, tenant: TenantID, on session: Session) throws {
        try session.execute(
            """
            INSERT INTO learner_merge (tenant, merged, survivor)
            VALUES (\(tenant), \(merged.merged), \(merged.survivor))
            ON CONFLICT (tenant, merged) DO UPDATE SET survivor = excluded.survivor
            """
        )
    }

    static func note(_ unmerged: LearnersUnmerged, tenant: TenantID, on session: Session) throws {
        try session.execute(
            "DELETE FROM learner_merge WHERE tenant = \(tenant) AND merged = \(unmerged.merged)")
    }

    /// The enrollments of survivors that count the facts of any of these.
    static func survivors(of keys: [EnrollmentKey], on session: Session) throws -> [EnrollmentKey] {
        guard !keys.isEmpty else { return [] }
        return try session.rows(
            """
            SELECT asked.tenant, asked.course_run, merge.survivor
            FROM unnest(\(keys.map(\.tenant)), \(keys.map(\.courseRun)), \(keys.map(\.learner)))
                 AS asked(tenant, course_run, learner)
            JOIN learner_merge AS merge ON merge.tenant = asked.tenant AND merge.merged = asked.learner
            """
        ).map { row in
            EnrollmentKey(
                tenant: try row.decode("tenant"), courseRun: try row.decode("course_run"),
                learner: try row.decode("survivor"))
        }
    }

    /// The states of those who were merged into each of these enrollments' learners, by the survivor's key.
    static func states(
        mergedInto keys: [EnrollmentKey], on session: Session
    ) throws -> [EnrollmentKey: [(learner: LearnerID, state: EnrollmentState)]] {
        guard !keys.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            SELECT asked.place, e.learner, e.state
            FROM unnest(\(keys.map(\.tenant)), \(keys.map(\.courseRun)), \(keys.map(\.learner))) WITH ORDINALITY
                 AS asked(tenant, course_run, learner, place)
            JOIN learner_merge AS merge ON merge.tenant = asked.tenant AND merge.survivor = asked.learner
            JOIN enrollment AS e ON e.tenant = asked.tenant AND e.course_run = asked.course_run
                                AND e.learner = merge.merged
            ORDER BY asked.place, e.learner
            """
        )
        var states: [EnrollmentKey: [(learner: LearnerID, state: EnrollmentState)]] = [:]
        for row in rows {
            states[keys[try row.decode("place", as: Int.self) - 1], default: []].append(
                (try row.decode("learner"), try EnrollmentState(encoded: row.decode("state"))))
        }
        return states
    }

    /// All runs in which a learner has an enrollment.
    static func enrollments(of learners: [LearnerID], tenant: TenantID, on session: Session) throws -> [EnrollmentKey] {
        try session.rows(
            """
            SELECT course_run, learner FROM enrollment
            WHERE tenant = \(tenant) AND learner = ANY(\(learners)) ORDER BY course_run, learner
            """
        ).map { row in
            EnrollmentKey(
                tenant: tenant, courseRun: try row.decode("course_run"), learner: try row.decode("learner"))
        }
    }
}
