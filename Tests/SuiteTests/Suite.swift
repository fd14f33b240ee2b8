import Contracts
import Foundation
import Gateway
import HTTPClient
import HTTPServer
import TestSupport

/// The whole suite as it runs for real: five processes, a PostgreSQL with five roles, a Redis. Made by a test, gone with it.
final class Suite: Sendable {
    static let names = ["tracking", "prediction", "nudging", "notification", "gateway"]

    let database: TestDatabase
    let redis: RedisServer
    let api: PublicAPI
    private let services: [String: WatchedServer]
    private let urls: [String: String]
    private let http = HTTPClient()
    private let folder: TemporaryDirectory

    /// Starts everything and returns when each service says that it is ready.
    ///
    /// - Parameter settings: Environment variables for the services beside those that say where things are.
    static func start(settings: [String: String] = [:]) async throws -> Suite {
        let database = try await TestDatabase.makeSuite()
        let redis = try await RedisServer.start()
        let folder = try TemporaryDirectory("suite")
        let key = APIKey.make().text
        var ports: [String: Int] = [:]
        for name in names { ports[name] = try FreePort.next() }
        var common = [
            "HOLDFAST_REDIS_URL": redis.url, "HOLDFAST_CLOCK": "simulated", "HOLDFAST_GATEWAY_ADMIN_KEY": key,
            "HOLDFAST_PUBLIC_URL": "http://127.0.0.1:\(ports["gateway"] ?? 0)",
            "HOLDFAST_NOTIFICATION_DATA_KEY": Data(repeating: 7, count: 32).base64EncodedString(),
            "HOLDFAST_NOTIFICATION_SINK_FOLDER": folder.url.appending(path: "mail").path,
        ]
        for (name, port) in ports { common["HOLDFAST_\(name.uppercased())_URL"] = "http://127.0.0.1:\(port)" }
        common.merge(settings) { _, given in given }
        var services: [String: WatchedServer] = [:]
        for name in names {
            let own = common.merging([
                "HOLDFAST_HTTP_PORT": String(ports[name] ?? 0), "HOLDFAST_DATABASE_URL": database.url(for: name),
            ]) { _, own in own }
            let home = folder.url.appending(path: name)
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            let words = own.map { "\($0.key)=\($0.value)" }.sorted()
            let service = WatchedServer(
                ["/usr/bin/env"] + words + [try binary("\(name)-service")], directory: home, stopSignal: "TERM")
            try service.start()
            services[name] = service
        }
        let api = PublicAPI(base: "http://127.0.0.1:\(ports["gateway"] ?? 0)", key: key)
        let suite = Suite(database, redis, api, services, ports.mapValues { "http://127.0.0.1:\($0)" }, folder)
        for name in names { try await suite.waitUntilReady(name) }
        return suite
    }

    private init(
        _ database: TestDatabase, _ redis: RedisServer, _ api: PublicAPI, _ services: [String: WatchedServer],
        _ urls: [String: String], _ folder: TemporaryDirectory
    ) {
        self.database = database
        self.redis = redis
        self.api = api
        self.services = services
        self.urls = urls
        self.folder = folder
    }

    /// Stops the services in good order.
    func stop() async throws {
        for service in services.values { try await blocking { service.stop() } }
        try await redis.stop()
    }

    /// Stops one service in good order and starts it again; it is ready when this returns.
    func restart(_ name: String) async throws {
        guard let service = services[name] else { throw TestSupportError("there is no service \(name)") }
        try await blocking {
            service.stop()
            try service.start()
        }
        try await waitUntilReady(name)
    }

    /// What `/readyz` of a service says.
    func readiness(of name: String) async throws -> (status: Int, report: ReadinessReport) {
        let answer = try await http.send(HTTPClientRequest(url: url(of: name) + "/readyz", timeout: .seconds(10)))
        return (answer.status, try JSONCoding.decoder().decode(ReadinessReport.self, from: answer.body))
    }

    /// What `/metrics` of a service says.
    func metrics(of name: String) async throws -> String {
        let answer = try await http.send(HTTPClientRequest(url: url(of: name) + "/metrics", timeout: .seconds(10)))
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// The process ids of the services, by name.
    var processes: [String: pid_t] { services.mapValues(\.pid) }

    private func url(of name: String) -> String { urls[name] ?? "" }

    /// What a service wrote to its log.
    func log(of name: String) -> String { services[name]?.log ?? "" }

    /// Where the executables of this build are: beside the running tests, or where `HOLDFAST_BIN` says.
    static func binary(_ name: String) throws -> String {
        let folder =
            ProcessInfo.processInfo.environment["HOLDFAST_BIN"]
            ?? Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
        let path = "\(folder)/\(name)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestSupportError("\(path) is not there; `swift build` makes it")
        }
        return path
    }

    private func waitUntilReady(_ name: String) async throws {
        do {
            try await eventually("\(name) is ready", within: .seconds(40)) {
                do {
                    let answer = try await http.send(HTTPClientRequest(url: url(of: name) + "/readyz", timeout: .seconds(3)))
                    return answer.status == 200
                } catch is HTTPClientError {
                    return false
                }
            }
        } catch {
            throw TestSupportError("\(error); its log:\n\(log(of: name).suffix(3_000))")
        }
    }
}
