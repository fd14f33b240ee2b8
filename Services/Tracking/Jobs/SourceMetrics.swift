import Metrics
import Runtime

/// How those who send are doing, for alerts.
struct SourceMetrics: Sendable {
    private static let openGaps = "tracking_data_gaps_open"
    private static let unknownWords = "tracking_unknown_words_total"

    private let gaps = Gauge(label: Self.openGaps)
    private let words = Counter(label: Self.unknownWords)

    init() {
        MetricCatalog.declare(
            Self.openGaps, MetricCatalog.Entry("Sources that should speak and are silent."))
        MetricCatalog.declare(
            Self.unknownWords,
            MetricCatalog.Entry("Words of sources that are not known here, each counted when it was first seen."))
    }

    func openGaps(_ count: Int) { gaps.record(count) }

    func newWords(_ count: Int) { words.increment(by: count) }
}
