import Contracts
import Metrics
import Runtime

/// How many events came in, and what became of them.
struct IngestMetrics: Sendable {
    private static let name = "tracking_events_total"
    private let counters: [IngestStatus: Counter]

    init() {
        MetricCatalog.declare(
            Self.name, MetricCatalog.Entry("Events received, by the status of their receipt."))
        counters = Dictionary(
            uniqueKeysWithValues: IngestStatus.allCases.map { status in
                (status, Counter(label: Self.name, dimensions: [("status", status.rawValue)]))
            })
    }

    func count(_ response: RecordEvents.Response) {
        counters[.accepted]?.increment(by: response.accepted)
        counters[.duplicate]?.increment(by: response.duplicate)
        counters[.conflict]?.increment(by: response.conflict)
        counters[.quarantined]?.increment(by: response.quarantined)
    }

    func count(_ receipts: [IngestReceipt]) {
        for receipt in receipts { counters[receipt.status]?.increment() }
    }
}
