import Contracts
import Foundation
import PostgreSQL

/// Writing `run_quarter` and `learner_quarter`: events by quarter of an hour.
enum HeatRows {
    struct RunKey: Hashable {
        let tenant: TenantID
        let courseRun: String
        let quarter: Int
        let lane: Int
    }

    struct LearnerKey: Hashable {
        let key: StudyKey
        let quarter: Int
    }

    /// Rows are locked in one order, because lanes are shared between partitions.
    static func addRuns(_ counts: [RunKey: Int], on session: Session) throws {
        let rows = counts.sorted {
            ($0.key.tenant, $0.key.courseRun, $0.key.quarter, $0.key.lane)
                < ($1.key.tenant, $1.key.courseRun, $1.key.quarter, $1.key.lane)
        }
        guard !rows.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO run_quarter AS known (tenant, course_run, quarter, lane, event_count)
            SELECT * FROM unnest(\(rows.map(\.key.tenant)), \(rows.map(\.key.courseRun)),
                \(rows.map { Int32($0.key.quarter) }), \(rows.map { Int16($0.key.lane) }), \(rows.map(\.value)))
            ON CONFLICT (tenant, course_run, quarter, lane)
                DO UPDATE SET event_count = known.event_count + excluded.event_count
            """)
    }

    static func addLearners(_ counts: [LearnerKey: Int], on session: Session) throws {
        let rows = counts.sorted { ($0.key.key, $0.key.quarter) < ($1.key.key, $1.key.quarter) }
        guard !rows.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO learner_quarter AS known (tenant, learner_id, course_run, quarter, event_count)
            SELECT * FROM unnest(\(rows.map(\.key.key.tenant)), \(rows.map(\.key.key.learner)),
                \(rows.map(\.key.key.runColumn)), \(rows.map { Int32($0.key.quarter) }),
                \(rows.map { Int32($0.value) }))
            ON CONFLICT (tenant, learner_id, course_run, quarter)
                DO UPDATE SET event_count = known.event_count + excluded.event_count
            """)
    }
}
