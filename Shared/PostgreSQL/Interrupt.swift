import CLibPQ
import Dispatch
import Synchronization

/// What libpq needs to cancel a statement of one connection, from any thread, also after the connection is gone. It
/// never changes, and `PQcancel` is made to be called from any thread, which the compiler cannot see.
final class CancelToken: @unchecked Sendable {
    private let pointer: OpaquePointer

    init?(connection: OpaquePointer) {
        guard let pointer = PQgetCancel(connection) else { return nil }
        self.pointer = pointer
    }

    deinit {
        PQfreeCancel(pointer)
    }

    /// Asks the server to cancel. Blocks for as long as the server takes to answer; says why when it did not.
    func send() -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        guard PQcancel(pointer, &buffer, Int32(buffer.count)) == 0 else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Carries the cancellation of a task to the statement that runs for it.
///
///     task ──cancel()──▶ flag ──▶ the next statement is not begun
///                          └───▶ the one that runs: PQcancel, on a queue of its own, because it blocks
///
/// One object lives as long as one closure, and a cancel request that is on its way is waited for before the
/// closure's next statement, so that it never hits the wrong one.
final class Interrupt: Sendable {
    private struct State {
        var isCancelled = false
        var token: CancelToken?
        var requestsInFlight = 0
        var requestsSent = 0
    }

    private let state = Mutex(State())
    private let landed = DispatchSemaphore(value: 0)
    private static let queue = DispatchQueue(label: "postgresql-cancel", attributes: .concurrent)

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Never blocks: it is called on the cooperative pool.
    func cancel() {
        let token = state.withLock { state -> CancelToken? in
            if state.isCancelled { return nil }
            state.isCancelled = true
            if state.token != nil {
                state.requestsInFlight += 1
                state.requestsSent += 1
            }
            return state.token
        }
        guard let token else { return }
        Self.queue.async { [self] in
            // A request that did not arrive needs no report: the worker gives the connection up after a grace
            // time.
            _ = token.send()
            state.withLock { $0.requestsInFlight -= 1 }
            landed.signal()
        }
    }

    /// Marks the begin of a statement that may be cancelled.
    func begin(_ token: CancelToken?) throws {
        try state.withLock { state in
            if state.isCancelled { throw CancellationError() }
            state.token = token
        }
    }

    /// How a statement ended, as far as cancelling is concerned.
    enum Ending {
        case undisturbed
        /// A request was sent and has landed: its signal may still be on the way to the server's process.
        case requested
        /// A request is still under way; the connection must not be used again.
        case pending
    }

    /// Marks the end of a statement and waits for a request that is on its way.
    func end() -> Ending {
        let inFlight = state.withLock { state -> Int in
            state.token = nil
            return state.requestsInFlight
        }
        if inFlight > 0 {
            let grace = DispatchTime.now() + DatabaseLimits.cancelGrace.dispatchInterval
            if landed.wait(timeout: grace) == .timedOut { return .pending }
        }
        return state.withLock { state in
            defer { state.requestsSent = 0 }
            return state.requestsSent > 0 ? .requested : .undisturbed
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }

    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    var dispatchInterval: DispatchTimeInterval { .milliseconds(Int(milliseconds)) }
}
