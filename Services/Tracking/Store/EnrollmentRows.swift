import Contracts
import Foundation
import PostgreSQL

/// Reading and writing `enrollment`.
enum EnrollmentRows {
    /// All columns of ``record(_:)``, for `SELECT`.
    static let columns: SQL = """
        enrollment.tenant, enrollment.course_run, enrollment.learner_id, status, status_at, enrolled_at,
        is_enrollment_declared, first_day_at, second_day_at, third_day_at, fourth_day_at, last_activity_at,
        streak_started_at, event_count, engagement, engagement_as_of, state, state_since, review_at
        """

    static func record(_ row: Row) throws -> EnrollmentRecord {
        let days = ["first_day_at", "second_day_at", "third_day_at", "fourth_day_at"]
        return EnrollmentRecord(
            tenant: try row.decode("tenant"), learner: try row.decode("learner_id"),
            courseRun: try row.decode("course_run"), status: try row.decode("status"),
            statusAt: try row.decode("status_at"), enrolledAt: try row.decode("enrolled_at"),
            isEnrollmentDeclared: try row.decode("is_enrollment_declared"),
            earlyDays: try days.compactMap { try row.decode($0, as: Date?.self) },
            lastActivityAt: try row.decode("last_activity_at"),
            streakStartedAt: try row.decode("streak_started_at"), eventCount: try row.decode("event_count"),
            engagement: EngagementScore(
                value: try row.decode("engagement"), asOf: try row.decode("engagement_as_of")),
            state: try row.decode("state"), stateSince: try row.decode("state_since"),
            reviewAt: try row.decode("review_at"))
    }

    /// Those of `keys` that exist, locked until the transaction ends. `keys` are sorted.
    static func lock(_ keys: [StudyKey], on session: Session) throws -> [StudyKey: EnrollmentRecord] {
        guard !keys.isEmpty else { return [:] }
        let rows = try session.rows(
            "SELECT " + columns
                + """
                 FROM enrollment JOIN unnest(\(keys.map(\.tenant)), \(keys.map(\.runColumn)),
                     \(keys.map(\.learner)))
                    AS wanted (tenant, course_run, learner_id) USING (tenant, course_run, learner_id)
                ORDER BY enrollment.tenant, enrollment.learner_id, enrollment.course_run
                FOR UPDATE OF enrollment
                """)
        var records: [StudyKey: EnrollmentRecord] = [:]
        for row in rows {
            let record = try record(row)
            records[record.key] = record
        }
        return records
    }

