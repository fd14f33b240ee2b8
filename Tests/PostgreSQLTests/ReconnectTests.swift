import Foundation
import Logging
import PostgreSQL
import TestSupport
import Testing

/// Servers that restart, vanish, freeze or were never there.
@Suite struct ReconnectTests {
    @Test func `idle connections that were ended are replaced before anyone notices`() async throws {
        let made = try await TestDatabase.make()
        let database = made.database(poolSize: 3)
        for _ in 0..<5 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { _ = try await database.rows("SELECT pg_sleep(0.01)") } }
                try await group.waitForAll()
            }
            try await made.server.administer(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = \(made.name)")
        }
        #expect(try await database.rows("SELECT 1").count == 1)
        await database.close()
    }

    @Test func `a statement whose backend is killed fails as lost, and the pool recovers`() async throws {
        let server = try await PostgresServer.start(isDurable: false)
        let database = Database(server.settings(poolSize: 2), logger: Logger(label: "test"))
        let backend = try await database.rows("SELECT pg_backend_pid() AS pid").first?.decode(
            "pid", as: Int32.self)
        let task = Task { try await database.run { session in try session.rows("SELECT pg_sleep(60)") } }
        let other = try #require(backend)
        try await eventually("the statement runs") {
            try await server.administer(
                "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()"
            ).count == 1
        }
        // Killing any backend makes PostgreSQL end all of them and start over.
        #expect(kill(other, SIGKILL) == 0)
        let error = await #expect(throws: DatabaseError.self) { _ = try await task.value }
        #expect(error?.isConnectionLost == true && error?.isOutcomeUnknown == true)
        try await eventually("the pool serves again", within: .seconds(20)) { try await works(database) }
        await database.close()
    }

    @Test func `a killed and restarted server is found again, and committed rows are there`() async throws {
        let server = try await PostgresServer.start(isDurable: true)
        let database = Database(server.settings(poolSize: 3), logger: Logger(label: "test"))
        try await database.execute("CREATE TABLE kept (n integer)")
        try await database.execute("INSERT INTO kept VALUES (1)")
        try server.kill9()
        try await eventually("every connection is lost") {
            for _ in 0..<3 where try await works(database) { return false }
            return true
        }
        let error = await #expect(throws: DatabaseError.self) { try await database.rows("SELECT 1") }
        #expect(error?.isUnavailable == true && error?.sqlState.hasPrefix("08") == true)
        try await server.restart()
        let restarted = ContinuousClock.now
        try await eventually("the pool serves again") { try await works(database) }
        #expect(ContinuousClock.now - restarted < .seconds(5))
        #expect(try await database.rows("SELECT * FROM kept").count == 1)
        await database.close()
    }

    @Test func `a frozen server costs a bounded time and no thread of the cooperative pool`() async throws {
        let server = try await PostgresServer.start(isDurable: false)
        var settings = server.settings(poolSize: 2)
        settings.connectTimeout = .seconds(2)
        let database = Database(settings, logger: Logger(label: "test"))
        try await database.ping(within: .seconds(5))
        try await server.freeze()
        let started = ContinuousClock.now
        let error = await #expect(throws: DatabaseError.self) {
            try await database.ping(within: .milliseconds(300))
        }
        #expect(error?.isUnavailable == true)
        #expect(ContinuousClock.now - started < .seconds(4))
        let stuck = Task { try await database.rows("SELECT 1") }
        try await Task.sleep(for: .milliseconds(200))
        stuck.cancel()
        await #expect(throws: CancellationError.self) { _ = try await stuck.value }
        #expect(ContinuousClock.now - started < .seconds(12))
        try await server.thaw()
        try await eventually("the pool serves again") { try await works(database) }
        await database.close()
    }

    @Test func `a server that is not there is an error at once, not a hang, and knocked at with pauses`()
        async throws
    {
        let port = try FreePort.next()
        let settings = DatabaseSettings(
            url: "postgres://ada:secret-word@127.0.0.1:\(port)/nowhere", schema: "x", poolSize: 2,
            applicationName: "test")
        let database = Database(settings, logger: Logger(label: "test"))
        let started = ContinuousClock.now
        for _ in 0..<50 {
            let error = await #expect(throws: DatabaseError.self) { try await database.rows("SELECT 1") }
            #expect(error?.sqlState == "08001" && error?.isConnectionLost == true)
            #expect(error?.description.contains("secret-word") == false)
        }
        #expect(ContinuousClock.now - started < .seconds(15))
        await database.close()
    }

    @Test(arguments: [
        "", "secret-word", "mysql://ada:secret-word@h/d", "postgres://ada:secret-word@h:port/d",
        "postgres://ada:secret-word@h/d?sslmode=perhaps", "postgres://ada:secret-word@h/d?no_such_option=1",
    ])
    func `a wrong address is refused without being quoted`(url: String) async throws {
        let settings = DatabaseSettings(url: url, schema: "x", poolSize: 1, applicationName: "test")
        let database = Database(settings, logger: Logger(label: "test"))
        let error = await #expect(throws: DatabaseError.self) { try await database.rows("SELECT 1") }
        #expect(error?.sqlState == "08001")
        #expect("\(String(describing: error)) \(settings)".contains("secret-word") == false)
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("secret-word"))
        await database.close()
    }

    private func works(_ database: Database) async throws -> Bool {
        do {
            return try await database.rows("SELECT 1").count == 1
        } catch let error as DatabaseError where error.isConnectionLost {
            return false
        }
    }
}
