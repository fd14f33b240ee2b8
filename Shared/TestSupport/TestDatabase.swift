import Foundation
import Logging
import PostgreSQL
import Synchronization

/// A fresh database on the shared server, with a schema and a login role for each name asked for, as in
/// production: a role owns its schema and can see no other.
public struct TestDatabase: Sendable {
    /// The database's name on the server.
    public let name: String
    /// The server it is on.
    public let server: PostgresServer
    /// The schemas; each belongs to the role `holdfast_<schema>`.
    public let schemas: [String]

    private static let count = Atomic<Int>(0)
    private static let roles = RoleLock()

    /// Makes a database with one schema. About 50 ms.
    public static func make(schema: String = "test", on server: PostgresServer? = nil) async throws
        -> TestDatabase
    {
        try await make(schemas: [schema], on: server)
    }

    /// Makes a database with several schemas, each with a role of its own.
    public static func make(schemas: [String], on given: PostgresServer? = nil) async throws -> TestDatabase {
        let database = try await empty(schemas, on: given)
        try await roles.run {
            for schema in schemas {
                try await database.server.administer(
                    SQL(
                        stringLiteral: """
                            DO $$ BEGIN
                                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'holdfast_\(schema)') THEN
                                    CREATE ROLE "holdfast_\(schema)" LOGIN PASSWORD '\(password)';
                                END IF;
                            END $$
                            """))
            }
        }
        for schema in schemas {
            let role = "holdfast_\(schema)"
            try await database.server.administer(
                "CREATE SCHEMA \(identifier: schema) AUTHORIZATION \(identifier: role)",
                database: database.name)
        }
        return database
    }

    /// Makes a database as an operator does: by `docker/postgres/init.sql`, with all services' schemas and
    /// roles.
    public static func makeSuite(on given: PostgresServer? = nil) async throws -> TestDatabase {
        let services = ["tracking", "prediction", "nudging", "notification", "gateway"]
        let database = try await empty(services, on: given)
        let passwords = Dictionary(uniqueKeysWithValues: services.map { ("\($0)_password", password) })
        try await roles.run {
            try await database.server.runFile(
                Repository.root.appendingPathComponent("docker/postgres/init.sql"), database: database.name,
                variables: passwords)
        }
        return database
    }

    /// The address with which the owner of a schema logs in.
    public func url(for schema: String) -> String {
        PostgresServer.address(server.url, user: ("holdfast_\(schema)", Self.password), database: name)
    }

    /// Settings for the owner of a schema, the first one unless named.
    public func settings(schema: String? = nil, poolSize: Int = 4) -> DatabaseSettings {
        let schema = schema ?? schemas.first ?? "public"
        return DatabaseSettings(
            url: url(for: schema), schema: schema, poolSize: poolSize, applicationName: schema)
    }

    /// A pool for the owner of a schema, the first one unless named. It ends when the last reference to it
    /// goes.
    public func database(
        schema: String? = nil, poolSize: Int = 4, logger: Logger = Logger(label: "test")
    ) -> Database {
        Database(settings(schema: schema, poolSize: poolSize), logger: logger)
    }

    /// Removes the database and ends whoever is in it. Needed only on a server that outlives the tests.
    public func drop() async throws {
        try await server.administer("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
    }

    /// Under this name every test database says which process made it.
    private static let prefix = "holdfast_test_"
    /// Tests only: the shared server trusts every login from this machine.
    private static let password = "for-tests-only"

    private static func empty(_ schemas: [String], on given: PostgresServer?) async throws -> TestDatabase {
        let server: PostgresServer
        if let given { server = given } else { server = try await .shared }
        let number = count.add(1, ordering: .relaxed).newValue
        let name = "\(prefix)\(ProcessInfo.processInfo.processIdentifier)_\(number)"
        try await server.administer("CREATE DATABASE \(identifier: name) TEMPLATE template0")
        return TestDatabase(name: name, server: server, schemas: schemas)
    }

    /// Databases of test processes that are gone, on a server that outlives them.
    static func dropLeftovers(on server: PostgresServer) async throws {
        let rows = try await server.administer(
            "SELECT datname FROM pg_database WHERE starts_with(datname, \(prefix))")
        for row in rows {
            let name: String = try row.decode("datname")
            let owner = pid_t(name.dropFirst(prefix.count).prefix { $0 != "_" }) ?? 0
            if owner > 0, kill(owner, 0) != 0, errno == ESRCH {
                try await server.administer("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
            }
        }
    }
}

/// Roles belong to the whole server: two tests must not make the same one at once.
private actor RoleLock {
    private var tail: Task<Void, any Error>?

    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let before = tail
        let task = Task {
            // Whether the one before succeeded is its caller's business; only the order matters here.
            _ = await before?.result
            try await body()
        }
        tail = task
        try await task.value
    }
}

/// The project's own files, found from where this file was compiled. For tests only.
public enum Repository {
    /// The directory with Package.swift in it.
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
