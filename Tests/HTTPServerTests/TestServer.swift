import Foundation
import HTTPClient
import HTTPServer
import Logging
import RPC
import Runtime
import ServiceLifecycle
import Synchronization

/// A server of the real kind on a free port, for the time of one test.
func withServer<Answer: Sendable>(
    routes: HTTPRoutes = HTTPRoutes(), rpc: RPCRouter? = nil, files: StaticFiles? = nil,
    health: [HealthCheck] = [],
    webSocket: WebSocketEndpoint? = nil, lines: LogLines = LogLines(),
    adjust: (inout HTTPServerSettings) -> Void = { _ in },
    _ body: @escaping @Sendable (TestServer) async throws -> Answer
) async throws -> Answer {
    var settings = HTTPServerSettings(port: 0)
    adjust(&settings)
    let logger = Logger(label: "test") {
        JSONLogHandler(label: $0, service: "test", level: .info, write: lines.write)
    }
    let runtime = ServiceRuntime(
        service: "test", logger: logger, metrics: PrometheusRegistry(), clock: SystemClock())
    let service = HTTPService(
        settings, runtime: runtime, rpc: rpc, routes: routes, files: files, health: health,
        webSocket: webSocket)
    let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: logger))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let server = TestServer(port: try await service.boundPort, group: group)
        let answer: Answer
        do {
            answer = try await body(server)
        } catch {
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return answer
    }
}

/// Where the server of a test listens.
struct TestServer: Sendable {
    let port: Int
    let group: ServiceGroup
    let client = HTTPClient()

    var base: String { "http://127.0.0.1:\(port)" }

    func send(
        _ method: HTTPClientRequest.Method, _ path: String, _ body: Data? = nil,
        headers: [HTTPClientRequest.Header] = []
    ) async throws -> HTTPClientResponse {
        try await client.send(
            HTTPClientRequest(
                method: method, url: base + path, headers: headers, body: body, timeout: .seconds(30)))
    }

    func get(_ path: String, headers: [HTTPClientRequest.Header] = []) async throws -> HTTPClientResponse {
        try await send(.get, path, headers: headers)
    }
}

/// What was logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    @Sendable func write(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

extension HTTPClientResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    func field(_ name: String) throws -> String? {
        guard let object = try JSONSerialization.jsonObject(with: body) as? [String: Any] else { return nil }
        return object[name].map { "\($0)" }
    }
}
