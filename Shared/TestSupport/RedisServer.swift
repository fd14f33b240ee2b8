import Foundation
import Synchronization

/// A private Redis on a free loopback port, in a directory of its own, gone when the tests are.
public final class RedisServer: Sendable {
    /// The port it listens on, the same after every restart.
    public let port: Int
    private let process: WatchedServer
    private let client: String

    /// `redis://127.0.0.1:<port>`
    public var url: String { "redis://127.0.0.1:\(port)" }

    private init(port: Int, process: WatchedServer, client: String) {
        self.port = port
        self.process = process
        self.client = client
    }

    deinit {
        process.remove()
    }

    /// Starts a server. It is ready when this returns.
    ///
    /// - Parameters:
    ///   - appendOnly: Whether it keeps an append-only file (synced every second); else nothing survives a
    ///     kill.
    ///   - options: Further settings as on its command line, for example `["--maxmemory", "64mb"]`.
    public static func start(appendOnly: Bool = false, options: [String] = []) async throws -> RedisServer {
        try await blocking {
            let given = ProcessInfo.processInfo.environment["HOLDFAST_REDIS_BIN"].map { [$0] } ?? []
            let server = try Program.find("redis-server", in: given)
            let client = try Program.find("redis-cli", in: given)
            let directory = try TemporaryDirectory.make("redis")
            let port = try FreePort.next()
            let command =
                [
                    server, "--port", "\(port)", "--bind", "127.0.0.1", "--dir", directory.path,
                    "--daemonize", "no",
                    "--save", "", "--appendonly", appendOnly ? "yes" : "no", "--appendfsync", "everysec",
                    "--maxmemory-policy", "noeviction", "--shutdown-timeout", "1",
                ] + options
            let process = WatchedServer(command, directory: directory, stopSignal: "TERM")
            let redis = RedisServer(port: port, process: process, client: client)
            try redis.begin()
            return redis
        }
    }

    /// Kills the process without warning.
    public func kill9() throws {
        try process.signal(SIGKILL)
    }

    /// Stops the process in good order. Its files stay.
    public func stop() async throws {
        try await blocking { [self] in process.stop() }
    }

    /// Starts it again on the same port and files, after ``stop()`` or ``kill9()``.
    public func restart() async throws {
        try await blocking { [self] in
            process.stop()
            try begin()
        }
    }

    /// Stops the process in its tracks.
    public func freeze() throws {
        try process.signal(SIGSTOP)
    }

    /// Lets a frozen process go on.
    public func thaw() throws {
        try process.signal(SIGCONT)
    }

    /// Empties it: FLUSHALL.
    public func flush() async throws {
        try await command("FLUSHALL")
    }

    /// Runs one command through `redis-cli` and returns what it printed.
    @discardableResult
    public func command(_ words: String...) async throws -> String {
        let line = [client, "-h", "127.0.0.1", "-p", "\(port)"] + words
        return try await blocking { try Program.succeed(line) }
    }

    /// What the server held at one moment, to be rolled back to.
    public struct Snapshot: Sendable {
        fileprivate let data: Data
    }

    /// Takes a snapshot (SAVE, then a copy of the file).
    public func save() async throws -> Snapshot {
        try await command("SAVE")
        let file = process.directory.appendingPathComponent("dump.rdb")
        return Snapshot(data: try await blocking { try Data(contentsOf: file) })
    }

    /// Kills the server and starts it with what it held at an earlier time: acknowledged writes since then
    /// are gone. For a server without an append-only file.
    public func rollBack(to snapshot: Snapshot) async throws {
        guard try await command("CONFIG", "GET", "appendonly").contains("no") else {
            throw TestSupportError("a server with an append-only file reads that, not the snapshot")
        }
        try kill9()
        try await blocking { [self] in
            process.stop()
            try snapshot.data.write(to: process.directory.appendingPathComponent("dump.rdb"))
            try begin()
        }
    }

    private func begin() throws {
        try process.start()
        for _ in 0..<1_000 {
            let answer = try Program.run([client, "-h", "127.0.0.1", "-p", "\(port)", "PING"])
            if answer.output.hasPrefix("PONG") { return }
            guard process.isAlive else { break }
            usleep(10_000)
        }
        throw TestSupportError("Redis did not start: \(process.log.suffix(2_000))")
    }
}
