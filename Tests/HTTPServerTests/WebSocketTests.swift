import Foundation
import HTTPServer
import Synchronization
import TestSupport
import Testing

/// WebSockets on the same port, spoken to with frames made by hand (RFC 6455).
@Suite struct WebSocketTests {
    private static let handshake =
        "GET /live?x=1 HTTP/1.1\r\nhost: a\r\norigin: http://a\r\nconnection: keep-alive, Upgrade\r\n"
        + "upgrade: WebSocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

    private struct Frame: Equatable {
        var opcode: UInt8
        var payload: Data
        var text: String { String(decoding: payload, as: UTF8.self) }
        var closeCode: Int {
            payload.count < 2
                ? 0 : Int(payload[payload.startIndex]) << 8 | Int(payload[payload.startIndex + 1])
        }
    }

    private final class Peer {
        let socket: RawSocket
        var buffer = Data()

        init(port: Int) throws {
            socket = try RawSocket(port: port)
            socket.send(WebSocketTests.handshake)
            // The first frame may come in one piece with the answer's head, and is not text.
            var answer = Data()
            while answer.range(of: Data("\r\n\r\n".utf8)) == nil, let more = socket.receive(), !more.isEmpty {
                answer.append(more)
            }
            let end = try #require(answer.range(of: Data("\r\n\r\n".utf8)))
            let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self)
            #expect(head.hasPrefix("HTTP/1.1 101"))
            #expect(head.lowercased().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="))
            buffer = Data(answer[end.upperBound...])
        }

        func send(_ opcode: UInt8, _ payload: Data, isFinal: Bool = true) {
            var frame = Data([(isFinal ? 0x80 : 0) | opcode])
            let mask: [UInt8] = [1, 2, 3, 4]
            if payload.count < 126 {
                frame.append(0x80 | UInt8(payload.count))
            } else {
                frame.append(0xFF)
                withUnsafeBytes(of: UInt64(payload.count).bigEndian) { frame.append(contentsOf: $0) }
            }
            frame.append(contentsOf: mask)
            frame.append(contentsOf: payload.enumerated().map { $0.element ^ mask[$0.offset % 4] })
            socket.send(frame)
        }

        func send(text: String) { send(1, Data(text.utf8)) }

        func next(within limit: Duration = .seconds(5)) -> Frame? {
            let deadline = ContinuousClock.now + limit
            while true {
                if let frame = take() { return frame }
                guard ContinuousClock.now < deadline,
                    let more = socket.receive(within: ContinuousClock.now.duration(to: deadline)),
                    !more.isEmpty
                else { return nil }
                buffer.append(more)
            }
        }

