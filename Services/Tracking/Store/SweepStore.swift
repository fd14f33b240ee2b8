import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Lifecycle states that change because time passes.
struct SweepStore: Sendable {
    let database: Database
    private let log = LogAppender(stream: StreamName.learnerEvents)

    init(database: Database) {
        self.database = database
    }

    /// Reviews enrollments that are due and says which states changed, in one transaction.
    ///
    /// - Parameter now: Until when time has passed. Never later than ``horizon(now:)``.
    /// - Returns: How many were looked at, and how many changed.
    func review(at now: Date, limit: Int) async throws -> (reviewed: Int, changed: Int) {
        try await database.transaction { session in
            let (looked, said) = try Self.review(at: now, limit: limit, on: session)
            try log.append(said, on: session, recordedAt: now)
            return (looked, said.count)
        }
    }

    /// Reviews enrollments that are due, and returns how many there were and what is to be said about them.
    static func review(at now: Date, limit: Int, on session: Session) throws -> (looked: Int, said: [NewFact]) {
        var due = try EnrollmentRows.lockDue(at: now, limit: limit, on: session)
        guard !due.isEmpty else { return (0, []) }
        // Read after the rows are locked: whoever changes a calendar meanwhile marks them once more.
        let calendars = try StudyCalendars.calendars(of: due.map(\.key), on: session)
        let days = try ProjectionStore.days(
            from: due.filter { $0.reviewAt == EnrollmentRecord.unsettled }.compactMap { record in
                record.lastActivityAt.map { (record.key, UTCDay.number(of: $0) - EngagementScore.windowDays) }
            }, on: session)
        var said: [NewFact] = []
        for index in due.indices {
            let key = due[index].key
            let calendar = calendars[key] ?? .everyDay
            if let days = days[key] { due[index].settle(days: days, calendar: calendar) }
            let change = due[index].review(at: now, calendar: calendar)
            said += try StudyFacts.state(due[index], change, now: now, isBackfill: false)
        }
        try EnrollmentRows.saveReviews(due, on: session)
        return (due.count, said)
    }

    /// How many enrollments are due. Reads `enrollment_due` alone.
    func countDue(at now: Date) async throws -> Int {
        try await database.rows(
            "SELECT count(*) AS due FROM enrollment WHERE review_at IS NOT NULL AND review_at <= \(now)"
        ).first?.decode("due") ?? 0
    }

    /// Until when the read models know everything: `now`, or the time at which the oldest event that is not
    /// yet projected was recorded. Who judges silence must not look further.
    ///
    /// - Parameter consumer: The projection that keeps the read models in question.
    func horizon(now: Date, of consumer: String = StudyProjection.name) async throws -> Date {
        let oldest = try await database.rows(
            """
            SELECT min(coalesce(
                -- In the newest months, where it nearly always is; else in any.
                (SELECT recorded_at FROM event_log WHERE event_log.partition = next.partition
                    AND event_log.seq = next.seq AND recorded_at >= \(now.addingTimeInterval(-Self.monthSeconds))),
                -- The oldest that is left, should the month be gone that held it.
                (SELECT recorded_at FROM event_log WHERE event_log.partition = next.partition
                    AND event_log.seq >= next.seq ORDER BY event_log.seq LIMIT 1))) AS recorded_at
            FROM (
                SELECT log_head.partition, coalesce(done.position, 0) + 1 AS seq
                FROM log_head LEFT JOIN consumer_position AS done ON done.partition = log_head.partition
                    AND done.consumer = \(consumer) AND done.stream = \(StreamName.learnerEvents)
                WHERE log_head.seq > coalesce(done.position, 0)
            ) AS next
            """
        ).first?.decode("recorded_at", as: Date?.self)
        return (oldest ?? nil).map { min($0, now) } ?? now
    }

    private static let monthSeconds: Double = 31 * 86_400

    /// Deletes minutes that no chart shows any more.
    func forgetMinutes(now: Date) async throws -> Int {
        try await database.run {
            try ProjectionStore.forgetMinutes(before: Minute.oldestKept(at: now), on: $0)
        }
    }
}
