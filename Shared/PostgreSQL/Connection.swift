import CLibPQ
import Dispatch
import Foundation
import Logging

/// One connection, owned by one thread. Every call blocks that thread; none may be made from anywhere else.
///
/// libpq is driven without its own blocking calls (`PQexec` waits for ever on a server that is frozen):
/// statements are sent, then `poll` waits with a deadline, so that a dead server costs a bounded time.
final class Connection {
    private let conninfo: Result<Conninfo, any Error>
    private let answerTimeout: Duration?
    private let gate: ReconnectGate
    private let notices: NoticeSink
    let logger: Logger
    let metrics: DatabaseMetrics

    private(set) var handle: OpaquePointer?
    private var token: CancelToken?
    var statements = StatementCache()
    /// The cancellation of the closure that is being served.
    private var interrupt: Interrupt?
    /// Whether a cancelled closure shortens the wait for the answer. Not for COMMIT: its answer is worth
    /// waiting for.
    private var isCancellable = false
    /// Statements that are forgotten here but still stand on the server.
    var hasForgottenStatements = false

    init(_ settings: DatabaseSettings, gate: ReconnectGate, logger: Logger, metrics: DatabaseMetrics) {
        conninfo = Result { try Conninfo(settings) }
        let limit = settings.statementTimeout
        answerTimeout = limit > .zero ? limit + DatabaseLimits.answerGrace : nil
        self.gate = gate
        self.logger = logger
        self.metrics = metrics
        notices = NoticeSink(logger: logger)
    }

    deinit {
        disconnect()
    }

