import Foundation
import PostgreSQL
import TestSupport
import Testing

/// COPY: the fastest way in, with the same care for every byte.
@Suite struct CopyTests {
    @Test func `every type and every hostile string comes through COPY unchanged`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        try await database.execute(
            """
            CREATE TABLE copied (n integer, t text, i smallint, f double precision, b boolean, u uuid, d timestamptz,
                y bytea, j jsonb, a text[], g bigint[])
            """)
        let id = UUID()
        // 29 February 2000, one microsecond in.
        let date = Date(timeIntervalSinceReferenceDate: -26_524_799.999999)
        let bytes = Data((0...255).map { UInt8($0) })
        let hostile = BindingTests.hostile
        let written = try await database.run { session in
            try session.copyIn(
                "copied", columns: ["n", "t", "i", "f", "b", "u", "d", "y", "j", "a", "g"],
                rows: hostile.enumerated()
            ) { row, hostile in
                row.append(Int32(hostile.offset))
                row.append(hostile.element)
                row.append(Int16(7))
                row.append(0.1)
                row.append(true)
                row.append(id)
                row.append(date)
                row.append(bytes)
                row.append(JSONText(#"{"k":"\n\\"}"#))
                row.append([hostile.element, nil] as [String?])
                row.append([Int.min, Int.max])
            }
        }
        #expect(written == hostile.count)
        let rows = try await database.rows("SELECT * FROM copied ORDER BY n")
        #expect(
            try rows.map { Array(try $0.decode("t", as: String.self).utf8) } == hostile.map { Array($0.utf8) }
        )
        for (row, text) in zip(rows, hostile) {
            #expect(try row.decode("i", as: Int.self) == 7)
            #expect(try row.decode("f", as: Double.self) == 0.1)
            #expect(try row.decode("b", as: Bool.self))
            #expect(try row.decode("u", as: UUID.self) == id)
            #expect(try row.decode("d", as: Date.self) == date)
            #expect(try row.decode("y", as: Data.self) == bytes)
            #expect(try row.decode("j", as: JSONText.self).text == #"{"k": "\n\\"}"#)
            #expect(try row.decode("a", as: [String?].self) == [text, nil])
            #expect(try row.decode("g", as: [Int].self) == [.min, .max])
        }
        await database.close()
    }

    @Test func `dates of all ages and special numbers come through COPY unchanged`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        try await database.execute("CREATE TABLE special (n integer, d timestamptz, f double precision)")
        let dates = [-210_000_000_000, -62_167_219_201, -1, 0, 68_255_999, 253_402_300_800, 4_107_542_400.5]
            .map { Date(timeIntervalSince1970: $0) }
        let numbers: [Double] = [.nan, .infinity, -.infinity, -0.0, 1e300, 5e-300, 123_456_789.125]
        let written = try await database.run { session in
            try session.copyIn(
                "special", columns: ["n", "d", "f"], rows: zip(dates, numbers).enumerated()
            ) { row, pair in
                row.append(Int32(pair.offset))
                row.append(pair.element.0)
                row.append(pair.element.1)
            }
        }
        #expect(written == 7)
        let rows = try await database.rows("SELECT d, f FROM special ORDER BY n")
        #expect(try rows.map { try $0.decode("d", as: Date.self) } == dates)
        #expect(
            try rows.map { try $0.decode("f", as: Double.self).description } == numbers.map(\.description))
        await database.close()
    }

    @Test func `a hundred thousand rows are one COPY, and a NULL is a NULL`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        try await database.execute("CREATE TABLE many (n bigint, t text)")
        let written = try await database.run { session in
            try session.copyIn(
                "many", columns: ["n", "t"], rows: 0..<100_000
            ) { row, number in
                row.append(number)
                row.append(number % 2 == 0 ? nil : "text \(number)")
            }
        }
        #expect(written == 100_000)
        let row = try #require(
            try await database.rows("SELECT count(*) AS n, count(t) AS t, sum(n) AS s FROM many").first)
        #expect(try row.decode("n", as: Int.self) == 100_000)
        #expect(try row.decode("t", as: Int.self) == 50_000)
        #expect(try row.decode("s", as: Int.self) == 4_999_950_000)
        await database.close()
    }

    @Test func `a row that cannot be sent undoes them all and leaves the connection usable`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        try await database.execute("CREATE TABLE strict (n integer PRIMARY KEY, t text)")
        let good: @Sendable (inout CopyRow) -> Void = { row in
            row.append(Int32(1))
            row.append("a")
        }
        let bad: [(write: @Sendable (inout CopyRow) -> Void, state: String)] = [
            ({ $0.append(Int32(2)); $0.append("b\0") }, "22021"), ({ $0.append(Int32(2)) }, "22021"),
            ({ $0.append(Int32(1)); $0.append("b") }, "23505"), ({ $0.append(2); $0.append("b") }, "22P03"),
        ]
        for (write, state) in bad {
            let error = await #expect(throws: DatabaseError.self) {
                try await database.run { session in
                    try session.copyIn("strict", columns: ["n", "t"], rows: [good, write]) { row, write in write(&row) }
                }
            }
            #expect(error?.sqlState == state)
            let count = try #require(try await database.rows("SELECT count(*) AS n FROM strict").first)
            #expect(try count.decode("n", as: Int.self) == 0)
        }
        let missing = await #expect(throws: DatabaseError.self) {
            try await database.run { session in
                try session.copyIn("nowhere\"", columns: ["n"], rows: [1]) { $0.append($1) }
            }
        }
        #expect(missing?.sqlState == "42P01")
        await database.close()
    }
}
