import Foundation
import Logging

/// Brings a schema up to the newest migration, from any number of replicas at once.
///
///     wait for the server ──▶ advisory lock ──▶ compare with the table ──▶ one transaction a step ──▶ unlock
///
/// A step that begins with ``Migration/outsideMark`` makes or drops one index while others write, without a transaction
/// around it; what a crash left of it is dropped before it is tried again.
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
    /// How long an index that is made while others write may wait for their transactions, in seconds. Nobody waits
    /// behind it meanwhile, unlike behind other changes of a table.
    static let indexLockSeconds = 600
    /// How long one statement may take, in seconds: an index over a large table is the longest.
    static let statementSeconds = 3_600

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
        for track in tracks { try track.check() }
        var own = settings
        own.schema = schema
        own.poolSize = 1
        own.statementTimeout = .seconds(Self.statementSeconds)
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

    func check() throws {
        for (index, step) in steps.enumerated() {
            guard step.number == index + 1 else {
                throw MigrationError.notConsecutive(expected: index + 1, found: step.label)
            }
            _ = try step.work()
        }
    }
}