    /// Runs one closure from first to last statement and leaves the connection clean behind it.
    func serve<T>(_ interrupt: Interrupt, _ body: (Session) throws -> T) throws -> T {
        try reconnectIfNeeded()
        self.interrupt = interrupt
        defer { self.interrupt = nil }
        let session = Session(connection: self)
        let outcome = Result { try body(session) }
        session.end()
        let wasLeftOpen = handle != nil && transactionStatus != PQTRANS_IDLE
        if wasLeftOpen { rollBackOrDisconnect() }
        let value = try outcome.get()
        if wasLeftOpen {
            throw DatabaseError.misuse(
                "the closure ended inside a transaction that it had begun; it was rolled back")
        }
        return value
    }

    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(handle) }

    /// Whether the connection stands and no transaction is open on it.
    var isIdle: Bool { handle != nil && transactionStatus == PQTRANS_IDLE }

    /// Ends whatever transaction is open. A connection on which even that fails is given up.
    func rollBackOrDisconnect() {
        guard handle != nil else { return }
        do {
            try control("ROLLBACK")
        } catch {
            logger.warning("rollback failed, the connection is given up", metadata: ["error": "\(error)"])
            disconnect()
        }
    }

    func disconnect() {
        if let handle { PQfinish(handle) }
        handle = nil
        token = nil
        statements.removeAll()
        hasForgottenStatements = false
    }

    // MARK: Connecting

    private func reconnectIfNeeded() throws {
        if handle != nil {
            if isAlive() { return try forgetStatementsIfNeeded() }
            logger.info("the connection was found closed and is made again")
            disconnect()
        }
        try gate.pass()
        do {
            let fresh = try conninfo.get().connect()
            handle = fresh
            token = CancelToken(connection: fresh)
            PQsetnonblocking(fresh, 1)
            notices.attach(to: fresh)
            statements.removeAll()
            gate.succeeded()
            metrics.connects.increment()
        } catch let error as DatabaseError {
            let pause = gate.failed(error)
            logger.warning(
                "cannot connect to the database",
                metadata: ["error": "\(error)", "pause.ms": "\(pause.milliseconds)"])
            throw error
        }
    }

    /// Reads what the server said since the last closure: an idle connection that was ended shows it here,
    /// before any statement is lost on it.
    private func isAlive() -> Bool {
        guard let handle, PQstatus(handle) == CONNECTION_OK else { return false }
        // A farewell takes two reads: the message, then the end of the stream.
        for _ in 0..<4 {
            var watch = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            guard poll(&watch, 1, 0) > 0 else { break }
            guard PQconsumeInput(handle) == 1 else { return false }
        }
        return PQstatus(handle) == CONNECTION_OK
    }

    private func forgetStatementsIfNeeded() throws {
        guard hasForgottenStatements, isIdle else { return }
        try control("DEALLOCATE ALL")
        hasForgottenStatements = false
    }

    /// Drops every prepared statement, on the server as soon as no transaction is in the way.
    func forgetStatements() throws {
        statements.removeAll()
        hasForgottenStatements = true
        try forgetStatementsIfNeeded()
    }

    // MARK: Statements

    /// A statement of this library's own, without values: BEGIN, COMMIT, ROLLBACK, … It is never cancelled.
    @discardableResult
    func control(_ text: String) throws -> ResultSet {
        try exchange(mayCommit: text == "COMMIT") { handle in PQsendQuery(handle, text) }
    }

    /// Several statements in one text, as a migration file holds them. May be cancelled.
    @discardableResult
    func script(_ text: String) throws -> ResultSet {
        if text.utf8.contains(0) { throw DatabaseError.refused("SQL text must not hold a NUL character") }
        return try interruptible {
            let answer = try exchange(mayCommit: isIdle) { handle in PQsendQuery(handle, text) }
            guard PQresultStatus(answer.pointer) != PGRES_COPY_IN else {
                disconnect()
                throw DatabaseError.misuse("COPY … FROM STDIN goes through copyIn")
            }
            return answer
        }
    }

    /// Runs `body` so that a cancelled task cancels the statement in it.
    func interruptible<T>(_ body: () throws -> T) throws -> T {
        guard let interrupt else { return try body() }
        try interrupt.begin(token)
        isCancellable = true
        let outcome = Result { try body() }
        isCancellable = false
        switch interrupt.end() {
        case .undisturbed: break
        case .requested: absorbCancel()
        case .pending: disconnect()
        }
        if case .failure = outcome, interrupt.isCancelled { throw CancellationError() }
        return try outcome.get()
    }

    /// The request has reached the server, but its signal may arrive late and would hit the next statement;
    /// this one takes it instead.
    private func absorbCancel() {
        guard handle != nil else { return }
        do {
            try control("")
        } catch {
            logger.debug("a late cancel was absorbed", metadata: ["error": "\(error)"])
        }
    }

    /// Sends one thing and takes all answers to it. The last one counts, or the first failure.
    @discardableResult
    func exchange(mayCommit: Bool = false, _ send: (OpaquePointer) -> Int32) throws -> ResultSet {
        guard let handle else { throw DatabaseError.lost("the connection broke earlier in this closure") }
        do {
            guard send(handle) == 1 else { throw broken(handle) }
            let deadline = self.deadline
            try flush(handle, until: deadline)
            return try collect(handle, until: deadline)
        } catch var error as DatabaseError where error.isConnectionLost {
            disconnect()
            error.isOutcomeUnknown = mayCommit
            throw error
        }
    }

    private var deadline: ContinuousClock.Instant? { answerTimeout.map { ContinuousClock.now + $0 } }

    func checkCancelled() throws {
        if interrupt?.isCancelled == true { throw CancellationError() }
    }

    private func collect(_ handle: OpaquePointer, until deadline: ContinuousClock.Instant?) throws
        -> ResultSet
    {
        var last: ResultSet?
        var failure: DatabaseError?
        while let result = try next(handle, until: deadline) {
            switch PQresultStatus(result.pointer) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                last = result
            case PGRES_COPY_IN:
                // The caller feeds rows; nothing more comes until it has ended.
                return result
            case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                disconnect()
                throw DatabaseError.misuse("COPY … TO is not supported")
            default:
                failure = failure ?? DatabaseError(result, on: handle)
            }
        }
        if let failure { throw failure }
        guard let last else { throw broken(handle) }
        return last
    }

    private func next(_ handle: OpaquePointer, until deadline: ContinuousClock.Instant?) throws -> ResultSet?
    {
        while PQisBusy(handle) == 1 {
            try wait(handle, for: POLLIN, until: deadline)
            guard PQconsumeInput(handle) == 1 else { throw broken(handle) }
        }
        return PQgetResult(handle).map { ResultSet(taking: $0) }
    }

    /// Sends what libpq has buffered. While the server does not take it, its answers are read, or both sides
    /// would wait.
    func flush(_ handle: OpaquePointer, until given: ContinuousClock.Instant? = nil) throws {
        let deadline = given ?? self.deadline
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                try wait(handle, for: POLLIN | POLLOUT, until: deadline)
                guard PQconsumeInput(handle) == 1 else { throw broken(handle) }
            default: throw broken(handle)
            }
        }
    }

    /// Waits in slices, so that a cancelled closure shortens the wait even when the server does not answer.
    private func wait(_ handle: OpaquePointer, for events: Int32, until deadline: ContinuousClock.Instant?)
        throws
    {
        let slice = 250
        var limit = deadline
        var isCancelled = false
        while true {
            let now = ContinuousClock.now
            if isCancellable, !isCancelled, interrupt?.isCancelled == true {
                isCancelled = true
                limit = min(limit ?? now + DatabaseLimits.cancelGrace, now + DatabaseLimits.cancelGrace)
            }
            if let limit, now >= limit {
                throw DatabaseError.lost("the server did not answer in time; the connection was given up")
            }
            let timeout = limit.map { min(Int((($0 - now).milliseconds)) + 1, slice) } ?? slice
            var watch = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
            let ready = poll(&watch, 1, Int32(timeout))
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw DatabaseError.lost("poll failed with error \(errno)") }
        }
    }

    func broken(_ handle: OpaquePointer) -> DatabaseError {
        let said = PQerrorMessage(handle).map { Conninfo.sentence($0) } ?? ""
        if PQstatus(handle) == CONNECTION_OK { return DatabaseError("XX000", said) }
        return .lost(said.isEmpty ? "the connection broke" : said)
    }
}

extension DatabaseError {
    /// What the server reports in a failed result.
    init(_ result: ResultSet, on handle: OpaquePointer) {
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue else { return nil }
            return PQresultErrorField(result.pointer, Int32(ascii)).map { String(cString: $0) }
        }
        let said = field("M") ?? PQresultErrorMessage(result.pointer).map { Conninfo.sentence($0) } ?? ""
        let isBroken = PQstatus(handle) != CONNECTION_OK
        self.init(field("C") ?? (isBroken ? "08006" : "XX000"), said.isEmpty ? "the connection broke" : said)
        detail = field("D")
        hint = field("H")
        constraint = field("n")
        table = field("t")
        column = field("c")
        position = field("P").flatMap { Int($0) }
        // The function of the server that found the plan out of date; the sentence itself may be translated.
        isStalePlan = (sqlState == "0A000" && field("R") == "RevalidateCachedQuery") || sqlState == "26000"
    }
}
