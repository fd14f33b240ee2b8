import Contracts
import Foundation
import RPC

/// What comes in the formats of other platforms, and what is kept of it.
struct ForeignRoutes: Sendable {
    let mappings: MappingFiles
    let ingest: IngestCoalescer
    let rawEvents: RawEventStore
    let metrics: IngestMetrics
    /// Called after every commit that appended to the log.
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        router.handle(
            TrackingRPC.recordForeignEvents, maxBytes: TrackingLimits.foreignRequestBytesMax,
            recordForeignEvents)
        router.handle(TrackingRPC.getRawEvent) { request, context in
            try await rawEvents.raw(request, tenant: context.tenant)
        }
    }

    @Sendable
    private func recordForeignEvents(
        _ request: RecordForeignEvents.Request, _ context: RPCContext
    ) async throws -> RecordForeignEvents.Response {
        guard let mapping = mappings.mappings[request.format] else {
            throw TrackingError.unknownFormat(request.format, known: mappings.mappings.keys.sorted())
        }
        let outcomes = try mapping.read(
            request.body,
            EventMapping.Circumstances(
                source: request.source, receivedAt: context.now, given: request.given ?? [:]))
        let items = outcomes.compactMap { if case .item(let item) = $0 { item } else { nil } }
        let batch = IncomingBatch(
            isBackfill: request.backfill ?? false, format: mapping.format, items: items)
        var receipts = try await record(batch, context).makeIterator()
        let response = RecordForeignEvents.Response(
            receipts: outcomes.compactMap { outcome in
                switch outcome {
                case .item: receipts.next()
                case .skipped(let id, let because): IngestReceipt(id: id, status: .skipped, reason: because)
                }
            })
        metrics.count(response.receipts)
        if response.accepted > 0 { wakeRelay() }
        return response
    }

    private func record(_ batch: IncomingBatch, _ context: RPCContext) async throws -> [IngestReceipt] {
        guard !batch.items.isEmpty else { return [] }
        return try await ingest.record(
            IngestRequest(
                tenant: context.tenant, batch: batch, receivedAt: context.now,
                traceparent: context.trace.traceparent))
    }
}
