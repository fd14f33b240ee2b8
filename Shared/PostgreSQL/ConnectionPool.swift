import DequeModule
import Dispatch
import Foundation
import Logging
import Metrics
import Synchronization

/// Threads that each own one connection and take closures from one bounded queue, first come, first served.
///
///     tasks ──▶ queue (≤ queueMax) ──▶ thread 0 ── connection 0
///                                 └──▶ thread 1 ── connection 1 …
///
/// libpq blocks; here it blocks threads of its own and never the cooperative pool.
final class ConnectionPool: Sendable {
    private struct State {
        var jobs = Deque<any PoolJob>()
        var isClosed = false
        var threads = 0
        var inUse = 0
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let available = DispatchSemaphore(value: 0)
    private let queueMax: Int
    private let metrics: DatabaseMetrics

    init(_ settings: DatabaseSettings, logger: Logger, metrics: DatabaseMetrics) {
        state = Mutex(State(threads: settings.poolSize))
        queueMax = settings.queueMax
        self.metrics = metrics
        let gate = ReconnectGate()
        for index in 0..<settings.poolSize {
            let thread = Thread { [self] in
                work(Connection(settings, gate: gate, logger: logger, metrics: metrics))
            }
            thread.name = "postgresql-\(index)"
            thread.start()
        }
    }

    /// Puts a closure at the end of the queue, or refuses it.
    func push(_ job: any PoolJob) {
        let refusal = state.withLock { state -> DatabaseError? in
            if state.isClosed { return .closed }
            if state.jobs.count >= queueMax { return .queueFull(queueMax) }
            state.jobs.append(job)
            metrics.queueDepth.record(state.jobs.count)
            return nil
        }
        if let refusal {
            metrics.errors.increment()
            job.refuse(refusal)
        } else {
            available.signal()
        }
    }

    /// Frees the place of a closure whose task was cancelled while it waited.
    func drop(_ job: any PoolJob) {
        state.withLock { state in
            guard let index = state.jobs.firstIndex(where: { $0 === job }) else { return }
            state.jobs.remove(at: index)
            metrics.queueDepth.record(state.jobs.count)
        }
    }

    /// Takes no more closures; those that wait are still run, then the threads end.
    func shutdown() {
        let threads = state.withLock { state -> Int in
            if state.isClosed { return 0 }
            state.isClosed = true
            return state.threads
        }
        for _ in 0..<threads { available.signal() }
    }

    /// Returns when the last thread has ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.threads == 0 { return true }
                state.closers.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    // MARK: The threads

    private func work(_ connection: Connection) {
        while let job = next() {
            metrics.wait.recordNanoseconds((ContinuousClock.now - job.enqueuedAt).nanoseconds)
            changeInUse(by: 1)
            job.run(on: connection)
            changeInUse(by: -1)
        }
        connection.disconnect()
        let closers = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.threads -= 1
            guard state.threads == 0 else { return [] }
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }

    /// Blocks until there is a closure; `nil` when the pool is closed and the queue empty. A dropped closure
    /// leaves a signal behind, so that a thread may wake for nothing.
    private func next() -> (any PoolJob)? {
        while true {
            available.wait()
            let (job, isOver) = state.withLock { state -> ((any PoolJob)?, Bool) in
                let job = state.jobs.popFirst()
                if job != nil { metrics.queueDepth.record(state.jobs.count) }
                return (job, job == nil && state.isClosed)
            }
            if job != nil || isOver { return job }
        }
    }

    private func changeInUse(by difference: Int) {
        state.withLock { state in
            state.inUse += difference
            metrics.inUse.record(state.inUse)
        }
    }
}
