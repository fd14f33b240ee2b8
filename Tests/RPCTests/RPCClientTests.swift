import Contracts
import Foundation
import HTTPClient
import HTTPServer
import Logging
import RPC
import Runtime
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

/// Client and server together on a real socket, and the client against a server that misbehaves.
@Suite struct RPCClientTests {
    static let greet = RPCRouterTests.greet
    typealias Question = RPCRouterTests.Question
    typealias Reply = RPCRouterTests.Reply

    private func withService(
        _ handle: @escaping @Sendable (Question, RPCContext) async throws -> Reply,
        _ body: @escaping @Sendable (RPCClient) async throws -> Void
    ) async throws {
        let router = RPCRouter(clock: SystemClock())
        router.handle(Self.greet, handle)
        let runtime = ServiceRuntime(
            service: "test", logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() },
            metrics: PrometheusRegistry(), clock: SystemClock())
        let service = HTTPService(HTTPServerSettings(port: 0), runtime: runtime, rpc: router)
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: service)], logger: runtime.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let client = RPCClient(
                base: "http://127.0.0.1:\(try await service.boundPort)/", http: HTTPClient(),
                backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(5)))
            do {
                try await body(client)
            } catch {
                Issue.record(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func failure(_ body: () async throws -> Void) async -> RPCError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? RPCError
        }
    }

    @Test func `a call carries tenant, trace and what is left of the deadline`() async throws {
        let seen = Mutex<(RPCContext)?>(nil)
        let trace = TraceContext.fresh()
        try await withService({ question, context in
            seen.withLock { $0 = context }
            return Reply(greeting: "hello \(question.name)", tenant: context.tenant.rawValue, left: true)
        }) { client in
            let context = RPCContext(
                tenant: try #require(TenantID("school")), deadline: .now + .seconds(3), trace: trace)
            let reply = try await client.call(Self.greet, Question(name: "Ada"), context)
            #expect(reply.greeting == "hello Ada")
            let found = try #require(seen.withLock { $0 })
            #expect(found.tenant.rawValue == "school")
            #expect(found.trace.traceID == trace.traceID && found.trace.spanID != trace.spanID)
            #expect(try #require(found.remaining) <= .seconds(3))
        }
    }

    @Test func `an idempotent call is made again while the service is unavailable`() async throws {
        let calls = Mutex(0)
        try await withService({ _, _ in
            let count = calls.withLock { count in
                count += 1
                return count
            }
            if count < 3 { throw RPCError(.unavailable, "starting") }
            return Reply(greeting: "hello", tenant: "", left: false)
        }) { client in
            let reply = try await client.call(Self.greet, Question(name: "Ada"), RPCContext())
            #expect(reply.greeting == "hello")
            #expect(calls.withLock { $0 } == 3)
        }
    }

    @Test func `a call that is not idempotent is made once, and so is one that can never succeed`()
        async throws
    {
        let calls = Mutex(0)
        try await withService({ question, _ in
            calls.withLock { $0 += 1 }
            throw RPCError(question.name == "bad" ? .invalidArgument : .unavailable, "no")
        }) { client in
            let once = RPCMethod<Question, Reply>(path: Self.greet.path, isIdempotent: false)
            #expect(
                await failure { _ = try await client.call(once, Question(name: "Ada"), RPCContext()) }?.code
                    == .unavailable)
            #expect(calls.withLock { $0 } == 1)
            #expect(
                await failure { _ = try await client.call(Self.greet, Question(name: "bad"), RPCContext()) }?
                    .code == .invalidArgument)
            #expect(calls.withLock { $0 } == 2)
        }
    }

    @Test func `in a long outage retries stay a tenth of the calls`() async throws {
        let calls = Mutex(0)
        try await withService({ _, _ in
            calls.withLock { $0 += 1 }
            throw RPCError(.unavailable, "down", retryAfter: .milliseconds(1))
        }) { client in
            for _ in 0..<200 {
                _ = await failure {
                    _ = try await client.call(Self.greet, Question(name: "Ada"), RPCContext())
                }
            }
            // 200 calls, 10 retries at hand from the beginning and 0.1 earned by each call.
            #expect((200...231).contains(calls.withLock { $0 }))
        }
    }

    @Test func `the deadline is kept, attempts and waits included`() async throws {
        try await withService({ _, _ in
            try await Task.sleep(for: .seconds(10))
            return Reply(greeting: "", tenant: "", left: false)
        }) { client in
            let start = ContinuousClock.now
            let error = await failure {
                _ = try await client.call(
                    Self.greet, Question(name: "Ada"), RPCContext(deadline: .now + .milliseconds(300)))
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(start.duration(to: .now) < .seconds(2))
            let late = await failure {
                _ = try await client.call(
                    Self.greet, Question(name: "Ada"), RPCContext(deadline: .now - .seconds(1)))
            }
            #expect(late?.code == .deadlineExceeded)
        }
    }

    @Test func `a service that is not there is unavailable`() async throws {
        let client = RPCClient(base: "http://127.0.0.1:\(try FreePort.next())", http: HTTPClient())
        let error = await failure {
            _ = try await client.call(Self.greet, Question(name: "Ada"), RPCContext())
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message == "the service cannot be reached")
    }

    @Test(
        "an answer that is no protocol error is judged by its status",
        arguments: [
            (400, RPCError.Code.internal), (401, .unauthenticated), (403, .permissionDenied),
            (404, .unimplemented),
            (502, .unavailable), (503, .unavailable), (504, .unavailable), (429, .unavailable),
            (418, .unknown),
        ])
    func foreignAnswer(status: Int, code: RPCError.Code) async throws {
        let server = try RawServer { socket in
            while !socket.receive(until: "}", within: .seconds(5)).isEmpty {
                socket.send("HTTP/1.1 \(status) X\r\ncontent-length: 13\r\n\r\n<p>proxy</p>\n")
            }
        }
        defer { server.stop() }
        let once = RPCMethod<Question, Reply>(path: Self.greet.path, isIdempotent: false)
        let client = RPCClient(base: "http://127.0.0.1:\(server.port)", http: HTTPClient())
        #expect(
            await failure { _ = try await client.call(once, Question(name: "Ada"), RPCContext()) }?.code
                == code)
    }

    @Test func `a wait that the service asks for is honoured and read from either place`() async throws {
        let server = try RawServer { socket in
            while !socket.receive(until: "}", within: .seconds(5)).isEmpty {
                let body =
                    #"{"code":"resource_exhausted","message":"slow down","details":[{"type":"google.rpc.RetryInfo","value":"CggIARCAyrXuAQ"}]}"#
                socket.send("HTTP/1.1 429 X\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
        defer { server.stop() }
        let client = RPCClient(base: "http://127.0.0.1:\(server.port)", http: HTTPClient())
        let error = await failure {
            // The wait of 1.5 s does not fit the deadline, so there is no second attempt.
            _ = try await client.call(
                Self.greet, Question(name: "Ada"), RPCContext(deadline: .now + .seconds(1)))
        }
        #expect(error?.code == .resourceExhausted && error?.retryAfter == .milliseconds(1_500))
        #expect(server.connections == 1)
    }
}
