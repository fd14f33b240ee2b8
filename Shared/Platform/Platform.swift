import Contracts
import EventLog
import Foundation
import HTTPClient
import Logging
import PostgreSQL
import RPC
import RedisStreams
import Runtime
import ServiceLifecycle

/// What every service with a log stands on: its migrated schema, its connections, its log's relay, and the procedures
/// and health checks that all of them have.
public struct Platform: Sendable {
    public let runtime: ServiceRuntime
    public let settings: PlatformSettings
    public let database: Database
    public let redis: RedisWriter
    public let http: HTTPClient
    /// Says this service's stream.
    public let relay: LogRelay
    /// Keeps tables ready for the facts of this month and the next.
    public let months: LogMonths
    /// The stream that this service says.
    public let stream: String
    /// Waits while something more urgent has to be done: before each step of work in the background.
    public let courtesy: Courtesy

    /// Migrates the service's schema, then builds the parts. Nothing runs until the service group starts it.
    ///
    /// - Parameters:
    ///   - stream: The one stream that the service says.
    ///   - migrations: Folder of the service's numbered migrations.
    ///   - courtesy: Asked by the relay, by consumers, and before the log is read for others.
    public init(
        runtime: ServiceRuntime, settings: PlatformSettings, stream: String, migrations: URL,
        courtesy: @escaping Courtesy = { }
    ) async throws {
        self.runtime = runtime
        self.settings = settings
        self.stream = stream
        self.courtesy = courtesy
        let databaseSettings = DatabaseSettings(
            url: settings.databaseURL, schema: runtime.service, poolSize: settings.databasePoolSize,
            applicationName: "holdfast-\(runtime.service)")
        try await Migrator(
            schema: runtime.service, directory: migrations,
            extra: EventLog.migrations(with: [KeptClock.migration(number: 4)])
        ).migrate(databaseSettings, logger: runtime.logger("migrations"))
        database = Database(databaseSettings, logger: runtime.logger("database"))
        if let clock = runtime.clock as? SimulatedClock {
            try await KeptClock(clock: clock, database: database).restore()
        }
        months = LogMonths(database: database, now: runtime.clock.now, logger: runtime.logger("log"))
        await months.prepare()
        redis = RedisWriter(settings.redis, logger: runtime.logger("redis"))
        http = HTTPClient()
        relay = LogRelay(
            stream: stream, database: database, redis: redis, owner: Self.owner,
            logger: runtime.logger("relay"), courtesy: courtesy)
    }

    /// Names this process to an operator.
    public static var owner: String {
        "\(ProcessInfo.processInfo.hostName)/\(ProcessInfo.processInfo.processIdentifier)"
    }

    /// A client of another service.
    public func client(_ url: String) -> RPCClient { RPCClient(base: url, http: http) }

    /// A consumer in this service's name.
    ///
    /// - Parameters:
    ///   - stream: What it hears.
    ///   - producer: The address of the service that says it.
    ///   - log: That service's log procedures.
    ///   - wakesRelay: Whether the effects append to this service's own log.
    ///   - afterCommit: Called after each run's commit, for jobs that wait for what it planned.
    public func hear(
        _ stream: String, producer: String, log: LogRPC, wakesRelay: Bool,
        afterCommit: @escaping @Sendable () -> Void = {},
        handle: @escaping @Sendable ([Fact], Session) throws -> Void
    ) -> HeardStream {
        hear(
            feed(stream), as: runtime.service, from: remoteLog(producer, log), wakesRelay: wakesRelay,
            afterCommit: afterCommit, handle: handle)
    }

    /// What reads a stream for those who hear it in this process.
    private func feed(_ stream: String) -> StreamFeed {
        StreamFeed(stream: stream, redis: settings.redis, logger: runtime.logger("consumer"))
    }

    /// Consumers of this service's own log, which keep its read models. Each has a position of its own, and what one
    /// cannot apply holds up none of the others; the stream is read once for all.
    ///
    /// - Parameter handlers: By the names under which positions are kept.
    public func project(
        _ handlers: [(name: String, handle: @Sendable ([Fact], Session) throws -> Void)], wakesRelay: Bool
    ) -> [HeardStream] {
        let feed = feed(stream)
        return handlers.map { name, handle in
            hear(
                feed, as: name, from: LocalLogReader(database), wakesRelay: wakesRelay, afterCommit: {},
                handle: handle)
        }
    }

    private func hear(
        _ feed: StreamFeed, as name: String, from source: any LogReader, wakesRelay: Bool,
        afterCommit: @escaping @Sendable () -> Void, handle: @escaping @Sendable ([Fact], Session) throws -> Void
    ) -> HeardStream {
        let consumer = LogConsumer(
            consumer: name, database: database, feed: feed, source: source,
            owner: Self.owner, logger: runtime.logger("consumer"), courtesy: courtesy, handle: handle,
            afterCommit: { [relay] _ in
                if wakesRelay { relay.wake() }
                afterCommit()
            })
        return HeardStream(name: name, stream: feed.stream, source: source, consumer: consumer)
    }

    /// Reads another service's log by its procedures.
    private func remoteLog(_ url: String, _ log: LogRPC) -> any LogReader {
        let client = client(url)
        return ClosureLogReader(
            read: { partition, after, limit in
                let request = ReadLog.Request(
                    partition: partition, after: after, limit: min(limit, ReadLog.limitMax))
                return try await client.call(log.readLog, request, .internalCall(within: .seconds(10))).facts
            },
            heads: {
                try await client.call(log.getLogHeads, Empty(), .internalCall(within: .seconds(5))).heads
            })
    }

    /// Frees connections after everything that used them has ended; first in the service group's list.
    public var connections: any Service { Connections(database: database, redis: redis) }
}

/// One stream that a service hears.
public struct HeardStream: Sendable {
    /// Under which its positions are kept.
    public let name: String
    public let stream: String
    /// The log behind the stream.
    public let source: any LogReader
    /// What is to be run.
    public let consumer: LogConsumer
}
