import Contracts
import Metrics
import Runtime

/// What the senders tell of themselves.
struct SenderMetrics: Sendable {
    private let finished: [DeliveryState: Counter]
    private let retries = Counter(label: "notification_retries_total")
    private let attempts: Metrics.Timer
    private let breaker = Gauge(label: "notification_provider_down")

    init(provider: String) {
        MetricCatalog.declare(
            "notification_deliveries_total", .init("Messages that reached a final state, by state."))
        MetricCatalog.declare(
            "notification_retries_total", .init("Attempts that were not accepted and are made again."))
        MetricCatalog.declare(
            "notification_attempt_duration_seconds",
            .init(
                "Time that one attempt took at the provider, in seconds.",
                buckets: MetricCatalog.latencyBuckets))
        MetricCatalog.declare(
            "notification_provider_down", .init("1 while the provider is left alone after failures, else 0."))
        finished = Dictionary(
            uniqueKeysWithValues: DeliveryState.allCases.map {
                ($0, Counter(label: "notification_deliveries_total", dimensions: [("state", $0.rawValue)]))
            })
        attempts = Metrics.Timer(
            label: "notification_attempt_duration_seconds", dimensions: [("provider", provider)],
            preferredDisplayUnit: .seconds)
    }

    func note(_ verdict: AttemptVerdict) {
        switch verdict {
        case .finished(let state, _): finished[state]?.increment()
        case .again: retries.increment()
        }
    }

    func note(_ duration: Duration) { attempts.recordNanoseconds(Int64(duration / .nanoseconds(1))) }

    func note(isDown: Bool) { breaker.record(isDown ? 1 : 0) }
}
