import Foundation
import Logging
import PostgreSQL
import TestSupport
import Testing

/// Migrations: applied once each, in order, by any number of replicas; refused where history does not fit.
@Suite struct MigratorTests {
    @Test func `files are applied in order, once, and recorded with their checksums`() async throws {
        let fixture = try await Fixture([
            "0001_create_learner": "CREATE TABLE learner (id bigint);",
            "0002_add_name": """
            -- Two statements in one file.
            ALTER TABLE learner ADD COLUMN name text;
            INSERT INTO learner VALUES (1, 'Ada');
            """,
        ])
        try await fixture.migrate()
        try await fixture.migrate()
        let rows = try await fixture.database.rows(
            "SELECT number, name, checksum, applied_at FROM schema_migration ORDER BY 1")
        #expect(try rows.map { try $0.decode("number", as: Int.self) } == [1, 2])
        #expect(try rows.map { try $0.decode("name", as: String.self) } == ["create_learner", "add_name"])
        #expect(try rows.allSatisfy { try $0.decode("checksum", as: String.self).count == 64 })
        #expect(try await fixture.database.rows("SELECT * FROM learner").count == 1)
        try fixture.write("0003_drop_name", "ALTER TABLE learner DROP COLUMN name")
        try await fixture.migrate()
        #expect(try await fixture.database.rows("SELECT * FROM learner").first?.columns == ["id"])
    }

    @Test func `an edited file is refused`() async throws {
        let fixture = try await Fixture(["0001_create_a": "CREATE TABLE a (n integer);"])
        try await fixture.migrate()
        try fixture.write("0001_create_a", "CREATE TABLE a (n bigint);")
        try fixture.write("0002_create_b", "CREATE TABLE b (n bigint);")
        await #expect(throws: MigrationError.edited("0001_create_a")) { try await fixture.migrate() }
        #expect(try await fixture.tables() == ["a", "schema_migration"])
    }

    @Test func `a renamed file is refused`() async throws {
        let fixture = try await Fixture(["0001_create_a": "CREATE TABLE a (n integer);"])
        try await fixture.migrate()
        try fixture.remove("0001_create_a")
        try fixture.write("0001_create_the_a", "CREATE TABLE a (n integer);")
        await #expect(throws: MigrationError.edited("0001_create_a")) { try await fixture.migrate() }
    }

