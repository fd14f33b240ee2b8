import Contracts
import Foundation
import Logging
import PostgreSQL
import RedisStreams
import TestSupport

@testable import EventLog

/// A log and a hearer of it for one test: a database with a schema for each, and a Redis of its own.
final class LogWorld: Sendable {
    let stream: String
    let database: TestDatabase
    /// The schema of the service that says the stream.
    let said: Database
    /// The schema of the service that hears it, with a table `effect` beside the log's tables.
    let heard: Database
    let redis: RedisServer
    let writer: RedisWriter
    let logger: Logger

    private init(_ name: String, on server: PostgresServer?) async throws {
        stream = "\(name)-facts"
        var logger = Logger(label: "test.\(name)") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = ProcessInfo.processInfo.environment["EVENTLOG_TEST_LOG"] == nil ? .critical : .debug
        self.logger = logger
        database = try await TestDatabase.make(schemas: ["said", "heard"], on: server)
        for schema in ["said", "heard"] {
            try await Migrator(
                schema: schema, directory: try Self.emptyDirectory(), extra: EventLog.migrations
            )
            .migrate(database.settings(schema: schema), logger: logger)
        }
        said = database.database(schema: "said", poolSize: 6, logger: logger)
        heard = database.database(schema: "heard", poolSize: 6, logger: logger)
        _ = try await heard.execute(
            """
            CREATE TABLE effect (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                partition smallint NOT NULL, seq bigint NOT NULL, tenant text NOT NULL, key text NOT NULL,
                body text NOT NULL, owner text NOT NULL)
            """)
        redis = try await RedisServer.start()
        writer = RedisWriter(try RedisSettings(url: redis.url), logger: logger)
    }

    /// Runs a test in a world of its own and takes it down, whatever happens.
    ///
    /// - Parameters:
    ///   - name: lower-case letters; names the stream.
    ///   - server: one of the test's own, if it is to be hurt.
    static func run(
        _ name: String, on server: PostgresServer? = nil, _ body: (LogWorld) async throws -> Void
    ) async throws {
        let world = try await LogWorld(name, on: server)
        do {
            try await body(world)
        } catch {
            await world.end()
            throw error
        }
        await world.end()
    }

    private func end() async {
        writer.close()
        await said.close()
        await heard.close()
    }

    private static func emptyDirectory() throws -> URL {
        let directory = FileManager.default.temporaryDirectory.appending(path: "holdfast-no-migrations")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory
    }

    // MARK: - Parts

    func relay(_ settings: LogRelaySettings = .quick) -> LogRelay {
        LogRelay(
            stream: stream, database: said, redis: writer, owner: "relay", settings: settings, logger: logger)
    }

    func consumer(
        _ name: String = "hearer", feed: StreamFeed? = nil, settings: LogConsumerSettings = .quick,
        source: (any LogReader)? = nil,
        handle: (@Sendable ([Fact], Session) throws -> Void)? = nil,
        afterCommit: @escaping @Sendable ([Fact]) async -> Void = { _ in }
    ) throws -> LogConsumer {
        LogConsumer(
            consumer: name, database: heard, feed: try feed ?? self.feed(),
            source: source ?? LocalLogReader(said), owner: "consumer", settings: settings, logger: logger,
            handle: handle ?? { facts, session in try Self.note(facts, as: name, on: session) },
            afterCommit: afterCommit)
    }

    func feed() throws -> StreamFeed {
        StreamFeed(stream: stream, redis: try RedisSettings(url: redis.url), logger: logger)
    }

    /// The standard effect: one row a fact.
    static func note(_ facts: [Fact], as owner: String, on session: Session) throws {
        for fact in facts {
            try session.execute(
                """
                INSERT INTO effect (partition, seq, tenant, key, body, owner)
                VALUES (\(Int16(fact.partition)), \(fact.seq), \(fact.tenant.rawValue), \(fact.key),
                    \(fact.body), \(owner))
                """)
        }
    }

