import Foundation
import PostgreSQL
import TestSupport
import Testing

/// Statements are prepared once for each connection, and a plan that went stale heals itself.
@Suite struct PreparedStatementTests {
    @Test func `a statement is prepared once, however often it runs`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        for number in 0..<50 { _ = try await database.rows("SELECT \(number) AS often") }
        #expect(try await prepared(database, like: "%often%") == 1)
        // Other types of values need a plan of their own.
        _ = try await database.rows("SELECT \("text") AS often")
        #expect(try await prepared(database, like: "%often%") == 2)
        await database.close()
    }

    @Test func `the number of prepared statements is bounded`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let limit = DatabaseLimits.preparedStatementsMax
        try await database.run { session in
            for number in 0..<(limit + 100) {
                _ = try session.rows("SELECT 1 AS \(identifier: "column_\(number)")")
                // This one is used all along and therefore stays.
                _ = try session.rows("SELECT 2 AS used_all_along")
            }
        }
        #expect(try await prepared(database, like: "%") == limit)
        #expect(try await prepared(database, like: "%used_all_along%") == 1)
        await database.close()
    }

    @Test func `a table that changed under a prepared statement is survived`() async throws {
        let made = try await TestDatabase.make()
        let database = made.database(poolSize: 1)
        try await database.execute("CREATE TABLE t (a integer)")
        try await database.execute("INSERT INTO t VALUES (1)")
        #expect(try await database.rows("SELECT * FROM t").first?.columns == ["a"])
        // Changed from elsewhere, as a migration of the next version does.
        let other = made.database(poolSize: 1)
        try await other.execute("ALTER TABLE t ADD COLUMN b integer")
        #expect(try await database.rows("SELECT * FROM t").first?.columns == ["a", "b"])
        try await other.execute("ALTER TABLE t ALTER COLUMN a TYPE text")
        let row = try await database.transaction { session in try session.rows("SELECT * FROM t").first }
        #expect(try row?.decode("a", as: String.self) == "1")
        await other.close()
        await database.close()
    }

    @Test func `statements that something deallocated are prepared again`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        _ = try await database.rows("SELECT 1 AS kept")
        try await database.run { session in try session.script("DEALLOCATE ALL") }
        #expect(try await database.rows("SELECT 1 AS kept").count == 1)
        await database.close()
    }

    @Test func `COPY through the wrong door is refused and the connection recovers`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        try await database.execute("CREATE TABLE t (a integer)")
        for statement in ["COPY t FROM STDIN", "COPY t TO STDOUT"] as [SQL] {
            let error = await #expect(throws: DatabaseError.self) { try await database.execute(statement) }
            #expect(error?.sqlState == "25000")
        }
        await #expect(throws: DatabaseError.self) {
            try await database.run { session in try session.script("COPY t FROM STDIN") }
        }
        #expect(try await database.rows("SELECT 1").count == 1)
        await database.close()
    }

    private func prepared(_ database: Database, like pattern: String) async throws -> Int {
        // The question itself is prepared too and is not counted.
        try await database.rows(
            "SELECT 1 FROM pg_prepared_statements WHERE statement LIKE \(pattern) AND statement NOT LIKE '%pg_prepared%'"
        ).count + (pattern == "%" ? 1 : 0)
    }
}
