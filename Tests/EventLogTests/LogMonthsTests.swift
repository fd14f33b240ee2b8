import Contracts
import Foundation
import Logging
import PostgreSQL
import TestSupport
import Testing

@testable import EventLog

extension OnServers {
    /// A table a month, which nobody who reads or writes facts notices.
    @Suite struct LogMonthsTests {
        private static func date(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

        private static func months(_ world: LogWorld, at text: String) throws -> LogMonths {
            let now = try date(text)
            return LogMonths(database: world.said, now: { now }, logger: world.logger)
        }

        private static func append(_ keys: [String], _ world: LogWorld, at text: String) async throws -> [LogPosition] {
            let at = try date(text)
            return try await world.said.transaction { session in
                try LogAppender(stream: world.stream).append(
                    keys.map { LogWorld.fact($0) }, on: session, recordedAt: at)
            }
        }

        /// Facts by the table in which they stand.
        private static func counts(_ database: Database) async throws -> [String: Int] {
            let rows = try await database.rows(
                "SELECT tableoid::regclass::text AS name, count(*) AS n FROM event_log GROUP BY 1")
            return try Dictionary(
                uniqueKeysWithValues: rows.map { (try $0.decode("name"), try $0.decode("n", as: Int.self)) })
        }

        @Test(arguments: [
            ("2026-11-26T17:00:00Z", "event_log_2026_11", "event_log_2026_12"),
            ("2026-12-31T23:59:59Z", "event_log_2026_12", "event_log_2027_01"),
            ("2028-02-29T00:00:00Z", "event_log_2028_02", "event_log_2028_03"),
        ])
        func `a month begins and ends in UTC`(_ time: String, _ table: String, _ next: String) throws {
            let month = LogMonth(of: try Self.date(time))
            #expect(month.table == table)
            #expect(month.next.table == next)
        }

        @Test func `each month's facts stand in its table, numbered on, and are read as one log`() async throws {
            try await LogWorld.run("months") { world in
                var said: [LogPosition] = []
                for time in ["2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-15T00:00:00Z"] {
                    try await Self.months(world, at: time).keep()
                    // Few are inserted, many are copied.
                    said += try await Self.append(["a"], world, at: time)
                    said += try await Self.append(Array(repeating: "a", count: 40), world, at: time)
                }
                #expect(
                    try await Self.counts(world.said)
                        == ["event_log_2026_11": 41, "event_log_2026_12": 41, "event_log_2027_01": 41])
                #expect(said.map(\.seq) == Array(1...123))
                let partition = try #require(said.first).partition
                let read = try await LocalLogReader(world.said).read(partition: partition, after: 20, limit: 80)
                #expect(read.map(\.seq) == Array(21...100))
            }
        }