    @Test func `a gap is refused, and so is a number given twice`() async throws {
        let fixture = try await Fixture(["0001_create_a": "SELECT 1", "0003_create_c": "SELECT 3"])
        await #expect(throws: MigrationError.notConsecutive(expected: 2, found: "0003_create_c")) {
            try await fixture.migrate()
        }
        try fixture.write("0002_create_b", "SELECT 2")
        try fixture.write("0002_create_other", "SELECT 2")
        await #expect(throws: MigrationError.notConsecutive(expected: 3, found: "0002_create_other")) {
            try await fixture.migrate()
        }
        #expect(try await fixture.tables() == [])
    }

    @Test func `a gap in what was applied is refused`() async throws {
        let fixture = try await Fixture([
            "0001_create_a": "SELECT 1", "0002_create_b": "SELECT 2", "0003_create_c": "SELECT 3",
        ])
        try await fixture.migrate()
        try await fixture.database.execute("DELETE FROM schema_migration WHERE number = 2")
        await #expect(throws: MigrationError.neverApplied("0002_create_b", before: "0003_create_c")) {
            try await fixture.migrate()
        }
    }

    @Test func `a schema newer than the program is refused`() async throws {
        let fixture = try await Fixture(["0001_create_a": "SELECT 1", "0002_create_b": "SELECT 2"])
        try await fixture.migrate()
        try fixture.remove("0002_create_b")
        let error = await #expect(throws: MigrationError.self) { try await fixture.migrate() }
        #expect(error == .schemaIsNewer(schema: "test", applied: "0002_create_b", known: 1))
        #expect(
            error?.description == "the schema test is newer than this program: 0002_create_b was applied, "
                + "the program knows 1 migrations; start the newer program")
    }

    @Test func `a file that fails is undone whole, and the sentence names file, reason and line`()
        async throws
    {
        let fixture = try await Fixture([
            "0001_create_a": "CREATE TABLE a (n integer);",
            "0002_break": """
            CREATE TABLE b (n integer);
            SELECT missing
            FROM b;
            """,
        ])
        let error = await #expect(throws: MigrationError.self) { try await fixture.migrate() }
        #expect(
            error?.description
                == #"the migration 0002_break failed and was undone: 42703 column "missing" does not exist (line 2)"#
        )
        #expect(try await fixture.tables() == ["a", "schema_migration"])
        try fixture.write("0002_break", "CREATE TABLE b (n integer);")
        try await fixture.migrate()
        #expect(try await fixture.tables() == ["a", "b", "schema_migration"])
    }

    @Test func `a file that commits by itself is refused`() async throws {
        let fixture = try await Fixture(["0001_commit": "CREATE TABLE a (n integer); COMMIT;"])
        await #expect(throws: MigrationError.leftTransaction("0001_commit")) { try await fixture.migrate() }
    }

    @Test(arguments: ["1_short.sql", "0001-dash.sql", "0001_Upper.sql", "create.sql", "00001_long.sql"])
    func `a file with a wrong name is refused`(name: String) async throws {
        let fixture = try await Fixture([:])
        try Data("SELECT 1".utf8).write(to: fixture.directory.url.appendingPathComponent(name))
        try Data("notes".utf8).write(to: fixture.directory.url.appendingPathComponent("README.md"))
        await #expect(throws: MigrationError.badName(name)) { try await fixture.migrate() }
    }

    @Test func `steps brought by a library have their own numbers and come first`() async throws {
        let fixture = try await Fixture(["0001_use_log": "ALTER TABLE event_log ADD COLUMN n integer;"])
        let extra = [
            Migration(number: 1, name: "create_event_log", sql: "CREATE TABLE event_log (id bigint)"),
            Migration(number: 2, name: "add_more", sql: "ALTER TABLE event_log ADD COLUMN more text"),
        ]
        try await fixture.migrate(extra: Array(extra.prefix(1)))
        // A newer library brings a second step, after the files were applied.
        try await fixture.migrate(extra: extra)
        #expect(try await fixture.tables() == ["event_log", "event_log_migration", "schema_migration"])
        let changed = [extra[0], Migration(number: 2, name: "add_more", sql: "SELECT 1")]
        await #expect(throws: MigrationError.edited("0002_add_more")) {
            try await fixture.migrate(extra: changed)
        }
    }

    @Test func `many replicas at once apply each file once`() async throws {
        var files = ["0001_create_a": "CREATE TABLE a (n integer); SELECT pg_sleep(0.05);"]
        for number in 2...9 {
            files["000\(number)_insert"] = "INSERT INTO a VALUES (\(number)); SELECT pg_sleep(0.01);"
        }
        let fixture = try await Fixture(files)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 { group.addTask { try await fixture.migrate() } }
            try await group.waitForAll()
        }
        #expect(try await fixture.database.rows("SELECT n FROM a").count == 8)
        #expect(try await fixture.database.rows("SELECT * FROM schema_migration").count == 9)
    }

    @Test func `a busy table is waited for in short turns, so that others are not held up`() async throws {
        let fixture = try await Fixture(["0001_create_a": "CREATE TABLE a (n integer);"])
        try await fixture.migrate()
        try fixture.write("0002_alter_a", "ALTER TABLE a ADD COLUMN m integer;")
        let gate = Gate()
        let holding = Task {
            try await fixture.database.transaction { session in
                _ = try session.rows("SELECT * FROM a")
                gate.hold()
            }
        }
        try await eventually("the table is in use") { gate.isHeld }
        let migrating = Task { try await fixture.migrate() }
        // Longer than one turn of 2 s: the first attempt fails and leaves the table to others meanwhile.
        try await Task.sleep(for: .milliseconds(2_600))
        gate.open()
        try await holding.value
        try await migrating.value
        #expect(try await fixture.database.rows("SELECT m FROM a").isEmpty)
    }

    @Test func `an index is made while others write, once, also by many replicas at once`() async throws {
        let fixture = try await Fixture(["0001_create_a": "CREATE TABLE a (n integer);"])
        try await fixture.migrate()
        try fixture.write("0002_index_a", Self.index)
        let gate = Gate()
        // A transaction that wrote and is still open: an ordinary index would wait for it, and writers behind the index.
        let writing = Task {
            try await fixture.database.transaction { session in
                try session.execute("INSERT INTO a VALUES (1)")
                gate.hold()
            }
        }
        try await eventually("a transaction is open") { gate.isHeld }
        let replicas = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { try await fixture.migrate() } }
                try await group.waitForAll()
            }
        }
        try await eventually("the index is being made") { try await fixture.validity("a_by_n") == false }
        try await fixture.database.execute("INSERT INTO a VALUES (2)")
        gate.open()
        try await writing.value
        try await replicas.value
        #expect(try await fixture.validity("a_by_n") == true)
        #expect(try await fixture.database.rows("SELECT * FROM schema_migration").count == 2)
    }

    @Test func `what a crash left of an index is dropped, and the index is made`() async throws {
        let fixture = try await Fixture(["0001_create_a": "CREATE TABLE a (n integer); INSERT INTO a VALUES (1), (1);"])
        try await fixture.migrate()
        // A unique index that fails leaves what a crash leaves: an index that is not valid.
        await #expect(throws: DatabaseError.self) {
            try await fixture.database.run { try $0.script("CREATE UNIQUE INDEX CONCURRENTLY a_by_n ON a (n)") }
        }
        #expect(try await fixture.validity("a_by_n") == false)
        try fixture.write("0002_index_a", Self.index)
        try await fixture.migrate()
        #expect(try await fixture.validity("a_by_n") == true)
        // And the other crash: it was finished, and not noted.
        try await fixture.database.execute("DELETE FROM schema_migration WHERE number = 2")
        try await fixture.migrate()
        #expect(try await fixture.database.rows("SELECT * FROM schema_migration").count == 2)
    }

    @Test func `an index that cannot be made leaves nothing behind, and says why`() async throws {
        let fixture = try await Fixture([
            "0001_create_a": "CREATE TABLE a (n integer); INSERT INTO a VALUES (1), (1);",
            "0002_unique_a": "-- outside a transaction\nCREATE UNIQUE INDEX CONCURRENTLY a_by_n ON a (n);",
        ])
        let error = await #expect(throws: MigrationError.self) { try await fixture.migrate() }
        #expect(error?.description.contains("0002_unique_a failed and was undone: 23505") == true, "\(error as Any)")
        #expect(try await fixture.validity("a_by_n") == nil)
    }

    @Test func `an index is dropped while others write`() async throws {
        let fixture = try await Fixture([
            "0001_create_a": "CREATE TABLE a (n integer); CREATE INDEX a_by_n ON a (n);",
            "0002_drop_index": "-- outside a transaction\nDROP INDEX CONCURRENTLY IF EXISTS a_by_n;",
        ])
        try await fixture.migrate()
        #expect(try await fixture.validity("a_by_n") == nil)
    }

    @Test(
        "outside a transaction runs one statement that may be run again, and nothing else",
        arguments: [
            "", "UPDATE a SET n = 1;", "CREATE INDEX a_by_n ON a (n);",
            "CREATE INDEX CONCURRENTLY ON a (n);", "DROP INDEX CONCURRENTLY a_by_n;",
            "CREATE INDEX CONCURRENTLY a_by_n ON a (n); DROP TABLE a;",
        ])
    func notRepeatable(sql: String) async throws {
        let fixture = try await Fixture([
            "0001_create_a": "CREATE TABLE a (n integer);", "0002_other": "-- outside a transaction\n\(sql)",
        ])
        await #expect(throws: MigrationError.notRepeatable("0002_other")) { try await fixture.migrate() }
        #expect(try await fixture.tables() == [])
    }

    private static let index = """
        -- outside a transaction
        -- Looked through by n.
        CREATE INDEX CONCURRENTLY a_by_n ON a (n);
        """

    @Test func `a missing schema is refused with what to do`() async throws {
        let made = try await TestDatabase.make()
        let directory = try TemporaryDirectory("migrations")
        let migrator = Migrator(schema: "elsewhere", directory: directory.url)
        await #expect(throws: MigrationError.schemaMissing("elsewhere")) {
            try await migrator.migrate(made.settings(), logger: Logger(label: "test"))
        }
    }

    @Test func `a wrong password ends the start at once instead of after the wait for the server`()
        async throws
    {
        let made = try await TestDatabase.make()
        var settings = made.settings()
        settings.url = PostgresServer.address(
            made.server.url, user: ("nobody_at_all", "wrong"), database: made.name)
        let directory = try TemporaryDirectory("migrations")
        let started = ContinuousClock.now
        await #expect(throws: DatabaseError.self) {
            try await Migrator(schema: "test", directory: directory.url).migrate(
                settings, logger: Logger(label: "test"))
        }
        #expect(ContinuousClock.now - started < .seconds(5))
    }

    /// A schema and a directory of migrations.
    struct Fixture {
        let made: TestDatabase
        let database: Database
        let directory: TemporaryDirectory

        init(_ files: [String: String]) async throws {
            made = try await TestDatabase.make()
            database = made.database(poolSize: 2)
            directory = try TemporaryDirectory("migrations")
            for (name, sql) in files { try write(name, sql) }
        }

        func write(_ name: String, _ sql: String) throws {
            try Data(sql.utf8).write(to: directory.url.appendingPathComponent("\(name).sql"))
        }

        func remove(_ name: String) throws {
            try FileManager.default.removeItem(at: directory.url.appendingPathComponent("\(name).sql"))
        }

        func migrate(extra: [Migration] = []) async throws {
            try await Migrator(schema: "test", directory: directory.url, extra: extra)
                .migrate(made.settings(), logger: Logger(label: "test"))
        }

        /// Whether an index is valid; `nil` when there is none.
        func validity(_ index: String) async throws -> Bool? {
            try await database.rows(
                """
                SELECT i.indisvalid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                WHERE c.relname = \(index) AND c.relnamespace = 'test'::regnamespace
                """
            ).first?.decode("indisvalid")
        }

        func tables() async throws -> [String] {
            try await database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'test' ORDER BY 1")
                .map { try $0.decode("tablename") }
        }
    }
}
