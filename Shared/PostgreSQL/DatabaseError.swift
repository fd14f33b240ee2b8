/// Why a statement, a transaction or a connection failed.
///
/// `description` holds no bound value and is safe in a log. `message` and `detail` are the server's own words
/// and may quote a value: they are for tests and for people at a terminal.
public struct DatabaseError: Error, Sendable {
    /// Five characters of the SQL standard, for example `23505`. Failures seen on this side use the
    /// standard's own codes too: `08001` cannot connect, `08006` connection lost, `08003` closed, `53000`
    /// queue full, `22021` a value that cannot be sent, `57014` cancelled or timed out.
    public let sqlState: String
    /// The server's sentence, or ours.
    public let message: String
    /// The server's second sentence. Often holds values.
    public var detail: String?
    /// The server's advice.
    public var hint: String?
    /// The constraint that refused the row, by name.
    public var constraint: String?
    /// The table that is meant.
    public var table: String?
    /// The column that is meant.
    public var column: String?
    /// Where in the text of the statement, counted in characters from 1.
    var position: Int?
    /// The connection broke while a commit, or a statement that commits by itself, was on its way: it may
    /// have been done or not.
    public var isOutcomeUnknown = false
    /// A prepared statement no longer fits the tables; preparing it anew helps.
    var isStalePlan = false

    init(_ sqlState: String, _ message: String) {
        self.sqlState = sqlState
        self.message = message
    }

    /// A row with the same key is there already.
    public var isUniqueViolation: Bool { sqlState == "23505" }
    /// The row it refers to is not there, or is still referred to.
    public var isForeignKeyViolation: Bool { sqlState == "23503" }
    /// A CHECK constraint refused the row.
    public var isCheckViolation: Bool { sqlState == "23514" }
    /// The whole transaction, tried again, may succeed: a deadlock or a serialization failure.
    public var isRetryable: Bool { sqlState == "40001" || sqlState == "40P01" }
    /// The connection broke, could not be made, or was ended by the server.
    public var isConnectionLost: Bool {
        sqlState.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(sqlState)
    }
    /// A statement ran longer than its limit, or was cancelled.
    public var isTimeout: Bool { sqlState == "57014" }
    /// A lock was not given in time.
    public var isLockTimeout: Bool { sqlState == "55P03" }
    /// More work waits than the pool takes.
    public var isQueueFull: Bool { sqlState == Self.queueFullState }
    /// The database cannot serve now; the same call may succeed later. Maps to `unavailable`.
    public var isUnavailable: Bool {
        isConnectionLost || sqlState.hasPrefix("53") || isTimeout || isLockTimeout
    }

    static let queueFullState = "53000"

    static func queueFull(_ limit: Int) -> DatabaseError {
        DatabaseError(queueFullState, "queue full: \(limit) closures already wait for a connection")
    }

    static let closed = DatabaseError("08003", "the database was closed")

    static func lost(_ reason: String) -> DatabaseError {
        DatabaseError("08006", reason)
    }

    static func refused(_ reason: String) -> DatabaseError {
        DatabaseError("22021", reason)
    }

    static func misuse(_ reason: String) -> DatabaseError {
        DatabaseError("25000", reason)
    }
}

extension DatabaseError: CustomStringConvertible {
    /// The code, a sentence without values, and the names of what is meant.
    public var description: String {
        var text = "\(sqlState): \(messageWithoutValues)"
        if let constraint { text += " (constraint \(constraint))" }
        if isOutcomeUnknown { text += " (it is unknown whether it was committed)" }
        return text
    }

    /// The server quotes values in the sentences of class 22 (bad data), and functions may say anything in
    /// class P0.
    var messageWithoutValues: String {
        switch sqlState.prefix(2) {
        case "P0": "raised by a function of the database"
        case "22": Self.masked(message)
        default: message
        }
    }

    /// Replaces everything from the first quotation mark to the last: a value may itself hold quotation
    /// marks.
    static func masked(_ sentence: String) -> String {
        guard let first = sentence.firstIndex(of: "\""), let last = sentence.lastIndex(of: "\""), first < last
        else { return sentence }
        return sentence[..<first] + "\"…" + sentence[last...]
    }
}

/// A column that could not be read as asked. Holds names and types, never the value.
public struct RowError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The column that was asked for.
    public let column: String
    /// The Swift type that was expected.
    public let expected: String
    /// What came instead: a type, NULL, or a reason.
    public let found: String

    /// For stores that check more than the type of a column.
    public init(column: String, expected: String, found: String) {
        self.column = column
        self.expected = expected
        self.found = found
    }

    /// A sentence for logs.
    public var description: String { "column \(column): expected \(expected), found \(found)" }
}
