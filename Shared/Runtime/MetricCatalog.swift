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
        "holdfast_check_ready": Entry(
            "1 when a check of /readyz passed the last time it was asked, 0 when it failed, by check."),
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
        "database_connects_total": Entry(
            "Connections made; more than the pool's size means that some broke."),
        "holdfast_log_published_total": Entry("Facts appended to the stream by this relay."),
        "holdfast_log_relay_lag": Entry(
            "Facts in the log that are not in the stream yet, of the partitions owned."),
        "holdfast_log_relay_contradictions": Entry(
            "Partitions whose stream is ahead of its log; above 0 the log was set back, and somebody must look."
        ),
        "holdfast_log_lag": Entry("Facts that the consumer has not applied yet, of the partitions owned."),
        "holdfast_log_partitions_owned": Entry("Partitions that this process holds the lease of."),
        "holdfast_log_contradictions": Entry(
            "Partitions whose consumer is ahead of the log; above 0 the log was set back, and somebody must look."
        ),
        "holdfast_log_applied_total": Entry("Facts applied, in the same commit as the consumer's position."),
        "holdfast_log_retries_total": Entry("Attempts to apply facts that failed and were made again."),
        "holdfast_log_dead_letters_total": Entry("Facts parked because they could not be applied."),
        "holdfast_log_filled_total": Entry(
            "Facts read from the log itself, because the stream did not have them."),
        "holdfast_log_unreadable_total": Entry("Entries of a stream that are no facts and were passed over."),
        "holdfast_log_fence_lost_total": Entry(
            "Commits refused because another process owned the partition by then."),
        "holdfast_prediction_scores_total": Entry("Risk scores computed."),
        "holdfast_prediction_abstentions_total": Entry("Times that no score was given, for lack of ground."),
        "holdfast_prediction_said_total": Entry(
            "Scores said as facts, because they changed enough to matter."),
        "holdfast_prediction_rescoring_seconds": Entry(
            "Time of one sweep over the learners whose day has changed, in seconds.", buckets: latencyBuckets),
        "process_start_time_seconds": Entry("When the process started, in seconds since 1970."),
        "process_cpu_seconds_total": Entry("Processor time used by this process, in seconds."),
        "process_resident_memory_bytes": Entry("Memory of this process that is in RAM."),
        "process_open_fds": Entry("File descriptors that are open."),
        "process_threads": Entry("Threads of this process."),
    ]
}
