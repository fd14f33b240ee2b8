import Foundation
import PostgreSQL
import TestSupport
import Testing

/// Errors say what is needed to act and to look further, and never a value.
@Suite struct ErrorTests {
    static let secret = "ada@school.example \"quoted\" secret"

    @Test func `no description of a server error holds a bound value`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        try await database.execute(
            "CREATE TABLE person (mail text PRIMARY KEY, age smallint, CONSTRAINT adult CHECK (age > 17))")
        try await database.execute("INSERT INTO person VALUES (\(Self.secret), 20)")
        try await database.run { session in
            try session.script(
                """
                CREATE FUNCTION refuse(text) RETURNS void LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'not welcome: %', $1; END $$
                """)
        }
        let failing: [(statement: SQL, state: String)] = [
            ("INSERT INTO person VALUES (\(Self.secret), 20)", "23505"),
            ("INSERT INTO person VALUES (\(Self.secret + "2"), 2)", "23514"),
            ("SELECT \(Self.secret)::uuid", "22P02"),
            ("SELECT \(Self.secret)::integer", "22P02"),
            ("SELECT \(Self.secret)::timestamptz", "22007"),
            ("SELECT \(JSONText(Self.secret))", "22P02"),
            ("SELECT refuse(\(Self.secret))", "P0001"),
            ("INSERT INTO person VALUES ('x', \(Int(70_000)))", "22003"),
        ]
        for (statement, state) in failing {
            let error = await #expect(throws: DatabaseError.self) { try await database.rows(statement) }
            #expect(error?.sqlState == state)
            let description = try #require(error).description
            #expect(
                !description.contains("school") && !description.contains("secret")
                    && !description.contains("70000"))
            #expect(description.hasPrefix(state))
        }
        await database.close()
    }

    @Test func `an error names its table, column and constraint`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        try await database.execute(
            "CREATE TABLE score (value double precision NOT NULL CONSTRAINT score_is_a_probability CHECK (value <= 1))"
        )
        let check = await #expect(throws: DatabaseError.self) {
            try await database.execute("INSERT INTO score VALUES (\(1.5))")
        }
        #expect(check?.constraint == "score_is_a_probability" && check?.table == "score")
        #expect(check?.description.hasSuffix("(constraint score_is_a_probability)") == true)
        let missing = await #expect(throws: DatabaseError.self) {
            try await database.execute("INSERT INTO score VALUES (\(Double?.none))")
        }
        #expect(missing?.sqlState == "23502" && missing?.column == "value")
        await database.close()
    }

    @Test func `too many values are refused here, with the limit`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        var statement: SQL = "SELECT \(0)"
        for number in 1...DatabaseLimits.parametersMax { statement += ", \(number)" }
        let error = await #expect(throws: DatabaseError.self) { try await database.rows(statement) }
        #expect(error?.description == "22021: a statement takes at most 65535 values")
        await database.close()
    }
}
