import DequeModule
import Foundation
import Synchronization

/// Threads that each own one resource and run whole synchronous closures on it, so that nothing that blocks
/// ever stands on the cooperative pool.
package final class ThreadBoundPool<Resource>: Sendable {
    /// The pool was closed before the closure had its turn.
    package struct Closed: Error {}

    private struct Job {
        let run: @Sendable (Resource) -> Void
        let refuse: @Sendable () -> Void
    }

    private struct State {
        var jobs = Deque<Job>()
        var isClosed = false
        var threads: Int
        var whenEnded: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    private let work = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - threads: 1 or more; each makes its resource on itself, and drops it there.
    package init(threads: Int, name: String, makeResource: @escaping @Sendable (_ index: Int) -> Resource) {
        state = Mutex(State(threads: threads))
        for index in 0..<threads {
            let thread = Thread { [self] in
                let resource = makeResource(index)
                while let job = next() { job.run(resource) }
                ended()
            }
            thread.name = "\(name)-\(index)"
            thread.start()
        }
    }

    /// Runs `body` on the next free thread. It is not interrupted when the task is cancelled.
    ///
    /// - Throws: What `body` throws; ``Closed`` when the pool was closed.
    package func run<Answer: Sendable>(
        _ body: @escaping @Sendable (Resource) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { resource in continuation.resume(with: Result { try body(resource) }) },
                refuse: { continuation.resume(throwing: Closed()) })
            let isTaken = state.withLock { state in
                guard !state.isClosed else { return false }
                state.jobs.append(job)
                return true
            }
            if isTaken { work.signal() } else { job.refuse() }
        }
    }

    /// Takes no more closures, finishes those that wait, and returns when every thread has ended.
    package func close() async {
        let threads = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed ? 0 : state.threads
        }
        guard threads > 0 else { return }
        for _ in 0..<threads { work.signal() }
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.threads > 0 { state.whenEnded = continuation }
                return state.threads == 0
            }
            if isOver { continuation.resume() }
        }
    }

    /// Waits for a closure; nil when the pool is closed and nothing waits any more.
    private func next() -> Job? {
        work.wait()
        return state.withLock { $0.jobs.popFirst() }
    }

    private func ended() {
        let waiting = state.withLock { state in
            state.threads -= 1
            return state.threads == 0 ? state.whenEnded : nil
        }
        waiting?.resume()
    }
}