        private func take() -> Frame? {
            let bytes = Array(buffer)
            guard bytes.count >= 2 else { return nil }
            var length = Int(bytes[1] & 0x7F)
            var start = 2
            if length == 126 {
                guard bytes.count >= 4 else { return nil }
                length = Int(bytes[2]) << 8 | Int(bytes[3])
                start = 4
            } else if length == 127 {
                guard bytes.count >= 10 else { return nil }
                length = bytes[2..<10].reduce(0) { $0 << 8 | Int($1) }
                start = 10
            }
            guard bytes.count >= start + length else { return nil }
            buffer = Data(bytes[(start + length)...])
            return Frame(opcode: bytes[0] & 0x0F, payload: Data(bytes[start..<(start + length)]))
        }
    }

    private let echo = WebSocketEndpoint(path: "/live") { socket in
        try socket.send(text: "welcome \(socket.uri) \(socket.header("Origin") ?? "-")")
        for await message in socket.messages {
            if message == "fail" { throw CancellationError() }
            if message == "bye" { return socket.close(.normal, reason: "as you wish") }
            try socket.send(text: "echo \(message)")
        }
    }

    private func talk(
        _ endpoint: WebSocketEndpoint? = nil, _ body: @escaping @Sendable (TestServer) throws -> Void
    ) async throws {
        try await withServer(webSocket: endpoint ?? echo) { server in try await blocking { try body(server) }
        }
    }

    @Test func `text goes both ways, also in fragments and beyond 64 KiB on the way out`() async throws {
        try await talk { server in
            let peer = try Peer(port: server.port)
            #expect(peer.next()?.text == "welcome /live?x=1 http://a")
            peer.send(text: "one")
            #expect(peer.next()?.text == "echo one")
            peer.send(1, Data("two, ".utf8), isFinal: false)
            peer.send(0, Data("in ".utf8), isFinal: false)
            peer.send(9, Data("ping between".utf8))
            peer.send(0, Data("parts".utf8))
            let pong = peer.next()
            #expect(pong?.opcode == 10 && pong?.text == "ping between")
            #expect(peer.next()?.text == "echo two, in parts")
            let long = String(repeating: "x", count: 60_000)
            peer.send(text: long)
            #expect(peer.next()?.text == "echo " + long)
        }
    }

    @Test func `a close is answered with the same code`() async throws {
        try await talk { server in
            let peer = try Peer(port: server.port)
            _ = peer.next()
            peer.send(8, Data([0x03, 0xE9]))
            let close = peer.next()
            #expect(close?.opcode == 8 && close?.closeCode == 1_001)
            #expect(peer.socket.closes(within: .seconds(3)))
        }
    }

    @Test func `the handler's end is the socket's, with its code and reason`() async throws {
        try await talk { server in
            let peer = try Peer(port: server.port)
            _ = peer.next()
            peer.send(text: "bye")
            let close = peer.next()
            #expect(close?.opcode == 8 && close?.closeCode == 1_000)
            #expect(close?.text.hasSuffix("as you wish") == true)
        }
    }

    @Test func `too large a message, in one piece or in many, is closed with 1009`() async throws {
        try await talk { server in
            let one = try Peer(port: server.port)
            _ = one.next()
            one.send(text: String(repeating: "x", count: 70_000))
            #expect(one.next()?.closeCode == 1_009)
            let many = try Peer(port: server.port)
            _ = many.next()
            many.send(1, Data(repeating: 120, count: 40_000), isFinal: false)
            many.send(0, Data(repeating: 120, count: 40_000), isFinal: false)
            #expect(many.next()?.closeCode == 1_009)
        }
    }

    @Test func `binary and broken text are refused`() async throws {
        try await talk { server in
            let binary = try Peer(port: server.port)
            _ = binary.next()
            binary.send(2, Data([1, 2, 3]))
            #expect(binary.next()?.closeCode == 1_003)
            let broken = try Peer(port: server.port)
            _ = broken.next()
            broken.send(1, Data([0xFF, 0xFE]))
            #expect(broken.next()?.closeCode == 1_007)
        }
    }

    @Test func `a client that does not read is sent away, and the others stay`() async throws {
        let ended = Mutex<WebSocketCloseCode?>(nil)
        let flood = WebSocketEndpoint(path: "/live", queueMessagesMax: 50) { socket in
            let text = String(repeating: "x", count: 50_000)
            do {
                for _ in 0..<100_000 {
                    try socket.send(text: text)
                    try await Task.sleep(for: .microseconds(200))
                }
            } catch let closed as WebSocketClosed {
                ended.withLock { $0 = closed.code }
                throw closed
            }
        }
        try await talk(flood) { server in
            let peer = try Peer(port: server.port)
            let deadline = ContinuousClock.now + .seconds(10)
            while ended.withLock({ $0 }) == nil, ContinuousClock.now < deadline { usleep(20_000) }
            #expect(ended.withLock { $0 } == .tryAgainLater)
            #expect(peer.socket.closes(within: .seconds(6)))
        }
    }

    @Test func `a silent client is pinged, and given up when it never answers`() async throws {
        let quick = WebSocketEndpoint(path: "/live", pingInterval: .milliseconds(150)) { socket in
            for await _ in socket.messages {}
        }
        try await talk(quick) { server in
            let peer = try Peer(port: server.port)
            #expect(peer.next()?.opcode == 9)
            #expect(peer.socket.closes(within: .seconds(4)))
        }
    }

    @Test func `an open socket does not hold up the end of the service`() async throws {
        let start = Mutex(ContinuousClock.now)
        try await withServer(webSocket: echo) { (server: TestServer) async throws -> Void in
            let peer = try await blocking {
                let peer = UncheckedPeer(peer: try Peer(port: server.port))
                _ = peer.peer.next()
                return peer
            }
            start.withLock { $0 = .now }
            await server.group.triggerGracefulShutdown()
            let close = try await blocking { peer.peer.next() }
            #expect(close?.opcode == 8 && close?.closeCode == 1_001)
        }
        #expect(start.withLock { $0.duration(to: .now) } < .seconds(3))
    }

    /// Handed from one blocking call to the next, never used by two at a time.
    private struct UncheckedPeer: @unchecked Sendable { let peer: Peer }
}
