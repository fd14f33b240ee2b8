import Metrics

/// What a pool tells about itself. Names, units and meaning stand in docs/telemetry.md.
struct DatabaseMetrics: Sendable {
    let inUse: Gauge
    let queueDepth: Gauge
    let statement: Metrics.Timer
    let wait: Metrics.Timer
    let errors: Counter
    let retries: Counter
    let connects: Counter

    init(pool: String, factory: any MetricsFactory) {
        let dimensions = [("pool", pool)]
        func counter(_ label: String) -> Counter {
            Counter(label: label, dimensions: dimensions, factory: factory)
        }
        func timer(_ label: String) -> Metrics.Timer {
            Metrics.Timer(
                label: label, dimensions: dimensions, preferredDisplayUnit: .seconds, factory: factory)
        }
        inUse = Gauge(label: "database_connections_in_use", dimensions: dimensions, factory: factory)
        queueDepth = Gauge(label: "database_queue_depth", dimensions: dimensions, factory: factory)
        statement = timer("database_statement_duration_seconds")
        wait = timer("database_queue_wait_seconds")
        errors = counter("database_errors_total")
        retries = counter("database_transaction_retries_total")
        connects = counter("database_connects_total")
    }
}
