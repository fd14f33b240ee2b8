import Foundation
import HTTPClient
import Synchronization
import TestSupport
import Testing

/// The client against servers that behave, and against such as do not.
@Suite struct HTTPClientTests {
    /// Answers every request on a kept connection with its own body and headers.
    private static func echoServer() throws -> RawServer {
        try RawServer { socket in
            while true {
                let head = socket.receive(until: "\r\n\r\n", within: .seconds(20))
                guard let end = head.range(of: "\r\n\r\n") else { return }
                var body = String(head[end.upperBound...])
                let length =
                    head.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
                while body.utf8.count < length, let more = socket.receive(), !more.isEmpty {
                    body += String(decoding: more, as: UTF8.self)
                }
                let first = head.prefix { $0 != "\r\n" }
                socket.send(
                    "HTTP/1.1 200 OK\r\nx-first-line: \(first)\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
                )
            }
        }
    }

    private static var thread: UInt { UInt(pthread_self()) }

    private func kind(_ body: () async throws -> Void) async -> HTTPClientError.Kind? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? HTTPClientError)?.kind
        }
    }

    @Test func `a request is sent as it was given, and its answer comes back whole`() async throws {
        let server = try Self.echoServer()
        defer { server.stop() }
        let client = HTTPClient()
        let body = Data(String(repeating: "ada ", count: 50_000).utf8)
        let response = try await client.send(
            HTTPClientRequest(method: .put, url: "http://127.0.0.1:\(server.port)/a?b=c", body: body))
        #expect(response.status == 200)
        #expect(response.body == body)
        #expect(response.header("X-First-Line") == "PUT /a?b=c HTTP/1.1")
    }

    @Test func `one connection serves many requests`() async throws {
        let server = try Self.echoServer()
        defer { server.stop() }
        let client = HTTPClient()
        for _ in 0..<20 {
            _ = try await client.send(
                HTTPClientRequest(method: .post, url: "http://127.0.0.1:\(server.port)/", body: Data()))
        }
        #expect(server.connections == 1)
    }

    @Test func `tasks that prefer the client run on its thread, before and after each answer`() async throws {
        let server = try Self.echoServer()
        defer { server.stop() }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        let threads = try await withThrowingTaskGroup(of: Set<UInt>.self) { group in
            for number in 0..<20 {
                group.addTask(executorPreference: client) {
                    var threads: Set<UInt> = [Self.thread]
                    for step in 0..<5 {
                        let body = Data("\(number)/\(step)".utf8)
                        let answer = try await client.send(HTTPClientRequest(method: .post, url: url, body: body))
                        #expect(answer.body == body)
                        threads.insert(Self.thread)
                    }
                    return threads
                }
            }
            return try await group.reduce(into: Set()) { $0.formUnion($1) }
        }
        #expect(threads.count == 1)
    }

    @Test func `a task that prefers a client which was shut down goes on all the same`() async throws {
        let client = HTTPClient()
        client.shutDown()
        let kind = await withTaskGroup(of: HTTPClientError.Kind?.self) { group in
            group.addTask(executorPreference: client) {
                await self.kind {
                    _ = try await client.send(HTTPClientRequest(url: "http://127.0.0.1:1/"))
                }
            }
            return await group.next() ?? nil
        }
        #expect(kind == .shutDown)
    }

    @Test func `many requests at once all come back`() async throws {
        let server = try Self.echoServer()
        defer { server.stop() }
        let client = HTTPClient(HTTPClientSettings(inFlightMax: 16))
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let body = Data("\(number)".utf8)
                    let request = HTTPClientRequest(
                        method: .post, url: "http://127.0.0.1:\(server.port)/", body: body)
                    return try await client.send(request).body == body
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answers == 200)
        #expect(server.connections <= 16)
    }

    @Test(
        "control characters never reach the wire",
        arguments: [
            HTTPClientRequest(url: "http://127.0.0.1:1/a\r\nX: y"),
            HTTPClientRequest(url: "http://127.0.0.1:1/a b"),
            HTTPClientRequest(url: "http://127.0.0.1:1/", headers: [("x", "a\r\nX-Other: b")]),
            HTTPClientRequest(url: "http://127.0.0.1:1/", headers: [("x", "a\u{0}b")]),
            HTTPClientRequest(url: "http://127.0.0.1:1/", headers: [("x: y\r\nz", "a")]),
            HTTPClientRequest(url: "file:///etc/passwd"), HTTPClientRequest(url: "gopher://127.0.0.1:1/"),
            HTTPClientRequest(url: "127.0.0.1"), HTTPClientRequest(url: ""),
        ])
    func refused(request: HTTPClientRequest) async {
        let client = HTTPClient()
        #expect(await kind { _ = try await client.send(request) } == .invalidRequest)
    }

    @Test func `a redirect is an answer, not an order`() async throws {
        let server = try RawServer { socket in
            _ = socket.receive(until: "\r\n\r\n")
            socket.send("HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n")
        }
        defer { server.stop() }
        let response = try await HTTPClient().send(HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/"))
        #expect(response.status == 302)
    }

    @Test func `a server that never answers costs no more than the timeout`() async throws {
        let server = try RawServer { socket in _ = socket.closes(within: .seconds(10)) }
        defer { server.stop() }
        let client = HTTPClient()
        let found = await kind {
            _ = try await client.send(
                HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/", timeout: .milliseconds(200)))
        }
        // Had the client waited longer, the server would have hung up first, which is a lost connection.
        #expect(found == .timedOut)
    }

    @Test func `an answer beyond the limit is cut off`() async throws {
        let server = try RawServer { socket in
            _ = socket.receive(until: "\r\n\r\n")
            socket.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            while socket.send("400\r\n" + String(repeating: "x", count: 1_024) + "\r\n") {}
        }
        defer { server.stop() }
        let client = HTTPClient()
        let found = await kind {
            _ = try await client.send(
                HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/", maxResponseBytes: 100_000))
        }
        #expect(found == .responseTooLarge)
    }

    @Test func `endless headers are cut off`() async throws {
        let server = try RawServer { socket in
            _ = socket.receive(until: "\r\n\r\n")
            socket.send("HTTP/1.1 200 OK\r\n")
            while socket.send("x-more: " + String(repeating: "y", count: 1_000) + "\r\n") {}
        }
        defer { server.stop() }
        let client = HTTPClient()
        #expect(
            await kind {
                _ = try await client.send(HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/"))
            } == .responseTooLarge)
    }

    @Test func `a torn answer is a lost connection, a closed port is none`() async throws {
        let server = try RawServer { socket in
            _ = socket.receive(until: "\r\n\r\n")
            socket.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this")
        }
        defer { server.stop() }
        let client = HTTPClient()
        #expect(
            await kind {
                _ = try await client.send(HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/"))
            } == .connectionLost)
        let port = try FreePort.next()
        #expect(
            await kind { _ = try await client.send(HTTPClientRequest(url: "http://127.0.0.1:\(port)/")) }
                == .notConnected)
    }

    @Test func `a cancelled request ends before any answer and takes its connection down`() async throws {
        let gone = Mutex(false)
        let server = try RawServer { socket in
            _ = socket.receive(until: "\r\n\r\n")
            if socket.closes(within: .seconds(10)) { gone.withLock { $0 = true } }
        }
        defer { server.stop() }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        let task = Task { try await client.send(HTTPClientRequest(url: url, timeout: .seconds(30))) }
        try await eventually("a connection") { server.connections == 1 }
        task.cancel()
        // Had it waited for the server, that would have hung up first, which is a lost connection.
        await #expect(throws: CancellationError.self) { try await task.value }
        try await eventually("the server sees the end") { gone.withLock { $0 } }
    }

    @Test func `more than the queue holds is refused, and what waits too long times out`() async throws {
        let server = try RawServer { socket in _ = socket.closes(within: .seconds(10)) }
        defer { server.stop() }
        let client = HTTPClient(HTTPClientSettings(inFlightMax: 1, queueMax: 2))
        let url = "http://127.0.0.1:\(server.port)/"
        let kinds = await withTaskGroup(of: HTTPClientError.Kind?.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    await self.kind {
                        _ = try await client.send(HTTPClientRequest(url: url, timeout: .milliseconds(300)))
                    }
                }
            }
            return await group.reduce(into: [HTTPClientError.Kind?]()) { $0.append($1) }
        }
        #expect(kinds.count { $0 == .queueFull } >= 3)
        #expect(kinds.allSatisfy { $0 == .queueFull || $0 == .timedOut })
    }

    @Test func `shutting down answers everybody`() async throws {
        let server = try RawServer { socket in _ = socket.closes(within: .seconds(10)) }
        defer { server.stop() }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        let task = Task { try await client.send(HTTPClientRequest(url: url, timeout: .seconds(30))) }
        try await eventually("a connection") { server.connections == 1 }
        client.shutDown()
        #expect(await kind { _ = try await task.value } == .shutDown)
        #expect(await kind { _ = try await client.send(HTTPClientRequest(url: url)) } == .shutDown)
    }
}
