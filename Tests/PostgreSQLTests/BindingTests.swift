import Foundation
import PostgreSQL
import TestSupport
import Testing

/// What is bound comes back the same, whatever it is, and can never become SQL.
@Suite struct BindingTests {
    /// Strings that break programs which paste values into SQL, or count characters where they should count
    /// bytes.
    static let hostile = [
        "", " ", "'", "''", "\"", "\\", "\\\\'", "$1", "$2", "$$", "; DROP TABLE learner; --", "/* */", "%",
        "_",
        "' OR '1'='1", "\\x00", "\\N", "\\.", "a\tb\nc\rd", "{1,2}", "{\"a\":null}", "NULL", "null", "(,)",
        "\u{1}\u{7F}\u{80}\u{FFFF}", "é", "e\u{301}", "日本語", "👩‍👩‍👧‍👦", "\u{202E}abc", "\u{FEFF}bom", "א",
        "\u{10FFFF}",
        String(repeating: "x", count: 100_000),
    ]

    @Test func `every hostile string comes back byte for byte`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        for text in Self.hostile {
            let row = try await database.rows("SELECT \(text) AS a, octet_length(\(text)) AS n").first
            #expect(try Array(#require(row).decode("a", as: String.self).utf8) == Array(text.utf8))
            #expect(try #require(row).decode("n", as: Int.self) == text.utf8.count)
        }
        await database.close()
    }

    @Test func `whole arrays of hostile strings come back byte for byte, with NULLs between`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let values: [String?] = Self.hostile.flatMap { [$0, nil] }
        let row = try #require(try await database.rows("SELECT \(values) AS all").first)
        #expect(
            try row.decode("all", as: [String?].self).map { $0.map { Array($0.utf8) } }
                == values.map { $0.map { Array($0.utf8) } })
        let single = try await database.rows(
            "SELECT value FROM unnest(\(values)) WITH ORDINALITY AS u (value, n) ORDER BY n")
        #expect(try single.map { try $0.decode("value", as: String?.self) } == values)
        await database.close()
    }

    @Test func `numbers keep every bit`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        for number in [Int.min, -1, 0, 1, Int.max] {
            #expect(try await roundTrip(number, database) == number)
        }
        for number in [Int16.min, 0, Int16.max] { #expect(try await roundTrip(number, database) == number) }
        for number in [Int32.min, 0, Int32.max] { #expect(try await roundTrip(number, database) == number) }
        for number in [Int64.min, 0, Int64.max] { #expect(try await roundTrip(number, database) == number) }
        let doubles = [
            0, -0.0, 0.1, Double.pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity,
            .nan,
        ]
        for number in doubles {
            #expect(try await roundTrip(number, database).bitPattern == number.bitPattern)
        }
        for flag in [true, false] { #expect(try await roundTrip(flag, database) == flag) }
        await database.close()
    }

    @Test func `identifiers, bytes and documents come back the same`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let id = UUID()
        #expect(try await roundTrip(id, database) == id)
        let bytes = Data((0...255).map { UInt8($0) })
        #expect(try await roundTrip(bytes, database) == bytes)
        #expect(try await roundTrip(Data(), database) == Data())
        #expect(try await roundTrip(bytes.dropFirst(7), database) == bytes.dropFirst(7))
        let document = JSONText(#"{"a": [1, "é\\", null]}"#)
        #expect(try await roundTrip(document, database) == document)
        await database.close()
    }

    @Test func `a date keeps its microsecond, and the server sees the same instant`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        for microseconds in [
            0, 1, 999_999, 1_763_936_551_123_456, -1, -62_135_596_800_000_000, 4_102_444_799_999_999,
        ] {
            let date = Date(timeIntervalSince1970: Double(microseconds / 1_000_000))
                .addingTimeInterval(Double(microseconds % 1_000_000) / 1_000_000)
            let row = try #require(
                try await database.rows(
                    "SELECT \(date) AS d, (extract(epoch FROM \(date)) * 1000000)::bigint AS us"
                ).first)
            #expect(try row.decode("us", as: Int.self) == microseconds)
            #expect(try row.decode("d", as: Date.self) == date)
        }
        await database.close()
    }

    @Test func `every type goes through a table, alone and in arrays`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        try await database.execute(
            """
            CREATE TABLE everything (t text, i bigint, i4 integer, i2 smallint, f double precision, b boolean, u uuid,
                d timestamptz, y bytea, j jsonb)
            """)
        let date = Date(timeIntervalSince1970: 1_763_936_551.25)
        let ids = [UUID(), UUID()]
        let inserted = try await database.execute(
            """
            INSERT INTO everything
            SELECT * FROM unnest(\(["a", nil]), \([1, nil] as [Int?]), \([Int32(2), 3]), \([Int16(4), 5]), \([0.5, nil] as [Double?]),
                \([true, false]), \(ids), \([date, nil]), \([Data([1, 0]), Data()]), \([JSONText("{}"), JSONText("[1]")]))
            """)
        #expect(inserted == 2)
        let rows = try await database.rows("SELECT * FROM everything ORDER BY i4")
        #expect(try rows.map { try $0.decode("t", as: String?.self) } == ["a", nil])
        #expect(try rows.map { try $0.decode("i", as: Int?.self) } == [1, nil])
        #expect(try rows.map { try $0.decode("i4", as: Int.self) } == [2, 3])
        #expect(try rows.map { try $0.decode("i2", as: Int16.self) } == [4, 5])
        #expect(try rows.map { try $0.decode("f", as: Double?.self) } == [0.5, nil])
        #expect(try rows.map { try $0.decode("b", as: Bool.self) } == [true, false])
        #expect(try rows.map { try $0.decode("u", as: UUID.self) } == ids)
        #expect(try rows.map { try $0.decode("d", as: Date?.self) } == [date, nil])
        #expect(try rows.map { try $0.decode("y", as: Data.self) } == [Data([1, 0]), Data()])
        #expect(try rows.map { try $0.decode("j", as: JSONText.self) } == [JSONText("{}"), JSONText("[1]")])
        #expect(try await roundTrip([String](), database) == [])
        await database.close()
    }

    @Test func `a NUL character is refused with a sentence that names the parameter and not the value`()
        async throws
    {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let error = await #expect(throws: DatabaseError.self) {
            _ = try await database.rows("SELECT \(1), \("secret\0word")")
        }
        #expect(error?.sqlState == "22021")
        #expect(error?.description == "22021: text with a NUL character cannot be stored (parameter $2)")
        await #expect(throws: DatabaseError.self) { _ = try await database.rows("SELECT \(["a", "b\0"])") }
        #expect(try await roundTrip("still works", database) == "still works")
        await database.close()
    }

    @Test func `identifiers and enumerations bind by their raw value, without a conformance`() async throws {
        let database = try await TestDatabase.make().database(poolSize: 1)
        let learner = Learner(rawValue: UUID())
        let none: Learner? = nil
        let row = try #require(
            try await database.rows(
                """
                SELECT \(learner) AS id, \(none) AS none, \([learner]) AS ids, \(Band.high) AS band,
                    \([Band.low, nil] as [Band?]) AS bands
                """
            ).first)
        #expect(try row.decode("id", as: Learner.self) == learner)
        #expect(try row.decode("none", as: Learner?.self) == nil)
        #expect(try row.decode("ids", as: [Learner].self) == [learner])
        let band: Band = try row.decode("band")
        let optionalBand: Band? = try row.decode("band")
        #expect(band == .high && optionalBand == .high)
        #expect(try row.decode("bands", as: [String?].self) == ["low", nil])
        await database.close()
    }

    @Test func `names are quoted, parts compose, and values are numbered through`() async throws {
        let name = "we\"ird; DROP"
        let filter: SQL = "WHERE a = \(2) OR a = \(Int?.none)"
        let whole: SQL = "SELECT \("x") AS \(identifier: name) FROM (VALUES (1), (2)) AS v (a) " + filter
        #expect(
            whole.text
                == #"SELECT $1 AS "we""ird; DROP" FROM (VALUES (1), (2)) AS v (a) WHERE a = $2 OR a = $3"#)
        #expect(whole.parameterCount == 3)
        let nested: SQL = "SELECT * FROM (\(whole)) AS inner_part WHERE \(true)"
        let database = try await TestDatabase.make().database(poolSize: 1)
        let rows = try await database.rows(nested)
        #expect(try rows.map { try $0.decode(name, as: String.self) } == ["x"])
        await database.close()
    }

    private func roundTrip<T: SQLBindable & SQLDecodable>(_ value: T, _ database: Database) async throws -> T
    {
        try #require(try await database.rows("SELECT \(value) AS value").first).decode("value")
    }

    struct Learner: RawRepresentable, Hashable, Sendable {
        let rawValue: UUID
    }

    enum Band: String, Sendable {
        case low, high
    }
}