    /// The status of those of `keys` that exist.
    static func statuses(_ keys: [StudyKey], on session: Session) throws -> [StudyKey: EnrollmentStatus] {
        guard !keys.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            SELECT wanted.place, enrollment.status
            FROM unnest(\(keys.map(\.tenant)), \(keys.map(\.runColumn)), \(keys.map(\.learner)))
                WITH ORDINALITY AS wanted (tenant, course_run, learner_id, place)
            JOIN enrollment USING (tenant, course_run, learner_id)
            """
        )
        var statuses: [StudyKey: EnrollmentStatus] = [:]
        for row in rows { statuses[keys[try row.decode("place", as: Int.self) - 1]] = try row.decode("status") }
        return statuses
    }

    static func save(_ records: [EnrollmentRecord], on session: Session) throws {
        guard !records.isEmpty else { return }
        func day(_ index: Int) -> [Date?] {
            records.map { $0.earlyDays.indices.contains(index) ? $0.earlyDays[index] : nil }
        }
        try session.execute(
            """
            INSERT INTO enrollment (tenant, course_run, learner_id, status, status_at, enrolled_at,
                is_enrollment_declared, first_day_at, second_day_at, third_day_at, fourth_day_at,
                last_activity_at, streak_started_at, event_count, engagement, engagement_as_of, state,
                state_since, review_at)
            SELECT * FROM unnest(\(records.map(\.tenant)), \(records.map(\.courseRun)),
                \(records.map(\.learner)), \(records.map(\.status)), \(records.map(\.statusAt)),
                \(records.map(\.enrolledAt)),
                \(records.map(\.isEnrollmentDeclared)), \(day(0)), \(day(1)), \(day(2)), \(day(3)),
                \(records.map(\.lastActivityAt)), \(records.map(\.streakStartedAt)),
                \(records.map(\.eventCount)),
                \(records.map(\.engagement.value)), \(records.map(\.engagement.asOf)),
                \(records.map(\.state)),
                \(records.map(\.stateSince)), \(records.map(\.reviewAt)))
            ON CONFLICT (tenant, course_run, learner_id) DO UPDATE SET
                status = excluded.status, status_at = excluded.status_at, enrolled_at = excluded.enrolled_at,
                is_enrollment_declared = excluded.is_enrollment_declared,
                first_day_at = excluded.first_day_at,
                second_day_at = excluded.second_day_at, third_day_at = excluded.third_day_at,
                fourth_day_at = excluded.fourth_day_at, last_activity_at = excluded.last_activity_at,
                streak_started_at = excluded.streak_started_at, event_count = excluded.event_count,
                engagement = excluded.engagement, engagement_as_of = excluded.engagement_as_of,
                state = excluded.state, state_since = excluded.state_since, review_at = excluded.review_at
            """
        )
    }

    /// Enrollments whose state mere time may have changed by `now`, soonest first, locked. Those that
    /// somebody else is changing are left to the next look. Reads `enrollment_due`.
    static func lockDue(at now: Date, limit: Int, on session: Session) throws -> [EnrollmentRecord] {
        try session.rows(
            "SELECT " + columns
                + """
                 FROM enrollment WHERE review_at IS NOT NULL AND review_at <= \(now)
                ORDER BY review_at LIMIT \(limit) FOR UPDATE SKIP LOCKED
                """
        ).map(record)
    }

    /// Sets the states that were said to be, of several for one enrollment the last, and makes them due.
    static func setStates(_ said: [(tenant: TenantID, change: LearnerStateChanged)], on session: Session) throws {
        let last = Dictionary(
            said.map { (StudyKey(tenant: $0.tenant, learner: $0.change.learner, courseRun: $0.change.courseRun), $0) },
            uniquingKeysWith: { _, later in later }
        ).sorted { $0.key < $1.key }
        guard !last.isEmpty else { return }
        try session.execute(
            """
            UPDATE enrollment SET state = said.state, review_at = \(EnrollmentRecord.unsettled)
            FROM unnest(\(last.map(\.key.tenant)), \(last.map(\.key.runColumn)), \(last.map(\.key.learner)),
                \(last.map(\.value.change.to))) AS said (tenant, course_run, learner_id, state)
            WHERE enrollment.tenant = said.tenant AND enrollment.course_run = said.course_run
              AND enrollment.learner_id = said.learner_id
            """
        )
    }

    /// Writes what a review sets, with the streak, which another calendar changes, and nothing else.
    static func saveReviews(_ records: [EnrollmentRecord], on session: Session) throws {
        guard !records.isEmpty else { return }
        try session.execute(
            """
            UPDATE enrollment
            SET state = review.state, state_since = review.state_since, review_at = review.review_at,
                streak_started_at = review.streak_started_at
            FROM unnest(\(records.map(\.tenant)), \(records.map(\.courseRun)), \(records.map(\.learner)),
                \(records.map(\.state)), \(records.map(\.stateSince)), \(records.map(\.reviewAt)),
                \(records.map(\.streakStartedAt)))
                AS review (tenant, course_run, learner_id, state, state_since, review_at, streak_started_at)
            WHERE enrollment.tenant = review.tenant AND enrollment.course_run = review.course_run
              AND enrollment.learner_id = review.learner_id
            """
        )
    }
}

extension EnrollmentRecord {
    var key: StudyKey { StudyKey(tenant: tenant, learner: learner, courseRun: courseRun) }
}
