import Contracts
import Foundation
import PostgreSQL

/// Reading and writing the read models of a learner's study, for many learners in one statement each.
///
/// Values are written as they are, not added to: whoever writes holds the learner's partition of the log, so
/// what was read is still true. Only the charts are added to, in rows of the partition's own.
enum ProjectionStore {
    /// Keeps everybody else from projecting the partitions until the transaction ends. Their owner holds these
    /// rows anyway; the replay of a dead letter does not.
    static func own(_ partitions: [Int], of consumer: String, on session: Session) throws {
        _ = try session.rows(
            """
            SELECT 1 FROM consumer_position
            WHERE consumer = \(consumer) AND stream = \(StreamName.learnerEvents)
                AND partition = ANY(\(partitions.map(Int16.init)))
            ORDER BY partition FOR UPDATE
            """
        )
    }

    /// How far a consumer is in some partitions.
    static func positions(_ partitions: [Int], of consumer: String, on session: Session) throws -> [Int: Int64] {
        let rows = try session.rows(
            """
            SELECT partition, position FROM consumer_position
            WHERE consumer = \(consumer) AND stream = \(StreamName.learnerEvents)
                AND partition = ANY(\(partitions.map(Int16.init)))
            """
        )
        var positions: [Int: Int64] = [:]
        for row in rows { positions[try row.decode("partition")] = try row.decode("position", as: Int64.self) }
        return positions
    }

    // MARK: Days

    /// Active days of each key from a day on.
    static func days(
        from firstDays: [(key: StudyKey, day: Int)], on session: Session
    ) throws -> [StudyKey: [DayActivity]] {
        guard !firstDays.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            SELECT wanted.place, day, event_count, actions, first_at, last_at
            FROM unnest(\(firstDays.map(\.key.tenant)), \(firstDays.map(\.key.learner)),
                \(firstDays.map(\.key.runColumn)), \(firstDays.map { Int32($0.day) })) WITH ORDINALITY
                AS wanted (tenant, learner_id, course_run, first_day, place)
            JOIN activity_day USING (tenant, learner_id, course_run)
            WHERE day >= wanted.first_day
            """
        )
        var days: [StudyKey: [DayActivity]] = [:]
        for row in rows {
            let key = firstDays[try row.decode("place", as: Int.self) - 1].key
            days[key, default: []].append(
                DayActivity(
                    day: Int(try row.decode("day", as: Int32.self)),
                    eventCount: Int(try row.decode("event_count", as: Int32.self)),
                    actions: try row.decode("actions"), firstAt: try row.decode("first_at"),
                    lastAt: try row.decode("last_at")))
        }
        return days
    }

    static func save(_ days: [(key: StudyKey, day: DayActivity)], on session: Session) throws {
        guard !days.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO activity_day (tenant, learner_id, course_run, day, event_count, actions,
                first_at, last_at)
            SELECT * FROM unnest(\(days.map(\.key.tenant)), \(days.map(\.key.learner)),
                \(days.map(\.key.runColumn)), \(days.map { Int32($0.day.day) }),
                \(days.map { Int32($0.day.eventCount) }),
                \(days.map(\.day.actions)), \(days.map(\.day.firstAt)), \(days.map(\.day.lastAt)))
            ON CONFLICT (tenant, learner_id, course_run, day) DO UPDATE SET
                event_count = excluded.event_count, actions = excluded.actions,
                first_at = excluded.first_at, last_at = excluded.last_at
            """
        )
    }

    // MARK: Learners and charts

    /// What a run of events adds to one learner.
    struct LearnerEvents {
        let tenant: TenantID
        let learner: LearnerID
        var firstEventAt: Date
        var lastActivityAt: Date?
        var count: Int
    }

    static func add(_ learners: [LearnerEvents], on session: Session) throws {
        guard !learners.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO learner (tenant, learner_id, first_event_at, last_activity_at, event_count)
            SELECT * FROM unnest(\(learners.map(\.tenant)), \(learners.map(\.learner)),
                \(learners.map(\.firstEventAt)), \(learners.map(\.lastActivityAt)), \(learners.map(\.count)))
            ON CONFLICT (tenant, learner_id) DO UPDATE SET
                first_event_at = least(learner.first_event_at, excluded.first_event_at),
                last_activity_at = greatest(learner.last_activity_at, excluded.last_activity_at),
                event_count = learner.event_count + excluded.event_count
            """
        )
    }

    /// Events of a run and a partition in a span of time: a day or a minute since 1970.
    struct ChartKey: Hashable {
        let tenant: TenantID
        let courseRun: String
        let number: Int
        let partition: Int
    }

    static func addDays(_ counts: [ChartKey: Int], on session: Session) throws {
        try add(counts, table: "run_day", column: "day", on: session)
    }

    static func addMinutes(_ counts: [ChartKey: Int], on session: Session) throws {
        try add(counts, table: "activity_minute", column: "minute", on: session)
    }

    private static func add(
        _ counts: [ChartKey: Int], table: String, column: String, on session: Session
    ) throws {
        guard !counts.isEmpty else { return }
        let rows = Array(counts)
        try session.execute(
            """
            INSERT INTO \(identifier: table) AS chart (tenant, course_run, \(identifier: column), partition,
                event_count)
            SELECT tenant, course_run, number, partition, count
            FROM unnest(\(rows.map(\.key.tenant)), \(rows.map(\.key.courseRun)),
                \(rows.map { Int32($0.key.number) }), \(rows.map { Int16($0.key.partition) }), \(rows.map(\.value)))
                AS added (tenant, course_run, number, partition, count)
            ON CONFLICT (tenant, course_run, \(identifier: column), partition)
                DO UPDATE SET event_count = chart.event_count + excluded.event_count
            """
        )
    }

    /// Forgets minutes that no chart shows any more. Returns how many rows went.
    static func forgetMinutes(before minute: Int, on session: Session) throws -> Int {
        try session.execute("DELETE FROM activity_minute WHERE minute < \(Int32(minute))")
    }
}
