import Foundation
import TestSupport
import Testing

/// The servers that tests start: what is done to them works, and none outlives its tests.
@Suite struct ServersTests {
    @Test(arguments: ["runs", "frozen", "deaf"])
    func `a server whose test process vanished is ended and its files are removed`(state: String) async throws
    {
        let directory = try await blocking { try FileManager.default.makeHome() }
        let command = state == "deaf" ? ["/bin/sh", "-c", "trap '' QUIT; sleep 600"] : ["/bin/sleep", "600"]
        let server = WatchedServer(command, directory: directory, stopSignal: "QUIT")
        try await blocking { try server.start() }
        let pid = server.pid
        #expect(server.isAlive)
        if state == "frozen" { try server.signal(SIGSTOP) }
        server.abandon()
        try await eventually("the process is gone") { kill(pid, 0) != 0 }
        try await eventually("the files are gone") { !FileManager.default.fileExists(atPath: directory.path) }
    }

    @Test func `Redis with an append-only file keeps its keys over a kill`() async throws {
        let redis = try await RedisServer.start(appendOnly: true, options: ["--appendfsync", "always"])
        try await redis.command("SET", "key", "value")
        try redis.kill9()
        try await redis.restart()
        #expect(try await redis.command("GET", "key") == "value\n")
        try await redis.flush()
        #expect(try await redis.command("DBSIZE") == "0\n")
    }

    @Test func `Redis can be frozen, emptied by a kill, and rolled back to a snapshot`() async throws {
        let redis = try await RedisServer.start()
        try await redis.command("SET", "key", "old")
        let snapshot = try await redis.save()
        try await redis.command("SET", "key", "new")
        try await redis.rollBack(to: snapshot)
        #expect(try await redis.command("GET", "key") == "old\n")
        try redis.freeze()
        let waiting = Task { try await redis.command("GET", "key") }
        try await Task.sleep(for: .milliseconds(200))
        try redis.thaw()
        #expect(try await waiting.value == "old\n")
    }

    @Test func `PostgreSQL keeps its rows over a stop and a start`() async throws {
        let server = try await PostgresServer.start(isDurable: true)
        try await server.administer("CREATE TABLE kept (n integer)")
        try await server.stop()
        try await server.restart()
        #expect(try await server.administer("SELECT * FROM kept").isEmpty)
    }

    @Test func `free ports are free and differ`() throws {
        let ports = try (0..<20).map { _ in try FreePort.next() }
        #expect(Set(ports).count > 1)
        #expect(ports.allSatisfy { (1_024...65_535).contains($0) })
    }
}

extension FileManager {
    /// A directory that the watchman, not the test, removes.
    fileprivate func makeHome() throws -> URL {
        let url = temporaryDirectory.appendingPathComponent("holdfast-watched-\(UUID().uuidString)")
        try createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}
