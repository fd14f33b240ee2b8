import Contracts
import Foundation
import HTTPClient
import TestSupport

/// The whole suite as it runs for real: five processes, a PostgreSQL with five roles, a Redis. Made by a test, gone with it.
final class Suite: Sendable {
    static let names = ["tracking", "prediction", "nudging", "notification", "gateway"]

    let database: TestDatabase
    let redis: RedisServer
    let api: PublicAPI
    private let services: [String: WatchedServer]
    private let folder: TemporaryDirectory

    /// Starts everything and returns when each service says that it is ready.
    ///
    /// - Parameter settings: Environment variables for the services beside those that say where things are.
    static func start(settings: [String: String] = [:]) async throws -> Suite {
        let database = try await TestDatabase.makeSuite()
        let redis = try await RedisServer.start()
        let folder = try TemporaryDirectory("suite")
        let key = TestKey.make()
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
        let suite = Suite(database, redis, api, services, folder)
        for name in names { try await suite.waitUntilReady(name, "http://127.0.0.1:\(ports[name] ?? 0)") }
        return suite
    }

    private init(
        _ database: TestDatabase, _ redis: RedisServer, _ api: PublicAPI, _ services: [String: WatchedServer],
        _ folder: TemporaryDirectory
    ) {
        self.database = database
        self.redis = redis
        self.api = api
        self.services = services
        self.folder = folder
    }

    /// Stops the services in good order.
    func stop() async throws {
        for service in services.values { try await blocking { service.stop() } }
        try await redis.stop()
    }

    /// What a service wrote to its log.
    func log(of name: String) -> String { services[name]?.log ?? "" }

    /// Where the executables of this build are: beside the running tests, or where `HOLDFAST_BIN` says.
    private static func binary(_ name: String) throws -> String {
        let folder =
            ProcessInfo.processInfo.environment["HOLDFAST_BIN"]
            ?? Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
        let path = "\(folder)/\(name)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestSupportError("\(path) is not there; `swift build` makes it")
        }
        return path
    }

    private func waitUntilReady(_ name: String, _ url: String) async throws {
        let http = HTTPClient()
        do {
            try await eventually("\(name) is ready", within: .seconds(40)) {
                do {
                    let answer = try await http.send(HTTPClientRequest(url: url + "/readyz", timeout: .seconds(3)))
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

/// Keys in the form that the gateway takes.
enum TestKey {
    static func make() -> String {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        let body = String((0..<43).map { _ in alphabet[Int.random(in: 0..<62)] })
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in body.utf8 {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
        }
        let digits = String(~remainder, radix: 16)
        return "hf_" + body + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
