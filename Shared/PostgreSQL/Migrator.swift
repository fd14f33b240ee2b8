import Foundation
import Logging

/// Brings a schema up to the newest migration, from any number of replicas at once.
///
///     wait for the server ──▶ advisory lock ──▶ compare with the table ──▶ one transaction a step ──▶ unlock
///
/// What was applied stands in `schema_migration` (files) and `event_log_migration` (`extra`), each with its
/// checksum. A file that was edited, a gap, and a schema newer than the program are refused before anything
/// is changed.
public struct Migrator: Sendable {
    private let schema: String
    private let directory: URL
    private let extra: [Migration]

    /// How long to wait for a server that is not up yet, in seconds.
    static let serverWaitSeconds = 30
    /// How long to wait for another replica that migrates, in seconds.
    static let lockWaitSeconds = 120
    /// How often a step waits for a busy table, 2 s each, before it gives up.
    static let lockAttemptsMax = 30

    /// - Parameters:
    ///   - schema: The service's schema, which its role owns.
    ///   - directory: Where the `NNNN_verb_object.sql` files are; other files are not looked at.
    ///   - extra: Steps that a library brings, with numbers of their own from 1; applied first.
    public init(schema: String, directory: URL, extra: [Migration] = []) {
        self.schema = schema
        self.directory = directory
        self.extra = extra
    }

