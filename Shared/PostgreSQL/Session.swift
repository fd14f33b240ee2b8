import CLibPQ

/// A connection as a closure sees it: statements, one after another, on the closure's own thread.
///
/// It ends with the closure and cannot leave it. Not `Sendable`, so that two tasks can never mix their
/// statements.
public final class Session {
    private let connection: Connection
    private var isEnded = false
    /// 0 outside of a transaction, 1 in one, more in savepoints.
    private var depth = 0
    /// The first failure inside the transaction: named when a closure swallowed it and then tried to commit.
    private var firstFailure: DatabaseError?

    init(connection: Connection) {
        self.connection = connection
    }

    func end() {
        isEnded = true
    }

    /// Whether the server sees an open transaction, failed or not.
    public var isInTransaction: Bool { connection.handle != nil && !connection.isIdle }

    /// Runs a statement and returns its rows.
    ///
    /// - Throws: ``DatabaseError``, or `CancellationError` when the task was cancelled.
    public func rows(_ sql: SQL) throws -> [Row] {
        try run(sql).rows
    }

    /// Runs a statement and returns how many rows it touched.
    ///
    /// - Throws: ``DatabaseError``, or `CancellationError` when the task was cancelled.
    @discardableResult
    public func execute(_ sql: SQL) throws -> Int {
        try run(sql).touched
    }

    /// Runs a text of several statements without values, such as a migration. Its rows are not returned.
    public func script(_ text: String) throws {
        try check()
        try noting { _ = try connection.script(text) }
    }

    /// Runs `body` in a transaction, or, inside of one, in a savepoint: when it throws, all it did is undone
    /// and the error goes on. Nothing is tried again here; ``Database/transaction(_:_:)`` does that.
    public func transaction<T>(_ body: (Session) throws -> T) throws -> T {
        try depth == 0 ? outermost(.readCommitted, body) : savepoint(body)
    }

    func outermost<T>(_ isolation: Isolation, _ body: (Session) throws -> T) throws -> T {
        try check()
        guard depth == 0 else { throw DatabaseError.misuse("a transaction is open already") }
        firstFailure = nil
        try connection.interruptible {
            _ = try connection.control("BEGIN ISOLATION LEVEL \(isolation.rawValue)")
        }
        depth = 1
        defer { depth = 0 }
        do {
            let value = try body(self)
            // Nothing may be cancelled from here on: the answer to COMMIT decides.
            try connection.interruptible {}
            let answer = try connection.control("COMMIT")
            guard answer.command == "COMMIT" else {
                throw firstFailure
                    ?? DatabaseError.misuse(
                        "the transaction had failed and was rolled back instead of committed")
            }
            return value
        } catch {
            if connection.handle != nil, connection.transactionStatus != PQTRANS_IDLE {
                connection.rollBackOrDisconnect()
            }
            throw error
        }
    }

    private func savepoint<T>(_ body: (Session) throws -> T) throws -> T {
        try check()
        depth += 1
        defer { depth -= 1 }
        let name = "level_\(depth)"
        let failureBefore = firstFailure
        try connection.control("SAVEPOINT \(name)")
        do {
            let value = try body(self)
            try connection.control("RELEASE SAVEPOINT \(name)")
            return value
        } catch {
            if connection.handle != nil, connection.transactionStatus != PQTRANS_IDLE {
                try connection.control("ROLLBACK TO SAVEPOINT \(name); RELEASE SAVEPOINT \(name)")
            }
            let cause = firstFailure
            firstFailure = failureBefore
            // "The transaction is aborted" only says that an earlier error was swallowed; that one says why.
            if let cause, (error as? DatabaseError)?.sqlState == "25P02" { throw cause }
            throw error
        }
    }

    /// Streams rows into a table with COPY in its binary form, the fastest way in. It is all or nothing, but knows no
    /// ON CONFLICT.
    ///
    /// - Parameters:
    ///   - table: A name, or `schema.name`; quoted here.
    ///   - columns: The columns, in the order of the values.
    ///   - rows: Whatever `write` makes a row of.
    ///   - write: Appends one value for each column, of exactly the column's type.
    /// - Returns: How many rows were written.
    /// - Throws: ``DatabaseError`` when a row has too few or too many values, or the server refuses one.
    @discardableResult
    public func copyIn<Row>(
        _ table: String, columns: [String], rows: some Sequence<Row>, _ write: (inout CopyRow, Row) -> Void
    ) throws -> Int {
        try check()
        let target = table.split(separator: ".", maxSplits: 1).map { SQL.quoted(String($0)) }.joined(
            separator: ".")
        let names = columns.map(SQL.quoted).joined(separator: ", ")
        return try noting {
            try connection.copyIn(
                "COPY \(target) (\(names)) FROM STDIN (FORMAT binary)", columnCount: columns.count, rows: rows,
                write)
        }
    }

    private func run(_ sql: SQL) throws -> ResultSet {
        try check()
        return try noting { try connection.run(sql) }
    }

    private func noting<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError {
            if depth > 0, firstFailure == nil { firstFailure = error }
            connection.metrics.errors.increment()
            throw error
        }
    }

    private func check() throws {
        if isEnded { throw DatabaseError.misuse("a session was used after its closure had ended") }
    }
}
