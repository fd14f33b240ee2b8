import CCurl
import Foundation

/// The sockets and the timer that libcurl waits for, so that each of its steps concerns one transfer, however many are
/// under way. It belongs to the client's thread.
final class SocketWatch {
    /// A socket of which libcurl is to hear, and what: `CURL_CSELECT_IN`, `_OUT`, `_ERR`.
    typealias Ready = (socket: curl_socket_t, bits: Int32)

    /// The waker's end first, then libcurl's sockets.
    private var polled: [pollfd]
    private let waker: Waker
    /// When libcurl wants to look at its timeouts; `nil` when it has none.
    private(set) var timer: ContinuousClock.Instant?

    init(waker: Waker) {
        self.waker = waker
        polled = [pollfd(fd: waker.readEnd, events: Int16(POLLIN), revents: 0)]
    }

    /// Has libcurl say what it waits for. The watch must outlive the handle, or ``leave(_:)`` it.
    func attend(_ multi: UnsafeMutableRawPointer) {
        ccurl_multi_setopt_pointer(multi, CURLMOPT_SOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
        ccurl_multi_setopt_socket_callback(multi, CURLMOPT_SOCKETFUNCTION) { _, socket, what, context, _ in
            context.map { SocketWatch.from($0).watch(socket, what) }
            return 0
        }
        ccurl_multi_setopt_pointer(multi, CURLMOPT_TIMERDATA, Unmanaged.passUnretained(self).toOpaque())
        ccurl_multi_setopt_timer_callback(multi, CURLMOPT_TIMERFUNCTION) { _, milliseconds, context in
            context.map {
                SocketWatch.from($0).timer = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
            }
            return 0
        }
    }

    /// Has it say nothing more; closing the handle closes sockets, too.
    func leave(_ multi: UnsafeMutableRawPointer) {
        ccurl_multi_setopt_socket_callback(multi, CURLMOPT_SOCKETFUNCTION, nil)
        ccurl_multi_setopt_timer_callback(multi, CURLMOPT_TIMERFUNCTION, nil)
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> SocketWatch {
        Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue()
    }

    private func watch(_ socket: curl_socket_t, _ what: Int32) {
        let place = polled.dropFirst().firstIndex { $0.fd == socket }
        guard what != CURL_POLL_REMOVE else {
            if let place { polled.remove(at: place) }
            return
        }
        var events = 0
        if what & CURL_POLL_IN != 0 { events |= Int(POLLIN) }
        if what & CURL_POLL_OUT != 0 { events |= Int(POLLOUT) }
        let entry = pollfd(fd: socket, events: Int16(events), revents: 0)
        if let place { polled[place] = entry } else { polled.append(entry) }
    }

    /// Waits until a socket is ready, the timer is due, somebody wakes the thread, or `limit` has passed.
    func wait(atMost limit: Duration) -> [Ready] {
        var limit = limit
        if let timer { limit = min(limit, ContinuousClock.now.duration(to: timer)) }
        let milliseconds = Int32(max(0, (limit / .milliseconds(1)).rounded(.up)))
        let count = poll(&polled, nfds_t(polled.count), milliseconds)
        // Interrupted, or nothing came: the loop goes round.
        guard count > 0 else { return [] }
        if polled[0].revents != 0 { waker.drain() }
        return polled.dropFirst().compactMap { entry in
            let came = Int32(entry.revents)
            guard came != 0 else { return nil }
            var bits: Int32 = 0
            if came & Int32(POLLIN | POLLHUP) != 0 { bits |= CURL_CSELECT_IN }
            if came & Int32(POLLOUT) != 0 { bits |= CURL_CSELECT_OUT }
            if came & Int32(POLLERR | POLLNVAL) != 0 { bits |= CURL_CSELECT_ERR }
            return (entry.fd, bits)
        }
    }
}

/// Ends another thread's ``SocketWatch/wait(atMost:)``.
final class Waker: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    init() {
        var ends: [Int32] = [0, 0]
        // At a service's start; without one no request could ever be sent.
        guard pipe(&ends) == 0 else {
            fatalError("no descriptor is left for the HTTP client: \(String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// A full pipe wakes as well, so a write that finds no room has done its work.
    func wake() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(readEnd, &bytes, bytes.count) == bytes.count {}
    }
}
