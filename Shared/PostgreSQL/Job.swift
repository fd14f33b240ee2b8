import Synchronization

/// A closure on its way to a connection, whatever it returns.
protocol PoolJob: AnyObject, Sendable {
    var enqueuedAt: ContinuousClock.Instant { get }
    /// Runs on the thread of `connection`. Does nothing when the task was cancelled before.
    func run(on connection: Connection)
    /// Ends the wait with an error.
    func refuse(_ error: any Error)
}

/// One closure with the task that waits for it. The continuation is resumed exactly once, whoever comes
/// first: the worker, the queue's refusal, or the task's cancellation.
final class Job<Value: Sendable>: PoolJob {
    private enum Phase {
        case fresh
        case waiting(CheckedContinuation<Value, any Error>)
        case running(CheckedContinuation<Value, any Error>)
        case done
    }

    private let phase = Mutex(Phase.fresh)
    private let interrupt = Interrupt()
    private let body: @Sendable (Session) throws -> Value
    /// Whether a cancelled task is let go while its closure still runs. Only where the closure changes
    /// nothing.
    private let isAbandonable: Bool
    let enqueuedAt = ContinuousClock.now

    init(isAbandonable: Bool, _ body: @escaping @Sendable (Session) throws -> Value) {
        self.body = body
        self.isAbandonable = isAbandonable
    }

    /// Takes the continuation. False when the task was cancelled already; the continuation is resumed then.
    func arm(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
        let isArmed = phase.withLock { phase in
            guard case .fresh = phase else { return false }
            phase = .waiting(continuation)
            return true
        }
        if !isArmed { continuation.resume(throwing: CancellationError()) }
        return isArmed
    }

    func run(on connection: Connection) {
        let isWaited = phase.withLock { phase in
            guard case .waiting(let continuation) = phase else { return false }
            phase = .running(continuation)
            return true
        }
        guard isWaited else { return }
        let outcome = Result { try connection.serve(interrupt, body) }
        take()?.resume(with: outcome)
    }

    func refuse(_ error: any Error) {
        take()?.resume(throwing: error)
    }

    /// Called by the task's cancellation. A waiting closure is dropped at once; one that runs has its
    /// statement cancelled, and its task waits until that is settled.
    func cancel() {
        interrupt.cancel()
        let mayLetGo = phase.withLock { phase in
            switch phase {
            case .fresh:
                phase = .done
                return false
            case .waiting: return true
            case .running: return isAbandonable
            case .done: return false
            }
        }
        if mayLetGo { refuse(CancellationError()) }
    }

    private func take() -> CheckedContinuation<Value, any Error>? {
        phase.withLock { phase in
            defer { phase = .done }
            switch phase {
            case .waiting(let continuation), .running(let continuation): return continuation
            case .fresh, .done: return nil
            }
        }
    }
}
