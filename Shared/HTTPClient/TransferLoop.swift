import CCurl
import Foundation

/// The client's thread: begins transfers, lets libcurl work, answers callers. All that changes here belongs to the one
/// thread that is in ``run()``, which the compiler cannot see.
final class TransferLoop: @unchecked Sendable {
    /// What the queue has for the thread.
    struct Work {
        var isShutDown: Bool
        var hasCancellations = false
        /// Steps of tasks that prefer this thread.
        var jobs: [UnownedJob] = []
        /// To begin now.
        var fresh: [Transfer] = []
        /// Left the queue without being sent: cancelled, too late, or shut down.
        var dropped: [Transfer] = []
        /// When the first of those still waiting runs out of time.
        var nextDeadline: ContinuousClock.Instant?
    }

    /// Where work comes from.
    struct Source: Sendable {
        /// Takes what there is to do, given how many transfers could begin.
        let takeWork: @Sendable (_ free: Int) -> Work
        /// Whether there is nothing to do; whoever brings something from then on wakes the thread.
        let mayRest: @Sendable (_ free: Int) -> Bool
        let run: @Sendable (UnownedJob) -> Void
    }

    private let multi: UnsafeMutableRawPointer
    private let watch: SocketWatch
    private let settings: HTTPClientSettings
    private let source: Source
    private var running: [UnsafeMutableRawPointer: Transfer] = [:]
    private var idleHandles: [UnsafeMutableRawPointer] = []

    /// Kept for reuse; connections themselves are kept by the multi handle.
    private static let idleHandlesMax = 64

    init(settings: HTTPClientSettings, waker: Waker, source: Source) {
        // At a service's start; without one no request could ever be sent.
        guard CurlLibrary.isReady, let multi = curl_multi_init() else {
            fatalError("libcurl cannot be initialised: there is no memory left")
        }
        self.multi = multi
        self.settings = settings
        self.source = source
        watch = SocketWatch(waker: waker)
        watch.attend(multi)
        ccurl_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, settings.inFlightMax)
    }

    deinit {
        watch.leave(multi)
        curl_multi_cleanup(multi)
    }

    private var free: Int { settings.inFlightMax - running.count }

    /// Runs until the client is shut down.
    func run() {
        while true {
            let work = source.takeWork(free)
            work.jobs.forEach(source.run)
            work.dropped.forEach(drop)
            if work.isShutDown { break }
            work.fresh.forEach(start)
            if work.hasCancellations { removeCancelled() }
            if let timer = watch.timer, timer <= .now { act(CURL_SOCKET_TIMEOUT, 0) }
            collect()
            var wait = Duration.zero
            if source.mayRest(free) {
                ClientMetrics.inFlight.record(running.count)
                wait = work.nextDeadline.map { min(.seconds(60), ContinuousClock.now.duration(to: $0)) } ?? .seconds(60)
            }
            for ready in watch.wait(atMost: wait) { act(ready.socket, ready.bits) }
            collect()
        }
        for (easy, transfer) in running {
            end(easy, transfer, .failure(HTTPClientError(.shutDown, "the HTTP client was shut down")))
        }
        idleHandles.forEach(curl_easy_cleanup)
        idleHandles = []
    }

    private func act(_ socket: curl_socket_t, _ bits: Int32) {
        var active: Int32 = 0
        curl_multi_socket_action(multi, socket, bits, &active)
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
        let added = curl_multi_add_handle(multi, easy)
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

    /// Answers the callers of all transfers that ended.
    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let transfer = running[easy]
            else { continue }
            var status = 0
            ccurl_getinfo_long(easy, CURLINFO_RESPONSE_CODE, &status)
            end(easy, transfer, transfer.outcome(message.pointee.data.result, status: status))
        }
    }

    private func end(_ easy: UnsafeMutableRawPointer, _ transfer: Transfer, _ outcome: Transfer.Outcome) {
        curl_multi_remove_handle(multi, easy)
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
