import Contracts
import EventLog
import Foundation
import HTTPClient
import HTTPServer
import Logging
import PostgreSQL
import RPC
import Runtime
import ServiceLifecycle
import TestSupport

@testable import Gateway
@testable import Tracking

/// The xAPI endpoint as a client meets it: the gateway's resources on a socket, Tracking's procedures behind them on
/// another, both on a real database.
struct XAPIWorld: Sendable {
    let base: String
    let port: Int
    /// Holds every scope.
    let key: String
    /// May send and not read.
    let ingestKey: String
    let database: Database
    private let http = HTTPClient()

    static func run(_ body: @escaping @Sendable (XAPIWorld) async throws -> Void) async throws {
        let test = try await TestDatabase.make(schemas: ["tracking", "gateway"])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        for (schema, extra) in [("tracking", EventLog.migrations), ("gateway", [])] {
            let folder = Repository.root.appending(path: "Services/\(schema.capitalized)/Store/Migrations")
            try await Migrator(schema: schema, directory: folder, extra: extra)
                .migrate(test.settings(schema: schema), logger: logger)
        }
        let tracking = HTTPService(
            HTTPServerSettings(port: 0), runtime: runtime("tracking", logger),
            rpc: try router(test.database(schema: "tracking", poolSize: 8)))
        let keys = KeyStore(database: test.database(schema: "gateway"))
        let (all, ingest) = (APIKey.make(), APIKey.make())
        _ = try await keys.save(all, name: "all", scopes: [.admin], tenant: .standard, now: Date())
        _ = try await keys.save(ingest, name: "ingest", scopes: [.ingest], tenant: .standard, now: Date())
        try await serving([tracking], logger) { ports in
            let client = RPCClient(base: "http://127.0.0.1:\(ports[0])", http: HTTPClient())
            let routes = HTTPRoutes()
            XAPIRoutes(
                admission: Admission(keys: keys, limit: RateLimit(rate: 100_000)),
                upstream: Upstream(
                    tracking: client, prediction: client, nudging: client, notification: client, logger: logger),
                home: "http://holdfast.example"
            ).register(on: routes)
            let gateway = HTTPService(
                HTTPServerSettings(port: 0), runtime: runtime("gateway", logger), routes: routes)
            try await serving([gateway], logger) { ports in
                try await body(
                    XAPIWorld(
                        base: "http://127.0.0.1:\(ports[0])", port: ports[0], key: all.text, ingestKey: ingest.text,
                        database: test.database(schema: "tracking")))
            }
        }
    }

    private static func runtime(_ service: String, _ logger: Logger) -> ServiceRuntime {
        ServiceRuntime(service: service, logger: logger, metrics: PrometheusRegistry(), clock: SystemClock())
    }

    private static func router(_ database: Database) throws -> RPCRouter {
        let router = RPCRouter(clock: SystemClock())
        let mapping = Repository.root.appending(path: "Services/Tracking/Mappings/xapi.json")
        StatementRoutes(
            store: StatementStore(
                database: database, ingest: IngestStore(database: database),
                mapping: try XAPIMapping(contentsOf: mapping), now: { SystemClock().now() }),
            reads: StatementReads(database: database), metrics: IngestMetrics(), wakeRelay: {}
        ).register(on: router)
        DocumentRoutes(store: DocumentStore(database: database)).register(on: router)
        return router
    }

    private static func serving(
        _ services: [HTTPService], _ logger: Logger, _ body: @escaping @Sendable ([Int]) async throws -> Void
    ) async throws {
        let group = ServiceGroup(configuration: .init(services: services.map { .init(service: $0) }, logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var ports: [Int] = []
            for service in services { ports.append(try await service.boundPort) }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(ports)) } catch { outcome = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try outcome.get()
        }
    }

    // MARK: Requests

    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: Data

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSONValue { get throws { try JSONDecoder().decode(JSONValue.self, from: body) } }
        var ids: [String] { get throws { try JSONDecoder().decode([String].self, from: body) } }
    }

    /// Sends a request with key, version and content type unless they are given; a nil value leaves a header out.
    func send(
        _ method: HTTPClientRequest.Method, _ path: String, _ body: String? = nil, data: Data? = nil,
        _ changed: [String: String?] = [:]
    ) async throws -> Answer {
        var headers: [String: String?] = [
            "Authorization": "Basic " + Data("lrs:\(key)".utf8).base64EncodedString(),
            "X-Experience-API-Version": "1.0.3",
        ]
        let content = data ?? body.map { Data($0.utf8) }
        if content != nil { headers["Content-Type"] = "application/json" }
        headers.merge(changed) { $1 }
        let sent = headers.compactMap { name, value in value.map { (name: name, value: $0) } }
        let answer = try await http.send(
            HTTPClientRequest(
                method: method, url: base + path, headers: sent, body: content, timeout: .seconds(30)))
        var received: [String: String] = [:]
        for (name, value) in answer.headers { received[name.lowercased()] = value }
        return Answer(status: answer.status, headers: received, body: answer.body)
    }

    static func query(_ parameters: [String: String]) -> String {
        let allowed = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return parameters.sorted { $0.key < $1.key }.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? value)"
        }.joined(separator: "&")
    }
}
