import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import RedisStreams
import ServiceLifecycle
import Synchronization

/// A relay or a consumer as a process of its own, so that the fault campaign can kill and freeze the real thing.
///
/// Everything it needs to know stands in its environment; see `Tests/EventLogTests/Support/Worker.swift`.
@main
enum Main {
    static func main() async throws {
        let order = try Order(ProcessInfo.processInfo.environment)
        endWithParent()
        var logger = Logger(label: order.owner) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = order.isVerbose ? .debug : .error
        let settings = DatabaseSettings(
            url: order.databaseURL, schema: order.schema, poolSize: 4, applicationName: order.owner)
        let database = Database(settings, logger: logger)
        let service: any Service =
            switch order.role {
            case .relay: try relay(order, database, logger)
            case .consumer: try consumer(order, database, logger)
            }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [service], gracefulShutdownSignals: [.sigterm], logger: logger))
        try await group.run()
        await database.close()
    }

    private static func relay(_ order: Order, _ database: Database, _ logger: Logger) throws -> LogRelay {
        let settings = LogRelaySettings(
            lease: order.lease, renewal: order.lease / 6, streamEntriesMax: order.streamEntriesMax,
            trimming: .seconds(1))
        return LogRelay(
            stream: order.stream, database: database,
            redis: RedisWriter(try RedisSettings(url: order.redisURL), logger: logger), owner: order.owner,
            settings: settings, logger: logger, faults: order.faults)
    }

    private static func consumer(
        _ order: Order, _ database: Database, _ logger: Logger
    ) throws -> LogConsumer {
        let source = Database(
            DatabaseSettings(
                url: order.sourceURL, schema: order.sourceSchema, poolSize: 1,
                applicationName: order.owner + " source"),
            logger: logger)
        let settings = LogConsumerSettings(
            lease: order.lease, renewal: order.lease / 6, pauseBase: .milliseconds(50),
            pauseMax: .milliseconds(500))
        return LogConsumer(
            consumer: "campaign", database: database,
            feed: StreamFeed(stream: order.stream, redis: try RedisSettings(url: order.redisURL), logger: logger),
            source: LocalLogReader(source), owner: order.owner, settings: settings, logger: logger, faults: order.faults,
            handle: { facts, session in try apply(facts, as: order.owner, on: session) })
    }

    /// The effect: one row a fact, numbered as it happens. Nothing makes the rows unique but the log itself.
    private static func apply(_ facts: [Fact], as owner: String, on session: Session) throws {
        if let poison = facts.first(where: { $0.type == "Poison" }) {
            throw Poisoned(seq: poison.seq)
        }
        try session.execute(
            """
            INSERT INTO effect (partition, seq, tenant, key, body, owner)
            SELECT fact.partition, fact.seq, fact.tenant, fact.key, fact.body, \(owner)
            FROM unnest(\(facts.map { Int16($0.partition) }), \(facts.map(\.seq)),
                \(facts.map(\.tenant.rawValue)), \(facts.map(\.key)), \(facts.map(\.body)))
                WITH ORDINALITY AS fact (partition, seq, tenant, key, body, place)
            ORDER BY fact.place
            """)
    }

    /// A worker whose campaign is gone must not stay.
    private static func endWithParent() {
        let parent = getppid()
        let thread = Thread {
            while getppid() == parent { Thread.sleep(forTimeInterval: 0.5) }
            exit(3)
        }
        thread.start()
    }
}

struct Poisoned: Error {
    let seq: Int64
}

/// What the campaign wants of this process.
struct Order {
    enum Role: String { case relay, consumer }

    let role: Role
    let databaseURL: String
    let schema: String
    /// The log itself, for what the stream lacks.
    let sourceURL: String
    let sourceSchema: String
    let redisURL: String
    let stream: String
    let owner: String
    let lease: Duration
    let streamEntriesMax: Int64
    let isVerbose: Bool
    let faults: LogFaults

    init(_ environment: [String: String]) throws {
        func value(_ name: String) throws -> String {
            guard let value = environment["EVENTLOG_\(name)"] else {
                throw Missing(variable: "EVENTLOG_\(name)")
            }
            return value
        }
        guard let role = Role(rawValue: try value("ROLE")), let lease = Int(try value("LEASE_MS")) else {
            throw Missing(variable: "EVENTLOG_ROLE, EVENTLOG_LEASE_MS")
        }
        self.role = role
        databaseURL = try value("DATABASE_URL")
        schema = try value("SCHEMA")
        sourceURL = try value("SOURCE_URL")
        sourceSchema = try value("SOURCE_SCHEMA")
        redisURL = try value("REDIS_URL")
        stream = try value("STREAM")
        owner = try value("OWNER")
        self.lease = .milliseconds(lease)
        streamEntriesMax = Int64(environment["EVENTLOG_STREAM_ENTRIES"] ?? "") ?? 20_000
        isVerbose = environment["EVENTLOG_VERBOSE"] == "1"
        faults = LogFaults(
            isFenced: environment["EVENTLOG_UNFENCED"] != "1",
            reached: try Self.fault(environment["EVENTLOG_FAULT"], sign: environment["EVENTLOG_FIRED"] ?? ""))
    }

    struct Missing: Error {
        let variable: String
    }

    /// `step:signal:count`: the process sends itself the signal (`kill` or `stop`) when it reaches the step for the
    /// count-th time. The campaign wakes it again.
    ///
    /// - Parameter sign: a file made right before, so that the campaign knows.
    private static func fault(_ text: String?, sign: String) throws -> @Sendable (LogStep) -> Void {
        guard let text, !text.isEmpty else { return { _ in } }
        let words = text.split(separator: ":").map(String.init)
        guard words.count == 3, let step = LogStep(rawValue: words[0]), let count = Int(words[2]),
            let signal = ["kill": SIGKILL, "stop": SIGSTOP][words[1]]
        else { throw Missing(variable: "EVENTLOG_FAULT as step:signal:count") }
        let counter = Counter()
        return { found in
            guard found == step, counter.next() == count else { return }
            guard FileManager.default.createFile(atPath: sign, contents: nil) else { exit(4) }
            kill(getpid(), signal)
        }
    }

    /// Counts across threads.
    private final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }
}
