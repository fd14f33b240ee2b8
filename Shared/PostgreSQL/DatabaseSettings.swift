import Foundation

/// Where the database is, which schema belongs to this program, and how much of the server it may use.
public struct DatabaseSettings: Sendable {
    /// A role's own address: `postgres://user:password@host:port/database`. Holds a password, so it is never
    /// printed.
    public var url: String
    /// The one schema that unqualified names mean (`search_path`).
    public var schema: String
    /// Connections, each with a thread of its own. 1...100.
    public var poolSize: Int
    /// How many closures may wait for a free connection; one more is refused with "queue full".
    public var queueMax: Int
    /// The server ends a statement that runs longer; `.zero` sets no limit.
    public var statementTimeout: Duration
    /// How long one attempt to connect may take, in whole seconds, at least 2.
    public var connectTimeout: Duration
    /// The server ends a session that holds a transaction open without speaking for this long.
    public var idleInTransactionTimeout: Duration = .seconds(10)
    /// How long a statement may wait for a lock; `.zero` leaves it to `statementTimeout`.
    public var lockTimeout: Duration = .zero
    /// What `pg_stat_activity` and the metrics show.
    public var applicationName: String

    /// Describes one pool of connections. Nothing is opened yet.
    ///
    /// - Parameters:
    ///   - url: `postgres://user:password@host:port/database`.
    ///   - schema: The schema of this service.
    ///   - poolSize: Connections and threads.
    ///   - queueMax: Closures that may wait.
    ///   - statementTimeout: Longest run of one statement.
    ///   - connectTimeout: Longest attempt to connect.
    ///   - applicationName: Shown by the server beside each connection.
    public init(
        url: String, schema: String, poolSize: Int = 6, queueMax: Int = 2_000,
        statementTimeout: Duration = .seconds(15), connectTimeout: Duration = .seconds(5),
        applicationName: String
    ) {
        self.url = url
        self.schema = schema
        self.poolSize = min(max(poolSize, 1), DatabaseLimits.poolSizeMax)
        self.queueMax = max(queueMax, 1)
        self.statementTimeout = statementTimeout
        self.connectTimeout = connectTimeout
        self.applicationName = applicationName
    }
}

extension DatabaseSettings: CustomStringConvertible, CustomReflectable {
    /// The settings without the address, which holds a password.
    public var description: String {
        "database of \(applicationName), schema \(schema), \(poolSize) connections, queue \(queueMax)"
    }

    /// Keeps `dump` and test failures from printing the address.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

/// How far a transaction is kept apart from those that run beside it.
public enum Isolation: String, Sendable {
    /// Each statement sees what was committed before it began.
    case readCommitted = "READ COMMITTED"
    /// All statements see what was committed before the first of them; a lost update fails and is tried again.
    case repeatableRead = "REPEATABLE READ"
    /// As if transactions ran one after another; what cannot be so ordered fails and is tried again.
    case serializable = "SERIALIZABLE"
}

/// Every number of this library, with its unit and its reason.
public enum DatabaseLimits {
    /// More connections than this from one process only queue inside the server.
    public static let poolSizeMax = 100
    /// A deadlock or serialization failure is tried again this often: with jitter about 1.5 s in all, inside
    /// the deadline of a request.
    public static let transactionRetriesMax = 5
    /// First wait before a transaction is tried again; doubled each time, and a random part of it is taken.
    public static let transactionRetryBase: Duration = .milliseconds(20)
    /// Prepared statements kept for each connection. A service has well under a hundred statements; the bound
    /// protects against text that is made anew for each call.
    public static let preparedStatementsMax = 256
    /// PostgreSQL's wire format counts parameters in 16 bits.
    public static let parametersMax = 65_535
    /// A server that has not answered this long after the statement's own limit is taken for dead.
    public static let answerGrace: Duration = .seconds(5)
    /// A cancelled statement that has not ended after this costs the connection.
    public static let cancelGrace: Duration = .seconds(2)
    /// The longest pause between two attempts to connect: it bounds how long a server that is back stays
    /// unused.
    public static let reconnectPauseMax: Duration = .seconds(1)
    /// The first such pause.
    public static let reconnectPauseBase: Duration = .milliseconds(50)
    /// COPY sends its rows in pieces of about this many bytes.
    public static let copyChunkBytes = 64 * 1_024
}
