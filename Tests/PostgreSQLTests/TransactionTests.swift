import Foundation
import Logging
import PostgreSQL
import TestSupport
import Testing

/// All or nothing, tried again where that helps, and never more often than promised.
@Suite struct TransactionTests {
    @Test func `a closure that throws leaves nothing behind`() async throws {
        let database = try await counters()
        await #expect(throws: Stop.self) {
            try await database.transaction { session in
                try session.execute("UPDATE counter SET n = 100")
                throw Stop()
            }
        }
        #expect(try await values(database) == [0, 0])
        await database.close()
    }

    @Test func `a savepoint undoes only its own part`() async throws {
        let database = try await counters()
        try await database.transaction { session in
            try session.execute("UPDATE counter SET n = n + 1 WHERE id = 1")
            do {
                try session.transaction { inner in
                    try inner.execute("UPDATE counter SET n = n + 10")
                    try inner.transaction { innermost in
                        _ = try innermost.execute("UPDATE counter SET n = n + 1000")
                    }
                    _ = try inner.rows("SELECT 1 / 0")
                }
                Issue.record("a division by zero passed")
            } catch let error as DatabaseError {
                #expect(error.sqlState == "22012")
            }
            try session.transaction { inner in
                _ = try inner.execute("UPDATE counter SET n = n + 5 WHERE id = 2")
            }
        }
        #expect(try await values(database) == [1, 5])
        await database.close()
    }

    @Test func `a deadlock is resolved by trying the loser again`() async throws {
        let database = try await counters()
        let barrier = Barrier(2)
        let attempts = CallCount()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (first, second) in [(1, 2), (2, 1)] {
                group.addTask {
                    let own = CallCount()
                    try await database.transaction { session in
                        attempts.next()
                        try session.execute("UPDATE counter SET n = n + 1 WHERE id = \(first)")
                        // Both hold their first row before either asks for the other's.
                        if own.next() == 1 { barrier.arrive() }
                        try session.execute("UPDATE counter SET n = n + 1 WHERE id = \(second)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(attempts.value == 3)
        #expect(try await values(database) == [2, 2])
        await database.close()
    }

    @Test func `write skew is caught at serializable and tried again`() async throws {
        let database = try await counters()
        let barrier = Barrier(2)
        let attempts = CallCount()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in [1, 2] {
                group.addTask {
                    let own = CallCount()
                    try await database.transaction(.serializable) { session in
                        attempts.next()
                        let sum = try session.rows("SELECT sum(n) AS s FROM counter").first?.decode(
                            "s", as: Int.self)
                        if own.next() == 1 { barrier.arrive() }
                        // Each sees a sum of 0 and would fill its own row; together they may hold only 1.
                        if sum == 0 { try session.execute("UPDATE counter SET n = 1 WHERE id = \(id)") }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(attempts.value >= 3)
        #expect(try await values(database).reduce(0, +) == 1)
        await database.close()
    }

    @Test(arguments: ["40001", "40P01"])
    func `a transaction that always fails so is tried six times, then its error comes`(state: String)
        async throws
    {
        let database = try await counters()
        let attempts = CallCount()
        let error = await #expect(throws: DatabaseError.self) {
            try await database.transaction { session in
                attempts.next()
                try session.script("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '\(state)'; END $$")
            }
        }
        #expect(error?.sqlState == state && error?.isRetryable == true)
        #expect(attempts.value == 1 + DatabaseLimits.transactionRetriesMax)
        await database.close()
    }

    @Test func `other failures are not tried again, and say which constraint refused`() async throws {
        let database = try await counters()
        let attempts = CallCount()
        let error = await #expect(throws: DatabaseError.self) {
            try await database.transaction { session in
                attempts.next()
                try session.execute("INSERT INTO counter (id, n) VALUES (\(1), \(5))")
            }
        }
        #expect(attempts.value == 1)
        #expect(error?.isUniqueViolation == true)
        #expect(error?.constraint == "counter_pkey")
        let check = await #expect(throws: DatabaseError.self) {
            try await database.execute("UPDATE counter SET n = \(-1)")
        }
        #expect(check?.isCheckViolation == true && check?.constraint == "n_is_not_negative")
        await database.close()
    }

    @Test func `a swallowed error does not become a silent rollback`() async throws {
        let database = try await counters()
        let error = await #expect(throws: DatabaseError.self) {
            try await database.transaction { session in
                try session.execute("UPDATE counter SET n = 7")
                do { _ = try session.rows("SELECT 1 / 0") } catch { return }
            }
        }
        #expect(error?.sqlState == "22012")
        #expect(try await values(database) == [0, 0])
        await database.close()
    }

    @Test func `a transaction left open by a plain closure is rolled back and reported`() async throws {
        let database = try await counters()
        let error = await #expect(throws: DatabaseError.self) {
            try await database.run { session in
                try session.script("BEGIN")
                try session.execute("UPDATE counter SET n = 9")
            }
        }
        #expect(error?.sqlState == "25000")
        #expect(try await values(database) == [0, 0])
        await database.close()
    }

    @Test func `a constraint checked at commit fails the transaction`() async throws {
        let database = try await counters()
        try await database.execute(
            "CREATE TABLE child (id bigint REFERENCES counter (id) DEFERRABLE INITIALLY DEFERRED)")
        let error = await #expect(throws: DatabaseError.self) {
            try await database.transaction { session in try session.execute("INSERT INTO child VALUES (99)") }
        }
        #expect(error?.isForeignKeyViolation == true)
        #expect(try await database.rows("SELECT * FROM child").isEmpty)
        await database.close()
    }

    @Test func `a connection that breaks before the commit is replaced and the transaction tried again`()
        async throws
    {
        let database = try await counters(poolSize: 2)
        let attempts = CallCount()
        try await database.transaction { session in
            try session.execute("UPDATE counter SET n = n + 1")
            if attempts.next() == 1 {
                // The session ends itself, as an operator or a failing server would.
                try session.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            }
        }
        #expect(attempts.value == 2)
        #expect(try await values(database) == [1, 1])
        await database.close()
    }

    struct Stop: Error {}

    private func counters(poolSize: Int = 4) async throws -> Database {
        let database = try await TestDatabase.make().database(poolSize: poolSize)
        try await database.execute(
            "CREATE TABLE counter (id bigint PRIMARY KEY, n bigint NOT NULL CONSTRAINT n_is_not_negative CHECK (n >= 0))"
        )
        try await database.execute("INSERT INTO counter VALUES (1, 0), (2, 0)")
        return database
    }

    private func values(_ database: Database) async throws -> [Int] {
        try await database.rows("SELECT n FROM counter ORDER BY id").map { try $0.decode("n") }
    }
}