    /// Says facts of the keys given, one after another in one transaction.
    @discardableResult
    func say(_ keys: [String], type: String = "Said") async throws -> [LogPosition] {
        let facts = keys.enumerated().map { index, key in Self.fact(key, type: type, number: index) }
        return try await said.transaction { [stream] session in
            try LogAppender(stream: stream).append(facts, on: session, recordedAt: Date())
        }
    }

    static func fact(_ key: String, type: String = "Said", number: Int = 0) -> NewFact {
        NewFact(
            tenant: .standard, key: key, type: type, version: 1,
            occurredAt: Date(timeIntervalSince1970: 1_700_000_000.25 + Double(number)),
            body: #"{"number": \#(number), "text": "naïve \"quotes\" \\ and 日本"}"#)
    }

    /// Keys, one in each of the first `count` partitions.
    static func keys(inPartitions count: Int) -> [String] {
        var found: [Int: String] = [:]
        var number = 0
        while found.count < EventLog.partitionCount {
            let key = "key-\(number)"
            let partition = EventLog.partition(tenant: .standard, key: key)
            if found[partition] == nil { found[partition] = key }
            number += 1
        }
        return (0..<count).compactMap { found[$0] }
    }

    // MARK: - Questions

    func count(_ sql: SQL, in database: Database? = nil) async throws -> Int {
        try await (database ?? heard).rows(sql).first?.decode("count") ?? 0
    }

    func effects() async throws -> Int { try await count("SELECT count(*) AS count FROM effect") }

    /// Waits until every position of a consumer is at the log's head; the time it took.
    func settled(_ consumer: String = "hearer", within limit: Duration) async throws -> Duration {
        try await until(within: limit, "lag 0") {
            let heads = try await LocalLogReader(self.said).heads()
            let rows = try await self.heard.rows(
                "SELECT partition, position FROM consumer_position WHERE consumer = \(consumer)")
            let positions = try Dictionary(
                uniqueKeysWithValues: rows.map {
                    (try $0.decode("partition", as: Int.self), try $0.decode("position", as: Int64.self))
                })
            return heads.indices.allSatisfy { (positions[$0] ?? 0) == heads[$0] }
        }
    }
}

/// Looks every 10 ms whether something came true.
///
/// - Throws: ``TookTooLong`` after `limit`, as ``stretched(_:)`` for this machine.
@discardableResult
func until(
    within limit: Duration, _ what: String, _ isTrue: () async throws -> Bool
) async throws -> Duration {
    let start = ContinuousClock.now
    while try await !isTrue() {
        guard start.duration(to: .now) < stretched(limit) else { throw TookTooLong(what: what, limit: limit) }
        try await Task.sleep(for: .milliseconds(10))
    }
    return start.duration(to: .now)
}

/// A limit that holds while the cores keep up with the work; where several times more processes want to run than there
/// are cores, everything takes that much longer.
func stretched(_ limit: Duration) -> Duration {
    var load = 0.0
    guard getloadavg(&load, 1) == 1 else { return limit }
    return limit * max(1, load / Double(ProcessInfo.processInfo.activeProcessorCount) / 3)
}

struct TookTooLong: Error {
    let what: String
    let limit: Duration
}

/// Runs services while `body` runs, and cancels them when it ends.
func running(_ services: [any LogService], _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for service in services { group.addTask { try await service.run() } }
        try await body()
        group.cancelAll()
        try await group.waitForAll()
    }
}

protocol LogService: Sendable { func run() async throws }
extension LogRelay: LogService {}
extension LogConsumer: LogService {}

extension LogConsumerSettings {
    /// Short times, so that tests of what takes a lease or a pause are short too.
    static let quick = LogConsumerSettings(
        lease: .seconds(1), renewal: .milliseconds(100), pauseBase: .milliseconds(5),
        pauseMax: .milliseconds(50))
}

extension LogRelaySettings {
    static let quick = LogRelaySettings(
        lease: .seconds(1), renewal: .milliseconds(100), trimming: .milliseconds(500))
}
