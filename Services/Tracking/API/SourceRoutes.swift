import Contracts
import Foundation
import RPC

/// What Tracking answers about the sources of events.
struct SourceRoutes: Sendable {
    let store: SourceStore
    let reads: SourceReads
    let drift: DriftStore
    /// Called after every commit that appended to the log.
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        router.handle(TrackingRPC.listSources) { request, context in
            try await reads.list(request, tenant: context.tenant, now: context.now)
        }
        router.handle(TrackingRPC.listDataGaps) { request, context in
            try await reads.gaps(request, tenant: context.tenant)
        }
        router.handle(TrackingRPC.getDrift) { request, context in
            try await drift.drift(of: request.source, tenant: context.tenant)
        }
        router.handle(TrackingRPC.recordHeartbeat, recordHeartbeat)
    }

    @Sendable
    private func recordHeartbeat(
        _ request: RecordHeartbeat.Request, _ context: RPCContext
    ) async throws -> RecordHeartbeat.Response {
        if let every = request.everySeconds, !TrackingLimits.heartbeatSeconds.contains(every) {
            throw TrackingError.unreadable("everySeconds: expected a number from 10 to 86,400, got \(every)")
        }
        let (gapExpectedAt, isNews) = try await store.beat(request, tenant: context.tenant, now: context.now)
        if isNews { wakeRelay() }
        return RecordHeartbeat.Response(gapExpectedAt: gapExpectedAt)
    }
}
