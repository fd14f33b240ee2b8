import Contracts
import Foundation
import PostgreSQL

extension NudgeReads {
    /// Days of the overview's chart.
    static let overviewDays = 42

    /// Counts over the tenant's decision log, or over one run of it.
    func overview(courseRun: CourseRunID?, tenant: TenantID, now: Date) async throws -> GetNudgingOverview.Response {
        try await database.run { session in
            let outcomes = try Self.outcomes(courseRun, tenant, session)
            return GetNudgingOverview.Response(
                outcomes: outcomes.all, blockedBy: outcomes.blockedBy,
                nudgesByDay: try Self.byDay(courseRun, tenant, now, session),
                treated: try Self.returns(of: .send, courseRun, tenant, now, session),
                holdout: try Self.returns(of: .holdout, courseRun, tenant, now, session))
        }
    }

    private static func outcomes(_ courseRun: CourseRunID?, _ tenant: TenantID, _ session: Session) throws
        -> (all: [String: Int], blockedBy: [String: Int])
    {
        var all = Dictionary(uniqueKeysWithValues: DecisionOutcome.allCases.map { ($0.rawValue, 0) })
        var blockedBy: [String: Int] = [:]
        let rows = try session.rows(
            """
            SELECT outcome, decided_by, count(*) AS candidates FROM decision
            WHERE tenant = \(tenant) AND (\(courseRun)::text IS NULL OR course_run = \(courseRun))
            GROUP BY outcome, decided_by
            """
        )
        for row in rows {
            let outcome = try row.decode("outcome", as: DecisionOutcome.self)
            let count = try row.decode("candidates", as: Int.self)
            all[outcome.rawValue, default: 0] += count
            if outcome == .blocked, let rule = try row.decode("decided_by", as: NudgeRule?.self) {
                blockedBy[rule.rawValue, default: 0] += count
            }
        }
        return (all, blockedBy)
    }

    private static func byDay(_ courseRun: CourseRunID?, _ tenant: TenantID, _ now: Date, _ session: Session) throws
        -> [Int]
    {
        let today = (now.timeIntervalSince1970 / 86_400).rounded(.down)
        let first = Date(timeIntervalSince1970: (today - Double(overviewDays - 1)) * 86_400)
        let rows = try session.rows(
            """
            SELECT floor(extract(epoch FROM decided_at - \(first)) / 86400)::int AS day, count(*) AS nudges
            FROM decision
            WHERE tenant = \(tenant) AND outcome = 'send' AND decided_at >= \(first)
              AND (\(courseRun)::text IS NULL OR course_run = \(courseRun))
            GROUP BY 1
            """
        )
        var days = [Int](repeating: 0, count: overviewDays)
        for row in rows {
            let day = try row.decode("day", as: Int.self)
            if days.indices.contains(day) { days[day] = try row.decode("nudges", as: Int.self) }
        }
        return days
    }

    private static func returns(
        of outcome: DecisionOutcome, _ courseRun: CourseRunID?, _ tenant: TenantID, _ now: Date, _ session: Session
    ) throws -> ReturnCount {
        let rows = try session.rows(
            """
            SELECT count(*) AS learners, count(returned_at) AS returned FROM decision
            WHERE tenant = \(tenant) AND outcome = \(outcome) AND window_ends_at <= \(now)
              AND (\(courseRun)::text IS NULL OR course_run = \(courseRun))
            """
        )
        guard let row = rows.first else { return ReturnCount(learners: 0, returned: 0) }
        return ReturnCount(
            learners: try row.decode("learners", as: Int.self), returned: try row.decode("returned", as: Int.self))
    }
}
