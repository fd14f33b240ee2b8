import Contracts
import Foundation
import RPC

/// When learners are expected to study, and how they do: plans, pauses, holidays; sessions, streaks, a run at a glance.
struct StudyRoutes: Sendable {
    let plans: StudyPlanStore
    let studies: StudyReads
    let courses: CourseReads
    /// Called after every commit that appended to the log.
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        router.handle(TrackingRPC.setStudySettings, setStudySettings)
        router.handle(TrackingRPC.setPause, setPause)
        router.handle(TrackingRPC.getStudyPlan, getStudyPlan)
        router.handle(TrackingRPC.setHolidays, setHolidays)
        router.handle(TrackingRPC.listHolidays) { _, context in
            Holidays.List(holidays: try await plans.holidays(of: context.tenant))
        }
        router.handle(TrackingRPC.getSessions) { request, context in
            try await studies.sessions(request, tenant: context.tenant, now: context.now)
        }
        router.handle(TrackingRPC.getStreak) { request, context in
            try await studies.streak(of: request.learner, tenant: context.tenant, now: context.now)
        }
        router.handle(TrackingRPC.getHeatmap) { request, context in
            try await courses.heatmap(request, tenant: context.tenant, now: context.now)
        }
        router.handle(TrackingRPC.getCourseRunOverview) { request, context in
            try await courses.overview(of: request.courseRun, tenant: context.tenant, now: context.now)
        }
    }

    @Sendable
    private func setStudySettings(_ request: SetStudySettings.Request, _ context: RPCContext) async throws -> Empty {
        try Self.refusing { () throws(EventProblem) in try StudyPlanRules.check(request) }
        return try await say(
            StudySettingsChanged(
                learner: request.learner, timeZone: request.timeZone, studyWeekdays: request.studyWeekdays.sorted(),
                changedAt: context.now), context)
    }

    @Sendable
    private func setPause(_ request: SetPause.Request, _ context: RPCContext) async throws -> Empty {
        try Self.refusing { () throws(EventProblem) in try StudyPlanRules.check(request) }
        return try await say(
            LearnerPauseChanged(
                learner: request.learner, from: request.from, until: request.until, changedAt: context.now), context)
    }

    @Sendable
    private func getStudyPlan(
        _ request: GetStudyPlan.Request, _ context: RPCContext
    ) async throws -> GetStudyPlan.Response {
        let plan = try await plans.plan(of: request.learner, tenant: context.tenant)
        return GetStudyPlan.Response(
            learner: request.learner, timeZone: plan.timeZone, studyWeekdays: plan.studyWeekdays,
            pauses: plan.pauses.map { GetStudyPlan.Pause(from: $0.from, until: $0.until) })
    }

    @Sendable
    private func setHolidays(_ request: Holidays.List, _ context: RPCContext) async throws -> Empty {
        try Self.refusing { () throws(EventProblem) in try StudyPlanRules.check(request.holidays) }
        return try await say(HolidaysChanged(holidays: request.holidays), context)
    }

    private func say(_ body: some StreamFact, _ context: RPCContext) async throws -> Empty {
        try await plans.say(
            body, tenant: context.tenant, now: context.now, traceparent: context.trace.traceparent)
        wakeRelay()
        return Empty()
    }

    private static func refusing(_ check: () throws(EventProblem) -> Void) throws(TrackingError) {
        do throws(EventProblem) {
            try check()
        } catch {
            throw .unreadable(error.description)
        }
    }
}
