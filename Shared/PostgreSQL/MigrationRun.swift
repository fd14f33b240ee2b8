import Foundation
import Logging

/// One run of the migrator, on one connection.
struct MigrationRun {
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
        switch try step.work() {
        case .transaction:
            try session.transaction { session in
                try session.script(step.sql)
                guard session.isInTransaction else { throw MigrationError.leftTransaction(step.label) }
                try note(step, in: table)
            }
        case .index(let statement):
            try apply(statement, of: step)
            try note(step, in: table)
        }
    }

    private func note(_ step: Migration, in table: String) throws {
        try session.execute(
            """
            INSERT INTO \(identifier: table) (number, name, checksum)
            VALUES (\(Int32(truncatingIfNeeded: step.number)), \(step.name), \(step.checksum))
            """)
    }

    /// Makes or drops an index while others write. It may have been begun before: an index that is there and valid was
    /// finished by a run that died before it could note it; one that is not valid was cut short and is of no use.
    private func apply(_ statement: IndexStatement, of step: Migration) throws {
        // Nobody waits behind a statement of this kind, and it has to outlive every transaction that began before it.
        try session.script("SET lock_timeout = '\(Migrator.indexLockSeconds)s'")
        defer { resetLockTimeout() }
        guard statement.verb == .create else { return try session.script(step.sql) }
        guard try isValid(statement.index) != true else { return }
        try dropLeftover(statement.index)
        do {
            try session.script(step.sql)
        } catch {
            undo(statement.index)
            throw error
        }
    }

    private func dropLeftover(_ index: String) throws {
        guard try isValid(index) == false else { return }
        logger.warning("an index that was cut short is dropped", metadata: ["index": "\(index)"])
        try session.script("DROP INDEX CONCURRENTLY IF EXISTS \(index)")
    }

    /// An index that failed half-way serves no query, and a unique one would go on refusing rows.
    private func undo(_ index: String) {
        do {
            try dropLeftover(index)
        } catch {
            logger.warning(
                "what is left of an index stays until the next start",
                metadata: ["index": "\(index)", "error": "\(error)"])
        }
    }

    private func resetLockTimeout() {
        do {
            try session.script("RESET lock_timeout")
        } catch {
            logger.debug("the setting goes with the connection", metadata: ["error": "\(error)"])
        }
    }

    private func isValid(_ index: String) throws -> Bool? {
        try session.rows(
            """
            SELECT i.indisvalid FROM pg_index AS i
            JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = \(schema) AND c.relname = \(index)
            """
        ).first?.decode("indisvalid", as: Bool.self)
    }

    /// A migration binds no values, so the server's own sentence can be shown, with the line it means.
    private static func reason(_ error: DatabaseError, in step: Migration) -> String {
        guard let position = error.position else { return "\(error.sqlState) \(error.message)" }
        let line = step.sql.unicodeScalars.prefix(max(position - 1, 0)).count { $0 == "\n" } + 1
        return "\(error.sqlState) \(error.message) (line \(line))"
    }
}
