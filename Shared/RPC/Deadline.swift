import Contracts
import Synchronization

/// Stopping to wait when the time is up.
public enum Deadline {
    /// Runs `body` and answers with its result, or throws `deadline_exceeded` at the deadline: at once,
    /// even when `body` is slow to notice that it was cancelled.
    public static func run<Answer: Sendable>(
        until deadline: ContinuousClock.Instant?, _ body: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        guard let deadline else { return try await body() }
        guard deadline > .now else { throw exceeded }
        let race = Race<Answer>()
        let work = Task {
            do {
                race.finish(.success(try await body()))
            } catch {
                race.finish(.failure(error))
            }
        }
        let timer = Task {
            do {
                try await Task.sleep(until: deadline, clock: .continuous)
            } catch {
                // Cancelled, because the work was done first.
                return
            }
            race.finish(.failure(exceeded))
            work.cancel()
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { race.begin($0) }
        } onCancel: {
            race.finish(.failure(CancellationError()))
            work.cancel()
        }
    }

    private static var exceeded: RPCError {
        RPCError(.deadlineExceeded, "the call did not finish within the time that its caller allowed")
    }
}

/// A promise that the first of several answers keeps.
private final class Race<Answer: Sendable>: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Answer, any Error>)
        case finished(Result<Answer, any Error>)
        case taken
    }

    private let state = Mutex(State.open)

    func begin(_ continuation: CheckedContinuation<Answer, any Error>) {
        let early: Result<Answer, any Error>? = state.withLock { state in
            guard case .finished(let result) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .taken
            return result
        }
        if let early { continuation.resume(with: early) }
    }

    func finish(_ result: Result<Answer, any Error>) {
        let waiting: CheckedContinuation<Answer, any Error>? = state.withLock { state in
            switch state {
            case .open:
                state = .finished(result)
                return nil
            case .waiting(let continuation):
                state = .taken
                return continuation
            case .finished, .taken: return nil
            }
        }
        waiting?.resume(with: result)
    }
}
