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

    init(pool: String) {
        let dimensions = [("pool", pool)]
        inUse = Gauge(label: "database_connections_in_use", dimensions: dimensions)
        queueDepth = Gauge(label: "database_queue_depth", dimensions: dimensions)
        statement = Metrics.Timer(
            label: "database_statement_duration_seconds", dimensions: dimensions, preferredDisplayUnit: .seconds)
        wait = Metrics.Timer(
            label: "database_queue_wait_seconds", dimensions: dimensions, preferredDisplayUnit: .seconds)
        errors = Counter(label: "database_errors_total", dimensions: dimensions)
        retries = Counter(label: "database_transaction_retries_total", dimensions: dimensions)
        connects = Counter(label: "database_connects_total", dimensions: dimensions)
    }
}
