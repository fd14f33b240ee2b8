import Logging
import Metrics

/// A service's database: a pool of connections that run whole synchronous closures, off the cooperative pool.
///
/// ```swift
/// let touched = try await database.transaction { session in
///     try session.execute("UPDATE learner SET seen_at = \(now) WHERE id = \(learner)")
/// }
/// ```
/// Connections are made when they are first needed and made again when they broke. A cancelled task takes its
/// closure out of the queue, or has its statement cancelled on the server.
public final class Database: Sendable {
    /// What this pool was made with.
    public let settings: DatabaseSettings
    private let pool: ConnectionPool
    private let metrics: DatabaseMetrics
    private let logger: Logger

    /// Starts the threads. Connects to nothing yet, and so cannot fail.
    ///
    /// - Parameters:
    ///   - settings: Where the database is, and the limits.
    ///   - logger: Hears of lost connections, repeated transactions and what the server says beside its answers.
    ///   - metricsFactory: Keeps the figures; the process-wide one unless given.
    public init(
        _ settings: DatabaseSettings, logger: Logger,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.settings = settings
        self.logger = logger
        metrics = DatabaseMetrics(pool: settings.applicationName, factory: metricsFactory)
        pool = ConnectionPool(settings, logger: logger, metrics: metrics)
    }

    deinit {
        pool.shutdown()
    }

    /// Runs `body` on one connection. Each statement commits by itself, unless `body` opens a transaction.
    ///
    /// - Throws: What `body` throws; ``DatabaseError`` when there is no connection or the queue is full;
    ///   `CancellationError` when the task was cancelled.
    public func run<T: Sendable>(_ body: @escaping @Sendable (Session) throws -> T) async throws -> T {
        try await submit(body)
    }

    /// Runs `body` between BEGIN and COMMIT. It is rolled back when `body` throws.
    ///
    /// Deadlocks, serialization failures, and connections that broke before the commit are tried again, at
    /// most ``DatabaseLimits/transactionRetriesMax`` times with growing, random pauses. So `body` must have
    /// no effect outside of the database.
    ///
    /// - Throws: What `body` throws; ``DatabaseError``; `CancellationError`. An error with
    ///   ``DatabaseError/isOutcomeUnknown`` means that the connection broke during the commit.
    public func transaction<T: Sendable>(
        _ isolation: Isolation = .readCommitted, _ body: @escaping @Sendable (Session) throws -> T
    ) async throws -> T {
        var pauseMax = DatabaseLimits.transactionRetryBase
        for _ in 0..<DatabaseLimits.transactionRetriesMax {
            do {
                return try await submit { session in try session.outermost(isolation, body) }
            } catch let error as DatabaseError where Self.helpsToRepeat(error) {
                metrics.retries.increment()
                logger.debug("a transaction is tried again", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: pauseMax * Double.random(in: 0...1))
            pauseMax *= 2
        }
        return try await submit { session in try session.outermost(isolation, body) }
    }

    /// Runs one statement and returns its rows.
    public func rows(_ sql: SQL) async throws -> [Row] {
        try await submit { session in try session.rows(sql) }
    }

    /// Runs one statement and returns how many rows it touched.
    @discardableResult
    public func execute(_ sql: SQL) async throws -> Int {
        try await submit { session in try session.execute(sql) }
    }

    /// Asks the server for an answer; for readiness. Returns or throws within `limit`, also when the server
    /// is frozen.
    ///
    /// - Throws: ``DatabaseError``, with ``DatabaseError/isUnavailable`` true, when there was no answer in
    ///   time.
    public func ping(within limit: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                try await submit(isAbandonable: true) { session in _ = try session.rows("SELECT 1") }
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw DatabaseError("57014", "the database did not answer within \(limit)")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Takes no more closures, finishes those that wait, closes the connections and ends the threads.
    public func close() async {
        pool.shutdown()
        await pool.ended()
    }

    private static func helpsToRepeat(_ error: DatabaseError) -> Bool {
        if error.isRetryable || error.isStalePlan { return true }
        // Whatever was done before the commit is gone with the connection. One that could not even be made is
        // left to the caller: its pause may be long.
        return error.isConnectionLost && !error.isOutcomeUnknown && error.sqlState != "08001"
            && error.sqlState != DatabaseError.closed.sqlState
    }

    private func submit<T: Sendable>(
        isAbandonable: Bool = false, _ body: @escaping @Sendable (Session) throws -> T
    ) async throws -> T {
        let job = Job(isAbandonable: isAbandonable, body)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if job.arm(continuation) { pool.push(job) }
            }
        } onCancel: {
            job.cancel()
            pool.drop(job)
        }
    }
}
