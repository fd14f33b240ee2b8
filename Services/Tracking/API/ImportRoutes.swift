import Contracts
import Foundation
import RPC

/// Rows of files, taken in as history by a mapping.
struct ImportRoutes: Sendable {
    let mappings: MappingFiles
    let ingest: IngestCoalescer
    let metrics: IngestMetrics
    /// Called after every commit that appended to the log.
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        router.handle(TrackingRPC.importRows, maxBytes: TrackingLimits.importBytesMax, importRows)
    }

    @Sendable
    private func importRows(
        _ request: ImportRows.Request, _ context: RPCContext
    ) async throws -> ImportRows.Response {
        guard let mapping = mappings.mappings[request.format] else {
            let known = mappings.mappings.keys.sorted().joined(separator: ", ")
            throw TrackingError.unreadable(
                "format: expected one of \(known), got \"\(JSONTape.clipped(request.format))\"")
        }
        let outcomes = try RowReader.outcomes(
            of: request.rows, by: mapping,
            EventMapping.Circumstances(source: request.source, receivedAt: context.now, given: request.given))
        if request.isDryRun == true {
            return ImportRows.Response(receipts: outcomes.map(RowReceipt.init(expected:)))
        }
        let items = outcomes.compactMap { if case .item(let item) = $0 { item } else { nil } }
        var receipts = try await record(items, context).makeIterator()
        return ImportRows.Response(
            receipts: outcomes.compactMap { outcome in
                switch outcome {
                case .item: receipts.next().map(RowReceipt.init)
                case .skipped(_, let because): RowReceipt(status: .skipped, reason: because)
                }
            })
    }

    private func record(_ items: [IncomingItem], _ context: RPCContext) async throws -> [IngestReceipt] {
        guard !items.isEmpty else { return [] }
        let receipts = try await ingest.record(
            IngestRequest(
                tenant: context.tenant, batch: IncomingBatch(isBackfill: true, items: items),
                receivedAt: context.now, traceparent: context.trace.traceparent))
        let response = RecordEvents.Response(receipts: receipts)
        metrics.count(response)
        if response.accepted > 0 { wakeRelay() }
        return receipts
    }
}

extension RowReceipt {
    init(_ receipt: IngestReceipt) {
        self.init(status: RowStatus(rawValue: receipt.status.rawValue) ?? .quarantined, reason: receipt.reason)
    }

    /// What would become of a row that was never sent before.
    init(expected outcome: EventMapping.Outcome) {
        switch outcome {
        case .skipped(_, let because): self.init(status: .skipped, reason: because)
        case .item(let item):
            switch item.event {
            case .success: self.init(status: .accepted)
            case .failure(let problem): self.init(status: .quarantined, reason: problem.description)
            }
        }
    }
}
