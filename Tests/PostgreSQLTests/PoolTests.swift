import Foundation
import Logging
import PostgreSQL
import TestSupport
import Testing

/// The pool: its limits, and what it does when tasks are cancelled.
@Suite struct PoolTests {
    @Test func `a full queue refuses at once, and what was taken is still done`() async throws {
        let made = try await TestDatabase.make()
        var settings = made.settings(poolSize: 1)
        settings.queueMax = 2
        let database = Database(settings, logger: Logger(label: "test"))
        let gate = Gate()
        let done = CallCount()
        let running = Task { try await database.run { _ in gate.hold() } }
        try await eventually("the thread is busy") { gate.isHeld }
        let waiting = (0..<2).map { _ in Task { try await database.run { _ in done.next() } } }
        try await Task.sleep(for: .milliseconds(100))
        let error = await #expect(throws: DatabaseError.self) { try await database.rows("SELECT 1") }
        #expect(error?.isQueueFull == true && error?.isUnavailable == true)
        #expect(error?.description == "53000: queue full: 2 closures already wait for a connection")
        gate.open()
        try await running.value
        for task in waiting { _ = try await task.value }
        #expect(done.value == 2)
        await database.close()
    }

    @Test func `a cancelled task leaves the queue at once, and its closure is never run`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let gate = Gate()
        let runs = CallCount()
        let running = Task { try await database.run { _ in gate.hold() } }
        try await eventually("the thread is busy") { gate.isHeld }
        let waiting = Task { try await database.run { _ in runs.next() } }
        try await Task.sleep(for: .milliseconds(50))
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
        gate.open()
        try await running.value
        _ = try await database.rows("SELECT 1")
        #expect(runs.value == 0)
        await database.close()
    }

    @Test func `cancelling a task cancels its statement on the server, and the connection lives on`()
        async throws
    {
        let made = try await TestDatabase.make()
        let database = made.database(poolSize: 1)
        let backend = try await pid(database)
        let started = ContinuousClock.now
        let task = Task { try await database.rows("SELECT pg_sleep(60) AS cancelled_by_a_test") }
        try await eventually("the statement runs") { try await activity(made, "cancelled_by_a_test") == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(ContinuousClock.now - started < .seconds(10))
        #expect(try await activity(made, "cancelled_by_a_test") == 0)
        #expect(try await pid(database) == backend)
        await database.close()
    }

    @Test func `a cancelled transaction is rolled back`() async throws {
        let made = try await TestDatabase.make()
        let database = made.database(poolSize: 1)
        try await database.execute("CREATE TABLE t (n integer)")
        let task = Task {
            try await database.transaction { session in
                try session.execute("INSERT INTO t VALUES (1)")
                // A closure that goes on after the cancellation gets no further statement through.
                do {
                    _ = try session.rows("SELECT pg_sleep(60) AS inside_a_transaction")
                } catch is CancellationError {}
                try session.execute("INSERT INTO t VALUES (2)")
            }
        }
        try await eventually("the statement runs") { try await activity(made, "inside_a_transaction") == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(try await database.rows("SELECT * FROM t").isEmpty)
        await database.close()
    }

    @Test func `a cancel never hits the statement after the one it was meant for`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 2)
        for round in 0..<150 {
            let task = Task { try await database.rows("SELECT pg_sleep(0.001)") }
            try await Task.sleep(for: .microseconds(round * 20))
            task.cancel()
            // Whatever became of that one, these two are nobody's to cancel.
            for _ in 0..<2 { _ = try await database.rows("SELECT \(round) AS n") }
            _ = await task.result
        }
        await database.close()
    }

    @Test func `a statement that runs longer than its limit is ended by the server`() async throws {
        var settings = try await TestDatabase.make().settings(poolSize: 1)
        settings.statementTimeout = .milliseconds(200)
        let database = Database(settings, logger: Logger(label: "test"))
        let error = await #expect(throws: DatabaseError.self) {
            try await database.rows("SELECT pg_sleep(30)")
        }
        #expect(error?.sqlState == "57014" && error?.isTimeout == true)
        #expect(try await database.rows("SELECT 1").count == 1)
        await database.close()
    }

    @Test func `a transaction that falls silent is ended by the server`() async throws {
        var settings = try await TestDatabase.make().settings(poolSize: 1)
        settings.idleInTransactionTimeout = .milliseconds(200)
        let database = Database(settings, logger: Logger(label: "test"))
        let error = await #expect(throws: DatabaseError.self) {
            try await database.run { session in
                try session.transaction { session in
                    _ = try session.rows("SELECT 1")
                    Thread.sleep(forTimeInterval: 0.6)
                    _ = try session.rows("SELECT 2")
                }
            }
        }
        #expect(error?.isConnectionLost == true && error?.isOutcomeUnknown == false)
        #expect(try await database.rows("SELECT 1").count == 1)
        await database.close()
    }

    @Test func `a lock is waited for as long as asked`() async throws {
        let made = try await TestDatabase.make()
        let holder = made.database(poolSize: 1)
        try await holder.execute("CREATE TABLE t (n integer)")
        let gate = Gate()
        let holding = Task {
            try await holder.transaction { session in
                try session.execute("LOCK TABLE t")
                gate.hold()
            }
        }
        try await eventually("the lock is held") { gate.isHeld }
        var settings = made.settings(poolSize: 1)
        settings.lockTimeout = .milliseconds(100)
        let database = Database(settings, logger: Logger(label: "test"))
        let error = await #expect(throws: DatabaseError.self) { try await database.rows("SELECT * FROM t") }
        #expect(error?.isLockTimeout == true)
        gate.open()
        try await holding.value
        await holder.close()
        await database.close()
    }

    @Test func `closing finishes what waits and refuses what comes after`() async throws {
        let made = try await TestDatabase.make()
        let database = made.database(poolSize: 1)
        try await database.execute("CREATE TABLE t (n integer)")
        let tasks = (0..<20).map { number in
            Task { try await database.execute("INSERT INTO t VALUES (\(number))") }
        }
        try await eventually("some are under way") { try await activity(made, "INSERT", everSeen: true) >= 1 }
        await database.close()
        var written = 0
        for task in tasks {
            switch await task.result {
            case .success(let count): written += count
            case .failure(let error): #expect((error as? DatabaseError)?.sqlState == "08003")
            }
        }
        let after = made.database(poolSize: 1)
        #expect(try await after.rows("SELECT * FROM t").count == written)
        await after.close()
        await #expect(throws: DatabaseError.self) { try await database.rows("SELECT 1") }
        await #expect(throws: DatabaseError.self) { try await database.ping(within: .seconds(1)) }
        try await eventually("no connection is left") { try await connections(made) == 0 }
    }

    @Test func `a pool that nobody holds any more closes its connections`() async throws {
        let made = try await TestDatabase.make()
        do {
            let database = made.database(poolSize: 2)
            _ = try await database.rows("SELECT 1")
        }
        try await eventually("no connection is left") { try await connections(made) == 0 }
    }

    @Test func `many tasks share few connections, and the cooperative pool stays free`() async throws {
        let made = try await TestDatabase.make()
        let database = made.database(poolSize: 3)
        let ticks = CallCount()
        let ticker = Task {
            while !Task.isCancelled {
                ticks.next()
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 { group.addTask { _ = try await database.rows("SELECT pg_sleep(0.05)") } }
            try await group.waitForAll()
        }
        ticker.cancel()
        // 30 × 50 ms over 3 connections take at least 500 ms: the ticker would be stuck if any of them
        // blocked it.
        #expect(ticks.value > 25)
        #expect(try await connections(made) == 3)
        await database.close()
    }

    private func pid(_ database: Database) async throws -> Int {
        try #require(try await database.rows("SELECT pg_backend_pid() AS pid").first).decode("pid")
    }

    private func connections(_ made: TestDatabase) async throws -> Int {
        try await made.server.administer("SELECT 1 FROM pg_stat_activity WHERE datname = \(made.name)").count
    }

    private func activity(_ made: TestDatabase, _ marker: String, everSeen: Bool = false) async throws -> Int
    {
        try await made.server.administer(
            """
            SELECT 1 FROM pg_stat_activity
            WHERE datname = \(made.name) AND query LIKE \("%\(marker)%") AND (state = 'active' OR \(everSeen))
            """
        ).count
    }
}

/// Keeps a thread of a pool busy until a test lets it go.
final class Gate: Sendable {
    private let condition = NSCondition()
    private nonisolated(unsafe) var held = false
    private nonisolated(unsafe) var opened = false

    var isHeld: Bool { condition.withLock { held } }

    func hold() {
        condition.withLock {
            held = true
            while !opened { condition.wait() }
        }
    }

    func open() {
        condition.withLock {
            opened = true
            condition.broadcast()
        }
    }
}
