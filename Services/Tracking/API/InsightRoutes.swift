import Contracts
import RPC

/// What Tracking makes of what learners did: how far they are, how they study, and what is unusual.
struct InsightRoutes: Sendable {
    let progress: ProgressReads
    let patterns: PatternReads
    let anomalies: AnomalyReads

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
        router.handle(TrackingRPC.getPatterns) { request, context in
            try await patterns.patterns(request, tenant: context.tenant, now: context.now)
        }
        router.handle(TrackingRPC.listAnomalies) { request, context in
            try await anomalies.list(request, tenant: context.tenant)
        }
    }
}