        @Test func `the next month's table is there before the month begins, however many replicas make it`()
            async throws
        {
            try await LogWorld.run("ahead") { world in
                let months = try Self.months(world, at: "2026-11-26T17:00:00Z")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<6 { group.addTask { try await months.keep() } }
                    try await group.waitForAll()
                }
                let rows = try await world.said.rows(
                    """
                    SELECT inhrelid::regclass::text AS name FROM pg_inherits
                    WHERE inhparent = 'event_log'::regclass ORDER BY 1
                    """)
                #expect(
                    try rows.map { try $0.decode("name", as: String.self) }
                        == ["event_log_2026_11", "event_log_2026_12", "event_log_rest"])
            }
        }

        @Test func `facts that came before their month's table stay in the rest and are read like others`() async throws {
            try await LogWorld.run("early") { world in
                let first = try await Self.append(["a"], world, at: "2031-05-02T00:00:00Z")
                try await Self.months(world, at: "2031-05-03T00:00:00Z").keep()
                let second = try await Self.append(["a"], world, at: "2031-05-04T00:00:00Z")
                #expect(try await Self.counts(world.said) == ["event_log_rest": 2])
                let place = try #require(first.first)
                let read = try await LocalLogReader(world.said).read(
                    partition: place.partition, after: 0, limit: 10)
                #expect(read.map(\.position) == first + second)
            }
        }

        @Test func `somebody who reads the whole log keeps no service from starting, and the facts go to the rest`()
            async throws
        {
            try await LogWorld.run("backup") { world in
                let months = try Self.months(world, at: "2026-11-26T17:00:00Z")
                // As a backup does: a lock on every table for as long as it takes.
                try await world.said.transaction { session in
                    _ = try session.rows("SELECT count(*) FROM event_log")
                    let prepared = DispatchSemaphore(value: 0)
                    Task {
                        await months.prepare()
                        prepared.signal()
                    }
                    prepared.wait()
                }
                let place = try #require(try await Self.append(["a"], world, at: "2026-11-26T17:00:00Z").first)
                #expect(place.seq == 1)
                #expect(try await Self.counts(world.said) == ["event_log_rest": 1])
                // Nobody reads any more: the month that has no facts yet gets its table.
                await months.prepare()
                _ = try await Self.append(["a"], world, at: "2026-12-01T00:00:00Z")
                #expect(try await Self.counts(world.said) == ["event_log_rest": 1, "event_log_2026_12": 1])
            }
        }

        @Test func `a log from before there were months keeps its facts, its numbers and its indexes`() async throws {
            let database = try await TestDatabase.make(schemas: ["said"], on: nil)
            let folder = try TemporaryDirectory("months")
            try Data("CREATE INDEX log_by_key ON event_log (tenant, key) WHERE type <> 'x'".utf8)
                .write(to: folder.url.appending(path: "0001_create_index.sql"))
            let logger = Logger(label: "test")
            let settings = database.settings(schema: "said")
            let before = Array(EventLog.migrations.dropLast())
            try await Migrator(schema: "said", directory: folder.url, extra: before).migrate(settings, logger: logger)
            let said = database.database(schema: "said", poolSize: 2, logger: logger)
            let old = try Self.date("2026-11-26T17:00:00Z")
            let appender = LogAppender(stream: "facts")
            let first = try await said.transaction {
                try appender.append([LogWorld.fact("a"), LogWorld.fact("a")], on: $0, recordedAt: old)
            }
            try await Migrator(schema: "said", directory: folder.url, extra: EventLog.migrations)
                .migrate(settings, logger: logger)
            // This month's facts go on in the table that has its first ones; the next has its own.
            try await LogMonths(database: said, now: { old }, logger: logger).keep()
            let second = try await said.transaction {
                try appender.append([LogWorld.fact("a")], on: $0, recordedAt: old)
            }
            #expect((first + second).map(\.seq) == [1, 2, 3])
            #expect(try await Self.counts(said) == ["event_log_before": 3])
            let indexes = try await said.rows(
                """
                SELECT tablename::text AS name FROM pg_indexes
                WHERE schemaname = 'said' AND indexdef LIKE '%WHERE (type <> ''x''%' ORDER BY 1
                """
            ).map { try $0.decode("name", as: String.self) }
            #expect(indexes == ["event_log", "event_log_2026_12", "event_log_before", "event_log_rest"])
            await said.close()
        }

        @Test func `a month that was dropped is gone, and the log goes on after it`() async throws {
            try await LogWorld.run("dropped") { world in
                for time in ["2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z"] {
                    try await Self.months(world, at: time).keep()
                    _ = try await Self.append(["a", "a"], world, at: time)
                }
                // As docs/operations.md has it.
                _ = try await world.said.execute("ALTER TABLE event_log DETACH PARTITION event_log_2026_11")
                _ = try await world.said.execute("DROP TABLE event_log_2026_11")
                let next = try #require(try await Self.append(["a"], world, at: "2026-12-02T00:00:00Z").first)
                #expect(next.seq == 5)
                let read = try await LocalLogReader(world.said).read(
                    partition: next.partition, after: 2, limit: 10)
                #expect(read.map(\.seq) == [3, 4, 5])
            }
        }
    }
}
