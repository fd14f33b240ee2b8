import Foundation
import HTTPServer
import Synchronization
import TestSupport
import Testing

/// Clients that are slow, endless, confused or too many.
@Suite struct HostileClientTests {
    private func routes() -> HTTPRoutes {
        let routes = HTTPRoutes()
        routes.on(.get, "/hello") { _ in .text("hello") }
        routes.on(.post, "/echo") { .data($0.body, type: "text/plain") }
        return routes
    }

    @Test func `a head that trickles is cut off, and others do not notice`() async throws {
        try await withServer(routes: routes(), adjust: { $0.headerTimeout = .milliseconds(400) }) {
            (server: TestServer) async throws -> Void in
            let slow = try await blocking { try (0..<50).map { _ in try RawSocket(port: server.port) } }
            for socket in slow { socket.send("GET /hello HTTP/1.1\r\nhost: a\r\nx: ") }
            let start = ContinuousClock.now
            #expect(try await server.get("/hello").status == 200)
            #expect(start.duration(to: .now) < .seconds(1))
            let closed = try await blocking {
                slow.allSatisfy { socket in
                    socket.send("y")
                    return socket.closes(within: .seconds(3))
                }
            }
            #expect(closed)
        }
    }

    @Test func `a second head that trickles on a kept connection is cut off as well`() async throws {
        try await withServer(routes: routes(), adjust: { $0.headerTimeout = .milliseconds(300) }) {
            (server: TestServer) async throws -> Void in
            try await blocking {
                let socket = try RawSocket(port: server.port)
                socket.send("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n")
                #expect(socket.receive(until: "hello").contains("200 OK"))
                socket.send("GET /hel")
                #expect(socket.closes(within: .seconds(2)))
            }
        }
    }

    @Test func `a body that trickles is cut off`() async throws {
        let adjust: (inout HTTPServerSettings) -> Void = {
            $0.bodyRateWindow = .milliseconds(300)
        }
        try await withServer(routes: routes(), adjust: adjust) { (server: TestServer) async throws -> Void in
            try await blocking {
                let socket = try RawSocket(port: server.port)
                socket.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nab")
                #expect(socket.closes(within: .seconds(3)))
            }
        }
    }

    @Test func `an idle connection is closed after its time, not before`() async throws {
        try await withServer(routes: routes(), adjust: { $0.idleTimeout = .milliseconds(700) }) {
            (server: TestServer) async throws -> Void in
            try await blocking {
                let socket = try RawSocket(port: server.port)
                for _ in 0..<2 {
                    socket.send("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n")
                    #expect(socket.receive(until: "hello").contains("200 OK"))
                    #expect(socket.receive(within: .milliseconds(300)) == nil)
                }
                #expect(socket.closes(within: .seconds(3)))
            }
        }
    }

