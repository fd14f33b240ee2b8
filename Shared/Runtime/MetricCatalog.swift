import Synchronization

/// What each metric means. The text is its HELP line; docs/telemetry.md shows the same catalogue.
public enum MetricCatalog {
    /// One metric's meaning, and its buckets when it is a histogram.
    public struct Entry: Sendable, Hashable {
        public let help: String
        /// Upper bounds in the metric's unit, ascending, without infinity. Empty when it is not a histogram.
        public let buckets: [Double]

        public init(_ help: String, buckets: [Double] = []) {
            self.help = help
            self.buckets = buckets
        }
    }

    /// From one millisecond to ten seconds: requests, statements, hops.
    public static let latencyBuckets = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private static let entries = Mutex<[String: Entry]>(standard)

    /// Says what a metric means. A library calls it once for each of its metrics; the last call wins.
    public static func declare(_ name: String, _ entry: Entry) {
        entries.withLock { $0[name] = entry }
    }

    /// Every declared metric, by its exposed name.
    public static var all: [String: Entry] { entries.withLock { $0 } }

    static func entry(_ name: String) -> Entry? { entries.withLock { $0[name] } }

    private static let standard: [String: Entry] = [
        "http_server_request_duration_seconds": Entry(
            "Time from the request's head to the end of its answer, in seconds.", buckets: latencyBuckets),
        "http_server_connections": Entry("Connections that are open now."),
        "http_server_connections_refused_total": Entry(
            "Connections closed at once because as many as allowed were open."),
        "http_server_slow_clients_total": Entry("Connections closed because their client sent too slowly."),
        "http_server_requests_shed_total": Entry(
            "Requests refused with 503 because as many as allowed were under way."),
        "http_server_websockets": Entry("WebSocket connections that are open now."),
        "http_server_websockets_dropped_total": Entry(
            "WebSockets closed because their client read too slowly."),
        "http_client_request_duration_seconds": Entry(
            "Time from a request's start to its last byte, queueing included, in seconds.",
            buckets: latencyBuckets),
        "http_client_requests_in_flight": Entry("Requests of this process that are being transferred now."),
        "http_client_queue_length": Entry("Requests that wait for a free transfer."),
        "rpc_server_requests_total": Entry("RPC calls answered, by method and code."),
        "rpc_client_requests_total": Entry("RPC calls made, by method and code; each attempt counts."),
        "rpc_client_retries_total": Entry("RPC calls made again after a failure, by method."),
        "rpc_client_retries_denied_total": Entry("Retries not made because the retry budget was used up."),
        "database_connections_in_use": Entry("Connections to PostgreSQL that run a closure now, by pool."),
        "database_queue_depth": Entry("Closures that wait for a free connection, by pool."),
        "database_queue_wait_seconds": Entry(
            "Time that closures waited for a connection, in seconds.", buckets: latencyBuckets),
        "database_statement_duration_seconds": Entry(
            "Time from sending a statement to its whole answer, in seconds.", buckets: latencyBuckets),
        "database_errors_total": Entry("Statements that failed and closures that were refused, by pool."),
        "database_transaction_retries_total": Entry(
            "Transactions tried again after a deadlock, a serialization failure or a lost connection."),
        "database_connects_total": Entry("Connections made; more than the pool's size means that some broke."),
        "process_start_time_seconds": Entry("When the process started, in seconds since 1970."),
        "process_cpu_seconds_total": Entry("Processor time used by this process, in seconds."),
        "process_resident_memory_bytes": Entry("Memory of this process that is in RAM."),
        "process_open_fds": Entry("File descriptors that are open."),
        "process_threads": Entry("Threads of this process."),
    ]
}
