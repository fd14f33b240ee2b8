import Contracts
import Foundation
import PostgreSQL

/// Reading and writing `activity_progress`.
enum ActivityRows {
    /// All columns of ``record(_:)``, for `SELECT`.
    static let columns: SQL = """
        activity_id, kind, first_at, last_at, interacted_at, submitted_at, completed_at, opened_at, right_at,
        event_count, attempts, score, scored_at, best_score
        """

    static func record(_ row: Row) throws -> ActivityRecord {
        ActivityRecord(
            activity: try row.decode("activity_id"), kind: try row.decode("kind"),
            firstAt: try row.decode("first_at"), lastAt: try row.decode("last_at"),
            interactedAt: try row.decode("interacted_at"), submittedAt: try row.decode("submitted_at"),
            completedAt: try row.decode("completed_at"), openedAt: try row.decode("opened_at"),
            rightAt: try row.decode("right_at"), eventCount: try row.decode("event_count"),
            attempts: try row.decode("attempts"), score: try row.decode("score"),
            scoredAt: try row.decode("scored_at"), bestScore: try row.decode("best_score"))
    }

    /// Those of the activities that each learner has touched before.
    static func known(
        _ wanted: [(key: StudyKey, activity: ActivityID)], on session: Session
    ) throws -> [StudyKey: [ActivityID: ActivityRecord]] {
        guard !wanted.isEmpty else { return [:] }
        let rows = try session.rows(
            "SELECT wanted.place, " + columns
                + """
                 FROM unnest(\(wanted.map(\.key.tenant)), \(wanted.map(\.key.runColumn)),
                    \(wanted.map(\.key.learner)), \(wanted.map(\.activity))) WITH ORDINALITY
                    AS wanted (tenant, course_run, learner_id, activity_id, place)
                JOIN activity_progress USING (tenant, course_run, learner_id, activity_id)
                """)
        var known: [StudyKey: [ActivityID: ActivityRecord]] = [:]
        for row in rows {
            let record = try record(row)
            known[wanted[try row.decode("place", as: Int.self) - 1].key, default: [:]][record.activity] = record
        }
        return known
    }

    /// Values are written as they are, not added to: whoever writes holds the learner's partition of the log.
    static func save(_ saved: [(key: StudyKey, record: ActivityRecord)], on session: Session) throws {
        guard !saved.isEmpty else { return }
        let records = saved.map(\.record)
        try session.execute(
            """
            INSERT INTO activity_progress (tenant, course_run, learner_id, activity_id, kind, first_at, last_at,
                interacted_at, submitted_at, completed_at, opened_at, right_at, event_count, attempts, score,
                scored_at, best_score)
            SELECT * FROM unnest(\(saved.map(\.key.tenant)), \(saved.map(\.key.runColumn)),
                \(saved.map(\.key.learner)), \(records.map(\.activity)), \(records.map(\.kind)),
                \(records.map(\.firstAt)), \(records.map(\.lastAt)), \(records.map(\.interactedAt)),
                \(records.map(\.submittedAt)), \(records.map(\.completedAt)), \(records.map(\.openedAt)),
                \(records.map(\.rightAt)), \(records.map { Int32($0.eventCount) }),
                \(records.map { Int32($0.attempts) }), \(records.map(\.score)), \(records.map(\.scoredAt)),
                \(records.map(\.bestScore)))
            ON CONFLICT (tenant, course_run, learner_id, activity_id) DO UPDATE SET
                kind = excluded.kind, first_at = excluded.first_at, last_at = excluded.last_at,
                interacted_at = excluded.interacted_at, submitted_at = excluded.submitted_at,
                completed_at = excluded.completed_at, opened_at = excluded.opened_at,
                right_at = excluded.right_at, event_count = excluded.event_count, attempts = excluded.attempts,
                score = excluded.score, scored_at = excluded.scored_at, best_score = excluded.best_score
            """
        )
    }
}
