import Foundation
import Logging
import PostgreSQL
import TestSupport
import Testing

/// `docker/postgres/init.sql`: one schema and one role a service, and no way across.
@Suite struct RolesTests {
    static let services = ["tracking", "prediction", "nudging", "notification", "gateway"]

    @Test func `a service owns its schema and can neither read nor write another's`() async throws {
        let suite = try await TestDatabase.makeSuite()
        for service in Self.services {
            let own = suite.database(schema: service, poolSize: 1)
            try await own.execute("CREATE TABLE secret (n integer)")
            try await own.execute("INSERT INTO secret VALUES (1)")
            #expect(try await own.rows("SELECT n FROM \(identifier: service).secret").count == 1)
            // Tracking alone makes read models anew in temporary tables.
            if service != "tracking" {
                let error = await #expect(throws: DatabaseError.self) {
                    try await own.execute("CREATE TEMPORARY TABLE mine (n integer)")
                }
                #expect(error?.sqlState == "42501")
            }
            await own.close()
        }
        for service in Self.services {
            let own = suite.database(schema: service, poolSize: 1)
            for other in Self.services where other != service {
                for statement in [
                    "SELECT * FROM \(identifier: other).secret",
                    "INSERT INTO \(identifier: other).secret VALUES (2)",
                    "CREATE TABLE \(identifier: other).mine (n integer)",
                    "SET ROLE \(identifier: "holdfast_\(other)")",
                ] as [SQL] {
                    let error = await #expect(throws: DatabaseError.self) { try await own.execute(statement) }
                    #expect(error?.sqlState == "42501")
                }
            }
            for statement in [
                "CREATE TABLE public.mine (n integer)", "CREATE SCHEMA mine",
                "CREATE DATABASE mine", "CREATE ROLE mine", "COPY secret TO '/tmp/holdfast-secret'",
            ] as [SQL] {
                let error = await #expect(throws: DatabaseError.self) { try await own.execute(statement) }
                #expect(error?.sqlState == "42501")
            }
            await own.close()
        }
    }

    @Test func `a role that is not invited cannot even connect`() async throws {
        let suite = try await TestDatabase.makeSuite()
        let outsider = try await TestDatabase.make(schema: "outsider")
        var settings = outsider.settings()
        settings.url = PostgresServer.address(
            suite.server.url, user: ("holdfast_outsider", "x"), database: suite.name)
        let database = Database(settings, logger: Logger(label: "test"))
        let error = await #expect(throws: DatabaseError.self) { try await database.rows("SELECT 1") }
        #expect(error?.message.contains("permission denied for database") == true)
        await database.close()
    }

    @Test func `the file can be run again, and refuses to run without passwords`() async throws {
        let suite = try await TestDatabase.makeSuite()
        let file = Repository.root.appendingPathComponent("docker/postgres/init.sql")
        let error = await #expect(throws: TestSupportError.self) {
            try await suite.server.runFile(
                file, database: suite.name, variables: ["tracking_password": "only this"])
        }
        #expect(
            error?.description.contains(
                "no password given: gateway_password, notification_password, nudging_password, prediction_password"
            ) == true)
        #expect(error?.description.contains("only this") == false)
    }

    @Test func `a session speaks UTC in its own schema, under its own name`() async throws {
        let made = try await TestDatabase.make(schema: "odd name")
        let database = made.database(poolSize: 1)
        let row = try #require(
            try await database.rows(
                """
                SELECT current_schema()::text AS schema, current_setting('TimeZone') AS zone,
                    current_setting('application_name') AS name, current_setting('server_encoding') AS encoding
                """
            ).first)
        #expect(
            try row.columns.map { try row.decode($0, as: String.self) } == [
                "odd name", "UTC", "odd name", "UTF8",
            ])
        await database.close()
    }
}
