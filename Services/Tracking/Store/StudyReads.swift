import Contracts
import Foundation
import PostgreSQL

/// How one learner studies: sessions, time on task, streak. From the read models alone.
struct StudyReads: Sendable {
    let database: Database

    func sessions(_ request: GetSessions.Request, tenant: TenantID, now: Date) async throws -> GetSessions.Response {
        let since = request.since ?? now.addingTimeInterval(-TrackingLimits.sessionsShownSeconds)
        return try await database.run { session in
            GetSessions.Response(
                sessions: try Self.sessions(request, since, tenant, session),
                times: try Self.times(request, since, tenant, session))
        }
    }

    private static func sessions(
        _ request: GetSessions.Request, _ since: Date, _ tenant: TenantID, _ session: Session
    ) throws -> [LearningSession] {
        try session.rows(
            """
            SELECT course_run, \(raw: SessionRows.columns) FROM session
            WHERE tenant = \(tenant) AND learner_id = \(request.learner) AND started_at >= \(since)
              AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
            ORDER BY started_at DESC, course_run LIMIT \(GetSessions.sessionsMax)
            """
        ).map { row in
            try SessionRows.span(row).session(
                in: CourseRunID(rawValue: try row.decode("course_run", as: String.self)))
        }
    }

    private static func times(
        _ request: GetSessions.Request, _ since: Date, _ tenant: TenantID, _ session: Session
    ) throws -> [StudyTime] {
        try session.rows(
            """
            SELECT day, kind, sum(credited_us)::bigint AS credited_us FROM study_time
            WHERE tenant = \(tenant) AND learner_id = \(request.learner)
              AND day >= \(Int32(UTCDay.number(of: since)))
              AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
            GROUP BY day, kind ORDER BY day, kind
            """
        ).map { row in
            StudyTime(
                day: UTCDay.start(of: Int(try row.decode("day", as: Int32.self))), kind: try row.decode("kind"),
                seconds: Double(try row.decode("credited_us", as: Int64.self)) / 1_000_000)
        }
    }

    /// - Complexity: one row a day on which the learner was active.
    func streak(of learner: LearnerID, tenant: TenantID, now: Date) async throws -> GetStreak.Response {
        try await database.run { session in
            var plan = try StudyCalendars.plans(of: [(tenant, learner)], on: session).values.first ?? LearnerPlan()
            if plan.timeZone == nil { plan.timeZone = try Self.runZone(of: learner, tenant, session) }
            let calendar = StudyCalendar(
                run: nil, holidays: try StudyCalendars.holidays(of: tenant, on: session), plan: plan)
            let active = Streak.localDays(try Self.spans(of: learner, tenant, session), in: calendar.timeZone)
            let today = LocalDay.number(of: now, in: calendar.timeZone)
            let gaps = try Self.gaps(of: learner, tenant, session)
            let streak = Streak(active: active, today: today) { day in
                calendar.isExpected(day: day) && !gaps.takes(day, in: calendar.timeZone)
            }
            return GetStreak.Response(
                learner: learner, timeZone: calendar.timeZone.identifier, current: streak.current,
                longest: streak.longest, freezes: streak.freezes, frozenDays: streak.frozen.map(LocalDay.text),
                startedOn: streak.startedOn.map(LocalDay.text), isActiveToday: active.contains(today))
        }
    }

    /// When the sources of any of the learner's runs were silent.
    private static func gaps(
        of learner: LearnerID, _ tenant: TenantID, _ session: Session
    ) throws -> UncountedTime {
        let runs = try session.rows(
            "SELECT course_run FROM enrollment WHERE tenant = \(tenant) AND learner_id = \(learner)"
        ).map { RunKey(tenant: tenant, courseRun: try $0.decode("course_run")) }
        return UncountedTime(try DataGapRows.uncounted(of: runs, on: session).values.flatMap(\.spans))
    }

    /// The zone of the declared run with the learner's newest activity.
    private static func runZone(of learner: LearnerID, _ tenant: TenantID, _ session: Session) throws -> String? {
        try session.rows(
            """
            SELECT calendar ->> 'timeZone' AS zone
            FROM enrollment JOIN study_calendar USING (tenant, course_run)
            WHERE tenant = \(tenant) AND learner_id = \(learner)
            ORDER BY last_activity_at DESC NULLS LAST, course_run LIMIT 1
            """
        ).first?.decode("zone")
    }

    private static func spans(
        of learner: LearnerID, _ tenant: TenantID, _ session: Session
    ) throws -> [(firstAt: Date, lastAt: Date)] {
        try session.rows(
            """
            SELECT min(first_at) AS first_at, max(last_at) AS last_at FROM activity_day
            WHERE tenant = \(tenant) AND learner_id = \(learner) GROUP BY day
            """
        ).map { (try $0.decode("first_at"), try $0.decode("last_at")) }
    }
}
