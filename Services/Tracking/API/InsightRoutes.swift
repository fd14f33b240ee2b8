import Contracts
import RPC

/// What Tracking makes of what learners did: how far they are.
struct InsightRoutes: Sendable {
    let progress: ProgressReads

    func register(on router: RPCRouter) {
        router.handle(TrackingRPC.getProgress) { request, context in
            try await progress.progress(request, tenant: context.tenant, now: context.now)
        }
        router.handle(TrackingRPC.listProgress) { request, context in
            try await progress.list(request, tenant: context.tenant, now: context.now)
        }
        router.handle(TrackingRPC.getCourseProgress) { request, context in
            try await progress.course(request.courseRun, tenant: context.tenant)
        }
    }
}
