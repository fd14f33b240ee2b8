import CCurl
import DequeModule
import Dispatch
import Foundation
import Logging
import Metrics
import Synchronization

/// Limits of one client.
public struct HTTPClientSettings: Sendable {
    /// Requests transferred at a time; each may hold a connection.
    public var inFlightMax: Int
    /// Requests that may wait for a free transfer; one more is refused at once.
    public var queueMax: Int
    /// File of certificates to trust instead of the system's, for tests and private authorities.
    public var certificateFile: String?

    public init(inFlightMax: Int = 256, queueMax: Int = 4_096, certificateFile: String? = nil) {
        self.inFlightMax = inFlightMax
        self.queueMax = queueMax
        self.certificateFile = certificateFile
    }
}

/// Sends HTTP requests through libcurl's multi interface, on one thread of its own.
///
/// Connections are kept alive and reused. Redirects are not followed, proxies from the environment are not
/// used, and no other protocol than http and https is spoken. A cancelled task takes its transfer down with
/// it.
///
/// libcurl sends a request again by itself when a kept connection turns out to be dead before any byte of
/// the answer; so what must not happen twice needs a key of its own that the server knows it by.
///
/// A task that does little but send may prefer the client as its executor: it then runs on the client's thread, and
/// neither a request nor its answer wakes another. What takes long would keep all other transfers waiting there.
public final class HTTPClient: TaskExecutor {
    private struct State {
        var queue = Deque<Transfer>()
        var jobs: [UnownedJob] = []
        var hasCancellations = false
        var isShutDown = false
        /// The thread has nothing to do, or is about to find out that it has not.
        var isResting = false
        /// No thread is there any more.
        var hasEnded = false
    }

    private let settings: HTTPClientSettings
    private let state = Mutex(State())
    private let waker = Waker()

    /// Starts the thread; it ends with ``shutDown()`` or when the client goes away.
    public init(_ settings: HTTPClientSettings = HTTPClientSettings()) {
        self.settings = settings
        let loop = TransferLoop(
            settings: settings, waker: waker,
            source: .init(
                takeWork: { [weak self] in self?.takeWork($0) ?? TransferLoop.Work(isShutDown: true) },
                mayRest: { [weak self] in self?.mayRest($0) ?? false },
                run: { [weak self] in self?.run($0) }))
        let thread = Thread { loop.run() }
        thread.name = "http-client"
        thread.start()
    }

    deinit { shutDown() }

    /// Sends `request` and answers with what came back, whatever its status.
    ///
    /// - Throws: ``HTTPClientError``, or `CancellationError` when the task was cancelled.
    public func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        try request.check()
        let transfer = Transfer(request)
        let start = ContinuousClock.now
        do {
            let response = try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    transfer.begin(continuation)
                    enqueue(transfer)
                }
            } onCancel: {
                transfer.cancel()
                change { $0.hasCancellations = true }
            }
            ClientMetrics.record(start.duration(to: .now), outcome: "\(response.status / 100)xx")
            return response
        } catch {
            ClientMetrics.record(
                start.duration(to: .now), outcome: (error as? HTTPClientError)?.kind.rawValue ?? "canceled")
            throw error
        }
    }

    /// Ends every waiting and running request with ``HTTPClientError/Kind/shutDown``, and the thread.
    public func shutDown() {
        change { $0.isShutDown = true }
    }

    /// Runs the task's next step on the client's thread; on one of the system's when that has ended.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let hasEnded = change { state in
            if !state.hasEnded { state.jobs.append(job) }
            return state.hasEnded
        }
        if hasEnded { DispatchQueue.global().async { self.run(job) } }
    }

    private func run(_ job: UnownedJob) { job.runSynchronously(on: asUnownedTaskExecutor()) }

    /// Changes what there is to do, and wakes the thread if it rests.
    private func change<Answer>(_ body: (inout State) -> Answer) -> Answer {
        let (answer, isResting) = state.withLock { state in
            defer { state.isResting = false }
            return (body(&state), state.isResting)
        }
        if isResting { waker.wake() }
        return answer
    }

    private func enqueue(_ transfer: Transfer) {
        let refusal: HTTPClientError? = change { state in
            if state.isShutDown { return HTTPClientError(.shutDown, "the HTTP client was shut down") }
            if state.queue.count >= settings.queueMax {
                return HTTPClientError(
                    .queueFull, "\(settings.queueMax) requests are waiting to be sent already")
            }
            state.queue.append(transfer)
            return nil
        }
        if let refusal { transfer.finish(.failure(refusal)) }
    }

    /// Called by the thread alone: whether there is nothing to do for it, given how many transfers it could begin.
    private func mayRest(_ free: Int) -> Bool {
        state.withLock { state in
            state.isResting =
                state.jobs.isEmpty && !state.hasCancellations && !state.isShutDown && (state.queue.isEmpty || free <= 0)
            return state.isResting
        }
    }

    /// Called by the thread alone: what it should do next, given how many transfers it could begin.
    private func takeWork(_ free: Int) -> TransferLoop.Work {
        state.withLock { state in
            var work = TransferLoop.Work(isShutDown: state.isShutDown)
            work.hasCancellations = state.hasCancellations
            state.hasCancellations = false
            state.isResting = false
            work.jobs = state.jobs
            state.jobs = []
            state.hasEnded = state.isShutDown
            // What can no longer be sent leaves the queue now, even while every transfer is taken.
            let now = ContinuousClock.now
            if state.isShutDown || work.hasCancellations
                || state.queue.contains(where: { $0.deadline <= now })
            {
                work.dropped = state.queue.filter { state.isShutDown || $0.isCancelled || $0.deadline <= now }
                state.queue.removeAll { state.isShutDown || $0.isCancelled || $0.deadline <= now }
            }
            while work.fresh.count < free, let transfer = state.queue.popFirst() {
                work.fresh.append(transfer)
            }
            work.nextDeadline = state.queue.lazy.map(\.deadline).min()
            ClientMetrics.queueLength.record(state.queue.count)
            return work
        }
    }
}

/// The client's metrics; the kinds of outcome are few, so each series is made once.
enum ClientMetrics {
    static let inFlight = Gauge(label: "http_client_requests_in_flight")
    static let queueLength = Gauge(label: "http_client_queue_length")
    private static let timers = Mutex<[String: Metrics.Timer]>([:])

    static func record(_ duration: Duration, outcome: String) {
        let timer = timers.withLock { timers in
            if let known = timers[outcome] { return known }
            let timer = Metrics.Timer(
                label: "http_client_request_duration_seconds", dimensions: [("outcome", outcome)])
            timers[outcome] = timer
            return timer
        }
        timer.recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }
}

/// libcurl's global state, made once before any handle.
enum CurlLibrary {
    /// Touch it before the first handle is made.
    static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