    /// Applies what is missing. Nothing is changed when the schema is up to date.
    ///
    /// - Throws: ``MigrationError`` with a sentence for the operator, or ``DatabaseError`` when there is no
    ///   server.
    public func migrate(_ settings: DatabaseSettings, logger: Logger) async throws {
        let tracks = [
            MigrationTrack(table: "event_log_migration", steps: extra),
            MigrationTrack(table: "schema_migration", steps: try Migration.files(in: directory)),
        ].filter { !$0.steps.isEmpty || $0.table == "schema_migration" }
        for track in tracks { try track.checkNumbers() }
        var own = settings
        own.schema = schema
        own.poolSize = 1
        own.statementTimeout = .seconds(600)
        own.idleInTransactionTimeout = .seconds(60)
        // A DDL statement that waits for a lock makes everybody else wait behind it: better give up and try
        // again.
        own.lockTimeout = .seconds(2)
        own.applicationName += " migration"
        let database = Database(own, logger: logger)
        do {
            try await waitForServer(database, logger)
            let schema = schema
            try await database.run { session in
                try MigrationRun(schema: schema, tracks: tracks, session: session, logger: logger).run()
            }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    private func waitForServer(_ database: Database, _ logger: Logger) async throws {
        let deadline = ContinuousClock.now + .seconds(Self.serverWaitSeconds)
        while true {
            do {
                return try await database.ping(within: .seconds(6))
            } catch let error as DatabaseError where error.isUnavailable && Self.mayPass(error) {
                guard ContinuousClock.now < deadline else { throw error }
                logger.info("waiting for the database", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// A wrong password or an unknown database does not get better by waiting.
    private static func mayPass(_ error: DatabaseError) -> Bool {
        !["authentication failed", "does not exist", "is not valid", "no password"].contains(
            where: error.message.contains)
    }
}

/// The steps that are recorded in one table.
struct MigrationTrack: Sendable {
    let table: String
    let steps: [Migration]

    func checkNumbers() throws {
        for (index, step) in steps.enumerated() where step.number != index + 1 {
            throw MigrationError.notConsecutive(expected: index + 1, found: step.label)
        }
    }
}

/// One run of the migrator, on one connection.
private struct MigrationRun {
    let schema: String
    let tracks: [MigrationTrack]
    let session: Session
    let logger: Logger

    func run() throws {
        guard try session.rows("SELECT 1 FROM pg_namespace WHERE nspname = \(schema)").count == 1,
            try session.rows("SELECT has_schema_privilege(\(schema), 'CREATE') AS may")
                .first?.decode("may", as: Bool.self) == true
        else { throw MigrationError.schemaMissing(schema) }
        try takeLock()
        // The lock ends with the connection, which is closed right after; it is given back early for the next
        // replica.
        defer { releaseLock() }
        let pending = try tracks.map { track in (track, try pendingSteps(track)) }
        for (track, steps) in pending {
            for step in steps { try apply(step, recordedIn: track.table) }
        }
    }

    private func takeLock() throws {
        let deadline = ContinuousClock.now + .seconds(Migrator.lockWaitSeconds)
        var hasSaid = false
        while true {
            let row = try session.rows("SELECT pg_try_advisory_lock(\(lockKey)) AS is_taken").first
            if try row?.decode("is_taken", as: Bool.self) == true { return }
            guard ContinuousClock.now < deadline else {
                throw MigrationError.stillLocked(schema: schema, seconds: Migrator.lockWaitSeconds)
            }
            if !hasSaid { logger.info("another replica is migrating", metadata: ["schema": "\(schema)"]) }
            hasSaid = true
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    private func releaseLock() {
        do {
            _ = try session.rows("SELECT pg_advisory_unlock(\(lockKey))")
        } catch {
            logger.debug("the lock goes with the connection", metadata: ["error": "\(error)"])
        }
    }

    /// FNV-1a over the schema's name: one lock for each schema of a database.
    private var lockKey: Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "holdfast-migration:\(schema)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return Int64(bitPattern: hash)
    }

    private func pendingSteps(_ track: MigrationTrack) throws -> ArraySlice<Migration> {
        try session.script(
            """
            CREATE TABLE IF NOT EXISTS \(track.table) (
                number     integer     NOT NULL PRIMARY KEY,
                name       text        NOT NULL,
                checksum   text        NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """)
        let applied = try session.rows(
            "SELECT number, name, checksum FROM \(identifier: track.table) ORDER BY number")
        for (index, row) in applied.enumerated() {
            let number: Int = try row.decode("number")
            let name: String = try row.decode("name")
            let label = Migration(number: number, name: name, sql: "").label
            guard number <= track.steps.count else {
                throw MigrationError.schemaIsNewer(schema: schema, applied: label, known: track.steps.count)
            }
            guard number == index + 1 else {
                throw MigrationError.neverApplied(track.steps[index].label, before: label)
            }
            let step = track.steps[index]
            guard try step.name == name && step.checksum == row.decode("checksum", as: String.self) else {
                throw MigrationError.edited(label)
            }
        }
        return track.steps.dropFirst(applied.count)
    }

    private func apply(_ step: Migration, recordedIn table: String) throws {
        let start = ContinuousClock.now
        for attempt in 1... {
            do {
                try applyOnce(step, recordedIn: table)
                break
            } catch let error as DatabaseError {
                guard error.isLockTimeout || error.isRetryable, attempt < Migrator.lockAttemptsMax else {
                    throw MigrationError.failed(step.label, reason: Self.reason(error, in: step))
                }
                logger.warning(
                    "a table is busy, the migration is tried again", metadata: ["migration": "\(step.label)"])
                Thread.sleep(forTimeInterval: Double.random(in: 0.05...0.5))
            }
        }
        logger.info(
            "migrated",
            metadata: [
                "schema": "\(schema)", "migration": "\(step.label)",
                "duration.ms": "\((ContinuousClock.now - start).milliseconds)",
            ])
    }

    private func applyOnce(_ step: Migration, recordedIn table: String) throws {
        try session.transaction { session in
            try session.script(step.sql)
            guard session.isInTransaction else { throw MigrationError.leftTransaction(step.label) }
            try session.execute(
                """
                INSERT INTO \(identifier: table) (number, name, checksum)
                VALUES (\(Int32(truncatingIfNeeded: step.number)), \(step.name), \(step.checksum))
                """)
        }
    }

    /// A migration binds no values, so the server's own sentence can be shown, with the line it means.
    private static func reason(_ error: DatabaseError, in step: Migration) -> String {
        guard let position = error.position else { return "\(error.sqlState) \(error.message)" }
        let line = step.sql.unicodeScalars.prefix(max(position - 1, 0)).count { $0 == "\n" } + 1
        return "\(error.sqlState) \(error.message) (line \(line))"
    }
}
