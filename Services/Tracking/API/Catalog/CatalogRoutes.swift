import Contracts
import Foundation
import RPC

/// Courses, runs, activities, calendars and enrollments: parse, act, answer.
struct CatalogRoutes: Sendable {
    let ingest: IngestCoalescer
    let stores: CatalogStores
    let metrics: IngestMetrics
    /// Called after every commit that appended to the log.
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        // The raw bytes, because a decoder would give up on all of them at the first bad one.
        router.handleRaw(
            TrackingRPC.setEnrollments.path, maxBytes: TrackingLimits.requestBytesMax, setEnrollments)
        router.handle(TrackingRPC.setCourse, setCourse)
        router.handle(TrackingRPC.getCourse) { request, context in
            try await stores.courseReads.course(request.course, tenant: context.tenant)
        }
        router.handle(TrackingRPC.listCourses) { request, context in
            try await stores.courseReads.list(request, tenant: context.tenant)
        }
        router.handle(
            TrackingRPC.setCourseRun, maxBytes: TrackingLimits.courseRunBytesMax, setCourseRun)
        router.handle(TrackingRPC.getCourseRun) { request, context in
            try await stores.courseRunReads.run(request.courseRun, tenant: context.tenant)
        }
        router.handle(TrackingRPC.listCourseRuns) { request, context in
            try await stores.courseRunReads.list(request, tenant: context.tenant)
        }
        router.handle(TrackingRPC.setCourseCalendar, setCourseCalendar)
        router.handle(TrackingRPC.setActivities, setActivities)
        router.handle(TrackingRPC.listActivities) { request, context in
            try await stores.activities.list(request, tenant: context.tenant)
        }
    }

    @Sendable
    private func setEnrollments(_ body: Data, _ context: RPCContext) async throws -> Data {
        let batch = try EnrollmentReader.batch(body, now: context.now)
        let receipts = try await ingest.record(
            IngestRequest(
                tenant: context.tenant, batch: batch, receivedAt: context.now,
                traceparent: context.trace.traceparent))
        let response = RecordEvents.Response(receipts: receipts)
        metrics.count(response)
        if response.accepted > 0 { wakeRelay() }
        return try JSONCoding.encoder().encode(response)
    }

    @Sendable
    private func setCourse(_ request: SetCourse.Request, _ context: RPCContext) async throws -> DeclaredRevision {
        try checked { () throws(EventProblem) in try CourseRules.check(request.course) }
        let saved = try await stores.courses.save(request.course, change(request.revision, context))
        if saved.isChanged { wakeRelay() }
        return DeclaredRevision(revision: saved.revision)
    }

    @Sendable
    private func setCourseRun(
        _ request: SetCourseRun.Request, _ context: RPCContext
    ) async throws -> DeclaredRevision {
        try checked { () throws(EventProblem) in try CourseRunRules.check(request.courseRun) }
        let saved = try await stores.courseRuns.save(request.courseRun, change(request.revision, context))
        if saved.isChanged { wakeRelay() }
        return DeclaredRevision(revision: saved.revision)
    }

    @Sendable
    private func setCourseCalendar(
        _ request: SetCourseCalendar.Request, _ context: RPCContext
    ) async throws -> DeclaredRevision {
        let saved = try await stores.courseRuns.change(
            request.courseRun, by: CourseRunChange(request), change(request.revision, context))
        if saved.isChanged { wakeRelay() }
        return DeclaredRevision(revision: saved.revision)
    }

    @Sendable
    private func setActivities(
        _ request: SetActivities.Request, _ context: RPCContext
    ) async throws -> SetActivities.Response {
        try checked { () throws(EventProblem) in try CourseRunChange.check(request) }
        let saved = try await stores.courseRuns.change(
            request.courseRun, by: CourseRunChange(request), change(request.revision, context))
        if saved.isChanged { wakeRelay() }
        return SetActivities.Response(revision: saved.revision, activityCount: saved.run.activities.count)
    }

    private func change(_ revision: Int?, _ context: RPCContext) -> DeclarationChange {
        DeclarationChange(
            tenant: context.tenant, expected: revision, now: context.now,
            traceparent: context.trace.traceparent)
    }

    /// A rule's refusal is the caller's to read.
    private func checked(_ rule: () throws(EventProblem) -> Void) throws(TrackingError) {
        do throws(EventProblem) {
            try rule()
        } catch {
            throw .unreadable(error.description)
        }
    }
}
