import CCurl
import Foundation

/// libcurl's multi handle. Only ``wake()`` may be called from any thread; the rest is the loop's alone,
/// which libcurl asks for and the compiler cannot see.
final class MultiHandle: @unchecked Sendable {
    let raw: UnsafeMutableRawPointer

    init() {
        guard CurlLibrary.isReady, let raw = curl_multi_init() else {
            fatalError("libcurl cannot be initialised: there is no memory left")
        }
        self.raw = raw
    }

    deinit { curl_multi_cleanup(raw) }

    /// Makes a running or the next `curl_multi_poll` return at once.
    func wake() { curl_multi_wakeup(raw) }
}

/// The client's thread: begins transfers, lets libcurl work, answers callers. All that changes here belongs to the one
/// thread that is in ``run()``, which the compiler cannot see.
final class TransferLoop: @unchecked Sendable {
    /// What the queue has for the thread.
    struct Work {
        var isShutDown: Bool
        var hasCancellations = false
        /// To begin now.
        var fresh: [Transfer] = []
        /// Left the queue without being sent: cancelled, too late, or shut down.
        var dropped: [Transfer] = []
        /// When the first of those still waiting runs out of time.
        var nextDeadline: ContinuousClock.Instant?
    }

    private let multi: MultiHandle
    private let settings: HTTPClientSettings
    private let takeWork: @Sendable (_ free: Int) -> Work
    private var running: [UnsafeMutableRawPointer: Transfer] = [:]
    private var idleHandles: [UnsafeMutableRawPointer] = []

    /// Kept for reuse; connections themselves are kept by the multi handle.
    private static let idleHandlesMax = 64

    init(multi: MultiHandle, settings: HTTPClientSettings, takeWork: @escaping @Sendable (Int) -> Work) {
        self.multi = multi
        self.settings = settings
        self.takeWork = takeWork
        ccurl_multi_setopt_long(multi.raw, CURLMOPT_MAXCONNECTS, settings.inFlightMax)
    }

    /// Runs until the client is shut down.
    func run() {
        while true {
            let work = takeWork(settings.inFlightMax - running.count)
            work.dropped.forEach(drop)
            if work.isShutDown { break }
            work.fresh.forEach(start)
            if work.hasCancellations { removeCancelled() }
            var active: Int32 = 0
            curl_multi_perform(multi.raw, &active)
            if collect() { continue }
            ClientMetrics.inFlight.record(running.count)
            var wait = Duration.seconds(60)
            if let deadline = work.nextDeadline {
                wait = min(wait, ContinuousClock.now.duration(to: deadline))
            }
            // libcurl shortens this by its own timers, and a wake-up ends it.
            curl_multi_poll(multi.raw, nil, 0, Int32(max(0, (wait / .milliseconds(1)).rounded(.up))), nil)
        }
        for (easy, transfer) in running {
            end(easy, transfer, .failure(HTTPClientError(.shutDown, "the HTTP client was shut down")))
        }
        idleHandles.forEach(curl_easy_cleanup)
        idleHandles = []
    }

    private func start(_ transfer: Transfer) {
        guard !transfer.isCancelled, ContinuousClock.now < transfer.deadline else { return drop(transfer) }
        guard let easy = idleHandles.popLast() ?? curl_easy_init() else {
            return transfer.finish(.failure(HTTPClientError(.notConnected, "no memory for another transfer")))
        }
        let configured = transfer.configure(easy, certificateFile: settings.certificateFile)
        running[easy] = transfer
        guard configured == CURLE_OK else {
            return end(easy, transfer, transfer.outcome(configured, status: 0))
        }
        let added = curl_multi_add_handle(multi.raw, easy)
        if added != CURLM_OK {
            let words = String(cString: curl_multi_strerror(added))
            end(
                easy, transfer,
                .failure(HTTPClientError(.notConnected, "the transfer cannot begin: \(words)")))
        }
    }

    private func drop(_ transfer: Transfer) {
        if transfer.isCancelled {
            transfer.finish(.failure(CancellationError()))
        } else if transfer.deadline <= .now {
            let words = "no transfer was free within \(transfer.request.timeout)"
            transfer.finish(.failure(HTTPClientError(.timedOut, words)))
        } else {
            transfer.finish(.failure(HTTPClientError(.shutDown, "the HTTP client was shut down")))
        }
    }

    private func removeCancelled() {
        for (easy, transfer) in running where transfer.isCancelled {
            end(easy, transfer, .failure(CancellationError()))
        }
    }

    /// Answers the callers of all transfers that ended. True when there was one, so that its place is
    /// filled at once.
    private func collect() -> Bool {
        var left: Int32 = 0
        var ended = false
        while let message = curl_multi_info_read(multi.raw, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let transfer = running[easy]
            else { continue }
            var status = 0
            ccurl_getinfo_long(easy, CURLINFO_RESPONSE_CODE, &status)
            end(easy, transfer, transfer.outcome(message.pointee.data.result, status: status))
            ended = true
        }
        return ended
    }

    private func end(_ easy: UnsafeMutableRawPointer, _ transfer: Transfer, _ outcome: Transfer.Outcome) {
        curl_multi_remove_handle(multi.raw, easy)
        running[easy] = nil
        if idleHandles.count < Self.idleHandlesMax {
            curl_easy_reset(easy)
            idleHandles.append(easy)
        } else {
            curl_easy_cleanup(easy)
        }
        transfer.release()
        transfer.finish(outcome)
    }
}
