import Foundation
import Synchronization

/// A TCP connection to the loopback interface that sends exactly the bytes it is given: for requests that no decent
/// client would make. Its calls block; use them inside ``blocking(_:)``.
public final class RawSocket: Sendable {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Connects to a port of this machine.
    public init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw TestSupportError("no socket: error \(errno)") }
        var address = loopback(port: port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw TestSupportError("no connection to port \(port): error \(errno)")
        }
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { close(descriptor) }

    /// Sends all of `text`. False when the other side has closed.
    @discardableResult
    public func send(_ text: String) -> Bool { send(Data(text.utf8)) }

    /// Sends all of `data`. False when the other side has closed.
    @discardableResult
    public func send(_ data: Data) -> Bool {
        data.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) -> Bool in
            var rest = buffer[...]
            while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
                let count = Foundation.send(descriptor, start, rest.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }

    /// What arrives next; empty when the other side has closed, nil when nothing came within `limit`.
    public func receive(within limit: Duration = .seconds(5)) -> Data? {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, Int32(limit / .milliseconds(1))) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Data(buffer[..<count]) : Data()
    }

    /// Everything until `end` has appeared, the other side closes, or `limit` is over.
    public func receive(until end: String, within limit: Duration = .seconds(5)) -> String {
        let deadline = ContinuousClock.now + limit
        var all = Data()
        while ContinuousClock.now < deadline {
            if all.range(of: Data(end.utf8)) != nil { break }
            guard let data = receive(within: ContinuousClock.now.duration(to: deadline)), !data.isEmpty else {
                break
            }
            all.append(data)
        }
        return String(decoding: all, as: UTF8.self)
    }

    /// True when the other side closes within `limit`; what it sends before is thrown away.
    public func closes(within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            guard let data = receive(within: ContinuousClock.now.duration(to: deadline)) else { return false }
            if data.isEmpty { return true }
        }
        return false
    }

    /// Makes the other side's next write fail, as when a process is killed.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}

/// A TCP server on a free port that hands each connection to a closure, on a thread of its own: for answers that no
/// decent server would give.
public final class RawServer: Sendable {
    public let port: Int
    private let descriptor: Int32
    private let accepted = Atomic<Int>(0)

    public init(_ handle: @escaping @Sendable (RawSocket) -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && listen(descriptor, 128) == 0
                    && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard descriptor >= 0, isListening else { throw TestSupportError("cannot listen: error \(errno)") }
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                self?.accepted.add(1, ordering: .relaxed)
                let socket = RawSocket(descriptor: connection)
                Thread.detachNewThread { handle(socket) }
            }
        }
    }

    /// Connections taken so far.
    public var connections: Int { accepted.load(ordering: .relaxed) }

    /// Stops listening.
    public func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}

private func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}
