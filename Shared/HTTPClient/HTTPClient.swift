import CCurl
import DequeModule
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
public final class HTTPClient: Sendable {
    private struct State {
        var queue = Deque<Transfer>()
        var hasCancellations = false
        var isShutDown = false
    }

    private let settings: HTTPClientSettings
    private let state = Mutex(State())
    private let multi: MultiHandle

    /// Starts the thread; it ends with ``shutDown()`` or when the client goes away.
    public init(_ settings: HTTPClientSettings = HTTPClientSettings()) {
        self.settings = settings
        multi = MultiHandle()
        let loop = TransferLoop(multi: multi, settings: settings) { [weak self] free in
            self?.takeWork(free) ?? TransferLoop.Work(isShutDown: true)
        }
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
                state.withLock { $0.hasCancellations = true }
                multi.wake()
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
        state.withLock { $0.isShutDown = true }
        multi.wake()
    }

    private func enqueue(_ transfer: Transfer) {
        let refusal: HTTPClientError? = state.withLock { state in
            if state.isShutDown { return HTTPClientError(.shutDown, "the HTTP client was shut down") }
            if state.queue.count >= settings.queueMax {
                return HTTPClientError(
                    .queueFull, "\(settings.queueMax) requests are waiting to be sent already")
            }
            state.queue.append(transfer)
            return nil
        }
        if let refusal {
            transfer.finish(.failure(refusal))
        } else {
            multi.wake()
        }
    }

    /// Called by the thread alone: what it should do next, given how many transfers it could begin.
    private func takeWork(_ free: Int) -> TransferLoop.Work {
        state.withLock { state in
            var work = TransferLoop.Work(isShutDown: state.isShutDown)
            work.hasCancellations = state.hasCancellations
            state.hasCancellations = false
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
