import Synchronization

/// Keeps all threads of a pool from knocking at a server that is away: pauses grow, with full jitter, and end
/// for all as soon as one of them gets in.
final class ReconnectGate: Sendable {
    private struct State {
        var failures = 0
        var closedUntil: ContinuousClock.Instant?
        var reason: DatabaseError?
    }

    private let state = Mutex(State())

    /// Throws the last failure while the pause lasts.
    func pass() throws {
        try state.withLock { state in
            if let until = state.closedUntil, let reason = state.reason, ContinuousClock.now < until {
                throw reason
            }
        }
    }

    func succeeded() {
        state.withLock { $0 = State() }
    }

    /// Says how long the pause is.
    @discardableResult func failed(_ reason: DatabaseError) -> Duration {
        state.withLock { state in
            state.failures += 1
            let doublings = min(state.failures - 1, 10)
            let longest = min(
                DatabaseLimits.reconnectPauseBase * (1 << doublings), DatabaseLimits.reconnectPauseMax)
            let pause = longest * Double.random(in: 0...1)
            state.closedUntil = ContinuousClock.now + pause
            state.reason = reason
            return pause
        }
    }
}
