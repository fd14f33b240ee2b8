import Contracts
import Foundation
import PostgreSQL

/// What goes on right now, from the read models alone; no event is read.
struct OverviewReads: Sendable {
    let database: Database

    /// - Complexity: one row a learner or enrollment, and 64 a day of the chart.
    func overview(
        courseRun: CourseRunID?, tenant: TenantID, now: Date
    ) async throws -> GetTrackingOverview.Response {
        try await database.run { session in
            let people = try Self.people(courseRun, tenant, now, session)
            let minute = Minute.number(of: now)
            let day = UTCDay.number(of: now)
            return GetTrackingOverview.Response(
                learners: people.learners, activeNow: people.activeNow, activeToday: people.activeToday,
                eventsTotal: people.events,
                eventsByMinute: try Self.chart(
                    "activity_minute", "minute", through: minute, count: TrackingLimits.chartMinutes,
                    courseRun,
                    tenant, session),
                eventsByDay: try Self.chart(
                    "run_day", "day", through: day, count: TrackingLimits.chartDays, courseRun, tenant,
                    session),
                states: try Self.states(courseRun, tenant, session),
                quarantined: try Self.quarantined(tenant, session), now: now)
        }
    }

    private struct People {
        let learners: Int
        let events: Int
        let activeNow: Int
        let activeToday: Int
    }

    private static func people(
        _ courseRun: CourseRunID?, _ tenant: TenantID, _ now: Date, _ session: Session
    ) throws -> People {
        let nowFrom = now.addingTimeInterval(-TrackingLimits.activeNowSeconds)
        let figures: SQL = """
            SELECT count(*) AS learners, coalesce(sum(event_count), 0)::bigint AS events,
                count(*) FILTER (WHERE last_activity_at > \(nowFrom))
                    AS active_now,
                count(*) FILTER (WHERE last_activity_at > \(now.addingTimeInterval(-UTCDay.seconds)))
                    AS active_today
            """
        let rows = try session.rows(
            courseRun.map { figures + " FROM enrollment WHERE tenant = \(tenant) AND course_run = \($0)" }
                ?? figures + " FROM learner WHERE tenant = \(tenant)")
        guard let row = rows.first else {
            return People(learners: 0, events: 0, activeNow: 0, activeToday: 0)
        }
        return People(
            learners: try row.decode("learners"), events: try row.decode("events"),
            activeNow: try row.decode("active_now"), activeToday: try row.decode("active_today"))
    }

    /// Counts of the newest `count` numbers through `last`, oldest first, 0 where nothing happened.
    static func chart(
        _ table: String, _ column: String, through last: Int, count: Int, _ courseRun: CourseRunID?,
        _ tenant: TenantID, _ session: Session
    ) throws -> [Int] {
        let rows = try session.rows(
            """
            SELECT \(identifier: column) AS number, sum(event_count)::bigint AS events
            FROM \(identifier: table)
            WHERE tenant = \(tenant) AND (\(courseRun)::text IS NULL OR course_run = \(courseRun))
              AND \(identifier: column) BETWEEN \(Int32(last - count + 1)) AND \(Int32(last))
            GROUP BY 1
            """
        )
        var events = [Int](repeating: 0, count: count)
        for row in rows {
            events[Int(try row.decode("number", as: Int32.self)) - last + count - 1] = try row.decode(
                "events")
        }
        return events
    }

    private static func states(
        _ courseRun: CourseRunID?, _ tenant: TenantID, _ session: Session
    ) throws -> [String: Int] {
        var states = Dictionary(uniqueKeysWithValues: LearnerState.allCases.map { ($0.rawValue, 0) })
        let rows = try session.rows(
            """
            SELECT state, count(*) AS enrollments FROM enrollment
            WHERE tenant = \(tenant) AND (\(courseRun)::text IS NULL OR course_run = \(courseRun))
            GROUP BY state
            """
        )
        for row in rows { states[try row.decode("state")] = try row.decode("enrollments", as: Int.self) }
        return states
    }

    private static func quarantined(_ tenant: TenantID, _ session: Session) throws -> Int {
        try session.rows("SELECT count(*) AS events FROM quarantined_event WHERE tenant = \(tenant)")
            .first?.decode("events") ?? 0
    }
}
