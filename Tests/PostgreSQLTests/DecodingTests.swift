import Foundation
import PostgreSQL
import TestSupport
import Testing

/// Reading a column: what fits, and what the error says where it does not.
@Suite struct DecodingTests {
    @Test func `an error names the column, what was expected and what came`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let row = try #require(
            try await database.rows(
                """
                SELECT 'secret'::text AS name, NULL::bigint AS missing, 70000 AS large, 1.5::numeric AS half,
                    interval '1 day' AS span, 'infinity'::timestamptz AS never, '{{1,2}}'::int[] AS matrix
                """
            ).first)
        #expect(throws: RowError(column: "name", expected: "Int", found: "text")) {
            try row.decode("name", as: Int.self)
        }
        #expect(throws: RowError(column: "missing", expected: "Int", found: "NULL")) {
            try row.decode("missing", as: Int.self)
        }
        #expect(
            throws: RowError(column: "large", expected: "Int16", found: "integer outside of -32768...32767")
        ) {
            try row.decode("large", as: Int16.self)
        }
        #expect(
            throws: RowError(column: "half", expected: "Int", found: "numeric with a fraction or too large")
        ) {
            try row.decode("half", as: Int.self)
        }
        #expect(throws: RowError(column: "span", expected: "String", found: "interval")) {
            try row.decode("span", as: String.self)
        }
        #expect(throws: RowError(column: "never", expected: "Date", found: "an infinite timestamptz")) {
            try row.decode("never", as: Date.self)
        }
        #expect(
            throws: RowError(column: "matrix", expected: "Array<Int>", found: "integer[] of 2 dimensions")
        ) {
            try row.decode("matrix", as: [Int].self)
        }
        #expect(
            throws: RowError(column: "name", expected: "Color", found: "a value that Color does not know")
        ) {
            try row.decode("name", as: Color.self)
        }
        let error = #expect(throws: RowError.self) { try row.decode("nome", as: String.self) }
        #expect(
            error?.description == "column nome: expected String, found no such column "
                + "(there are name, missing, large, half, span, never, matrix)")
        await database.close()
    }

    @Test func `whole numbers are read from any width that the server chose`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let row = try #require(
            try await database.rows(
                """
                SELECT 1::smallint AS a, 2::integer AS b, 3::bigint AS c, sum(4::bigint) AS d, count(*) AS e,
                    (-12345678901234)::numeric AS f
                """
            ).first)
        #expect(
            try row.columns.map { try row.decode($0, as: Int.self) } == [1, 2, 3, 4, 1, -12_345_678_901_234])
        await database.close()
    }

    @Test func `numeric keeps its digits as text and its value as Double`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let numbers = [
            "0", "1", "-1", "10000", "0.5", "0.0001", "0.00001", "-123456789.000100",
            "99999999999999999999.25", "100000000",
            "1.10", "0.000000000000000000001", "12340000", "-0.1",
        ]
        let rows = try await database.rows("SELECT value::numeric AS n FROM unnest(\(numbers)) AS value")
        #expect(try rows.map { try $0.decode("n", as: String.self) } == numbers)
        #expect(
            try rows.map { try $0.decode("n", as: Double.self) } == numbers.map { try #require(Double($0)) })
        let special = try #require(try await database.rows("SELECT 'NaN'::numeric AS n").first)
        #expect(try special.decode("n", as: Double.self).isNaN)
        await database.close()
    }

    @Test func `dates, enumerations of the database and documents are read`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        try await database.execute("CREATE TYPE mood AS ENUM ('red', 'blue')")
        let row = try #require(
            try await database.rows(
                """
                SELECT DATE '2026-11-23' AS day, 'blue'::mood AS mood, '{"a": 1}'::json AS plain,
                    '{"a": 1}'::jsonb AS binary, ARRAY['red', 'blue']::mood[] AS moods, 1.5::real AS small
                """
            ).first)
        #expect(try row.decode("day", as: Date.self) == Date(timeIntervalSince1970: 1_795_392_000))
        #expect(try row.decode("mood", as: Color.self) == .blue)
        #expect(try row.decode("plain", as: JSONText.self).text == #"{"a": 1}"#)
        #expect(try row.decode("binary", as: String.self) == #"{"a": 1}"#)
        #expect(try row.decode("small", as: Double.self) == 1.5)
        #expect(throws: RowError.self) { try row.decode("moods", as: [String].self) }
        await database.close()
    }

    @Test func `rows outlive their closure and can be read by other tasks`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let rows = try await database.rows(
            "SELECT n, repeat('x', n) AS text FROM generate_series(1, 1000) AS n")
        await database.close()
        let lengths = try await withThrowingTaskGroup(of: Int.self) { group in
            for row in rows { group.addTask { try row.decode("text", as: String.self).count } }
            return try await group.reduce(0, +)
        }
        #expect(lengths == 500_500)
    }

    enum Color: String {
        case red, blue
    }
}
