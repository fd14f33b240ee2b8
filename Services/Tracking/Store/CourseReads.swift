import Contracts
import Foundation
import PostgreSQL

/// A course run at a glance, and when in the week it is alive. From the read models alone; no event is read.
struct CourseReads: Sendable {
    let database: Database

    /// - Complexity: one row a learner of the run, and 64 a day of the chart.
    func overview(
        of courseRun: CourseRunID, tenant: TenantID, now: Date
    ) async throws -> GetCourseRunOverview.Response {
        try await database.run { session in
            let people = try Self.people(courseRun, tenant, now, session)
            return GetCourseRunOverview.Response(
                courseRun: courseRun, learners: people.learners, states: people.states,
                activeToday: people.activeToday, activeWeek: people.activeWeek,
                eventsByDay: try OverviewReads.chart(
                    "run_day", "day", through: UTCDay.number(of: now), count: TrackingLimits.chartDays, courseRun,
                    tenant, session),
                engagement: people.engagement, completion: people.completion,
                sessionSeconds: try Self.sessionLengths(courseRun, tenant, session), now: now)
        }
    }

    private struct People {
        var learners = 0
        var states = Dictionary(uniqueKeysWithValues: LearnerState.allCases.map { ($0.rawValue, 0) })
        var activeToday = 0
        var activeWeek = 0
        var engagement: GetCourseRunOverview.Quartiles?

        /// Completed, of those who did not withdraw.
        var completion: Double? {
            let remaining = learners - states[LearnerState.withdrawn.rawValue, default: 0]
            guard remaining > 0 else { return nil }
            return Double(states[LearnerState.completed.rawValue, default: 0]) / Double(remaining)
        }
    }

    /// One pass over the run's enrollments.
    private static func people(
        _ courseRun: CourseRunID, _ tenant: TenantID, _ now: Date, _ session: Session
    ) throws -> People {
        let rows = try session.rows(
            """
            SELECT state, engagement, engagement_as_of, last_activity_at FROM enrollment
            WHERE tenant = \(tenant) AND course_run = \(courseRun)
            """
        )
        var people = People()
        var scores: [Double] = []
        for row in rows {
            let state: LearnerState = try row.decode("state")
            people.learners += 1
            people.states[state.rawValue, default: 0] += 1
            if state != .withdrawn, state != .completed {
                let score = EngagementScore(
                    value: try row.decode("engagement"), asOf: try row.decode("engagement_as_of"))
                scores.append(score.value(at: now))
            }
            guard let last = try row.decode("last_activity_at", as: Date?.self) else { continue }
            if now.timeIntervalSince(last) < UTCDay.seconds { people.activeToday += 1 }
            if now.timeIntervalSince(last) < 7 * UTCDay.seconds { people.activeWeek += 1 }
        }
        people.engagement = GetCourseRunOverview.Quartiles(scores)
        return people
    }

    /// Reads `session_by_run`. A session of one event has no length.
    private static func sessionLengths(
        _ courseRun: CourseRunID, _ tenant: TenantID, _ session: Session
    ) throws -> GetCourseRunOverview.Quartiles? {
        let rows = try session.rows(
            """
            SELECT credited_us FROM session
            WHERE tenant = \(tenant) AND course_run = \(courseRun) AND event_count > 1
            ORDER BY started_at DESC LIMIT \(TrackingLimits.sessionsCompared)
            """
        )
        return GetCourseRunOverview.Quartiles(
            try rows.map { Double(try $0.decode("credited_us", as: Int64.self)) / 1_000_000 })
    }

    // MARK: - Heatmap

    /// - Throws: ``TrackingError/unreadable(_:)`` for a stretch that is empty or too long.
    func heatmap(_ request: GetHeatmap.Request, tenant: TenantID, now: Date) async throws -> GetHeatmap.Response {
        let week = 7 * UTCDay.seconds
        let until = request.until ?? now
        let from = request.from ?? until.addingTimeInterval(-Double(TrackingLimits.heatWeeks) * week)
        guard from < until, until.timeIntervalSince(from) <= Double(TrackingLimits.heatWeeksMax) * week else {
            throw TrackingError.unreadable(
                "from: expected a time before until and at most \(TrackingLimits.heatWeeksMax) weeks before it, "
                    + "got \(RFC3339.string(from: from))")
        }
        let cells = HeatCell.number(of: from)..<HeatCell.number(of: until) + 1
        return try await database.run { session in
            let zone = try Self.zone(of: request.courseRun, tenant, session)
            let counts = try Self.cells(cells, request, tenant, session)
            return GetHeatmap.Response(
                timeZone: zone.identifier, from: HeatCell.start(of: cells.lowerBound),
                until: HeatCell.start(of: cells.upperBound), week: HeatCell.week(counts, in: zone))
        }
    }

    private static func zone(
        of courseRun: CourseRunID, _ tenant: TenantID, _ session: Session
    ) throws -> TimeZone {
        let name = try session.rows(
            """
            SELECT calendar ->> 'timeZone' AS zone FROM study_calendar
            WHERE tenant = \(tenant) AND course_run = \(courseRun)
            """
        ).first?.decode("zone", as: String.self)
        return name.flatMap(TimeZone.init(identifier:)) ?? .gmt
    }

    /// Reads the primary key of `run_quarter` or `learner_quarter`.
    private static func cells(
        _ cells: Range<Int>, _ request: GetHeatmap.Request, _ tenant: TenantID, _ session: Session
    ) throws -> [(quarter: Int, count: Int)] {
        let (first, last) = (Int32(cells.lowerBound), Int32(cells.upperBound))
        let whose: SQL =
            request.learner.map { "FROM learner_quarter WHERE learner_id = \($0) AND " } ?? "FROM run_quarter WHERE "
        return try session.rows(
            "SELECT quarter, sum(event_count)::bigint AS events " + whose
                + """
                tenant = \(tenant) AND course_run = \(request.courseRun) AND quarter >= \(first) AND quarter < \(last)
                GROUP BY quarter
                """
        ).map { (Int(try $0.decode("quarter", as: Int32.self)), try $0.decode("events", as: Int.self)) }
    }
}

extension GetCourseRunOverview.Quartiles {
    /// By nearest rank; `nil` of nothing.
    init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        func rank(_ share: Double) -> Double {
            sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
        }
        self.init(
            count: sorted.count, lower: rank(0.25), median: rank(0.5), upper: rank(0.75), ninth: rank(0.9))
    }
}