    @Test func `too long a head is 431`() async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            try await blocking {
                let socket = try RawSocket(port: server.port)
                socket.send(
                    "GET /hello HTTP/1.1\r\nhost: a\r\nx: \(String(repeating: "y", count: 20_000))\r\n\r\n")
                let answer = socket.receive(until: "problem:invalid_argument")
                #expect(answer.hasPrefix("HTTP/1.1 431"))
                #expect(socket.closes(within: .seconds(2)))
            }
        }
    }

    @Test(
        "what is no HTTP is 400",
        arguments: [
            "hello there\r\n\r\n", "GET /hello HTTP/9.9\r\n\r\n", "GET /hello HTTP/1.1\r\nbad header\r\n\r\n",
        ])
    func notHTTP(text: String) async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            try await blocking {
                let socket = try RawSocket(port: server.port)
                socket.send(text)
                #expect(socket.receive(until: "}").hasPrefix("HTTP/1.1 400"))
            }
        }
    }

    @Test func `a client that asks before it sends a body is told to go on`() async throws {
        try await withServer(routes: routes()) { server in
            try await blocking {
                let socket = try RawSocket(port: server.port)
                socket.send(
                    "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n")
                #expect(socket.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue\r\n"))
                socket.send("hello")
                let answer = socket.receive(until: "hello")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK") && answer.hasSuffix("hello"))
            }
        }
    }

    @Test func `beyond its load the service sheds reads first, and what is essential never`() async throws {
        let routes = HTTPRoutes()
        let gate = Gate()
        routes.on(.get, "/read") { _ in
            await gate.wait()
            return .text("read")
        }
        routes.on(.post, "/write") { _ in
            await gate.wait()
            return .text("written")
        }
        routes.on(.post, "/unsubscribe", importance: .essential) { _ in .text("done") }
        try await withServer(routes: routes, adjust: { $0.requestsMax = 4 }) { server in
            // The reads come first: with two requests under way no further read is let in.
            let reads = hold(2) { try await server.get("/read").status }
            try await eventually("two reads wait") { gate.waiting == 2 }
            let writes = hold(2) { try await server.send(.post, "/write").status }
            try await eventually("two writes wait") { gate.waiting == 4 }
            let read = try await server.get("/read")
            #expect(read.status == 503 && read.header("retry-after") == "1")
            #expect(try await server.send(.post, "/write").status == 503)
            #expect(try await server.send(.post, "/unsubscribe").status == 200)
            gate.open()
            #expect(try await reads.value + writes.value == [200, 200, 200, 200])
            #expect(try await server.get("/read").status == 200)
        }
    }

    private func hold(
        _ count: Int, _ send: @escaping @Sendable () async throws -> Int
    ) -> Task<[Int], any Error> {
        Task {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<count { group.addTask { try await send() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
    }

    /// Holds whoever waits until it is opened.
    private final class Gate: Sendable {
        private let state = Mutex((isOpen: false, waiting: [CheckedContinuation<Void, Never>]()))
        var waiting: Int { state.withLock { $0.waiting.count } }

        func wait() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    @Test func `requests sent together are answered in order`() async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            try await blocking {
                let socket = try RawSocket(port: server.port)
                let one = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nfirst"
                let two = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nsecond"
                socket.send(one + two)
                let answer = socket.receive(until: "second")
                let first = try #require(answer.range(of: "first"))
                let second = try #require(answer.range(of: "second"))
                #expect(first.lowerBound < second.lowerBound)
            }
        }
    }

    @Test func `a connection beyond the limit is told so`() async throws {
        try await withServer(routes: routes(), adjust: { $0.connectionsMax = 3 }) {
            (server: TestServer) async throws -> Void in
            try await blocking {
                let held = try (0..<3).map { _ in try RawSocket(port: server.port) }
                for socket in held {
                    socket.send("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n")
                    #expect(socket.receive(until: "hello").contains("200 OK"))
                }
                let fourth = try RawSocket(port: server.port)
                #expect(fourth.receive(until: "}").hasPrefix("HTTP/1.1 503"))
                #expect(held[0].send("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n"))
                #expect(held[0].receive(until: "hello").contains("200 OK"))
            }
        }
    }

    @Test(
        "a request that asks for an upgrade that is not given is answered all the same",
        arguments: [
            "GET /hello HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
            "GET /hello HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            "GET /live HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
            "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\ncontent-length: 5\r\n\r\nhello",
        ])
    func strayUpgrade(request: String) async throws {
        let endpoint = WebSocketEndpoint(path: "/live") { _ in }
        try await withServer(routes: routes(), webSocket: endpoint) {
            (server: TestServer) async throws -> Void in
            try await blocking {
                let socket = try RawSocket(port: server.port)
                socket.send(request)
                let answer = socket.receive(until: "\r\n\r\n")
                #expect(answer.hasPrefix(request.contains("/live") ? "HTTP/1.1 404" : "HTTP/1.1 200"))
                #expect(socket.closes(within: .seconds(2)))
            }
        }
    }

    @Test func `requests under way when the service stops are all answered`() async throws {
        let routes = HTTPRoutes()
        routes.on(.get, "/work") { _ in
            try await Task.sleep(for: .milliseconds(400))
            return .text("done")
        }
        let stopped = try await withServer(routes: routes, adjust: { $0.drainDelay = .seconds(3) }) {
            server in
            let client = server.client
            let answers = Tally()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        do {
                            // They begin before, around and after the order to stop.
                            try await Task.sleep(for: .milliseconds(number * 5))
                            answers.add(isGood: try await server.get("/work").status == 200)
                        } catch {
                            answers.add(isGood: false)
                        }
                    }
                }
                group.addTask {
                    do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
                    await server.group.triggerGracefulShutdown()
                }
            }
            client.shutDown()
            return answers.counts
        }
        #expect(stopped.good == 40 && stopped.bad == 0)
    }

    private final class Tally: Sendable {
        private let state = Mutex((good: 0, bad: 0))
        func add(isGood: Bool) { state.withLock { if isGood { $0.good += 1 } else { $0.bad += 1 } } }
        var counts: (good: Int, bad: Int) { state.withLock { $0 } }
    }
}
