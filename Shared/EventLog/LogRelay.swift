import Contracts
import Foundation
import Logging
import PostgreSQL
import RedisStreams
import ServiceLifecycle

/// Copies a service's log to its Redis streams, in order, each fact under the id that is its number in the log.
///
/// Any number may run at once: they share the partitions by lease, and where two meet on one, compare-and-append
/// makes the second add nothing. What a relay knows is only a hint; the stream's last id says where to go on.
public struct LogRelay: Service {
    private let core: RelayCore

    /// - Parameters:
    ///   - stream: the stream that the service's ``LogAppender`` says.
    ///   - database: the service's own, with ``EventLog/migrations``.
    ///   - owner: names this process for an operator, e.g. host and process id; made unique by itself.
    ///   - courtesy: asked before each step of publishing.
    public init(
        stream: String, database: Database, redis: RedisWriter, owner: String,
        settings: LogRelaySettings = .init(), logger: Logger, courtesy: @escaping Courtesy = { }
    ) {
        self.init(
            stream: stream, database: database, redis: redis, owner: owner, settings: settings,
            logger: logger, faults: .none, courtesy: courtesy)
    }

    package init(
        stream: String, database: Database, redis: RedisWriter, owner: String, settings: LogRelaySettings,
        logger: Logger, faults: LogFaults, courtesy: @escaping Courtesy = { }
    ) {
        var logger = logger
        logger[metadataKey: "log.stream"] = "\(stream)"
        core = RelayCore(
            leases: PartitionLeases(
                consumer: RelayCore.consumer, stream: stream,
                owner: "\(owner)/\(UUID().uuidString.prefix(8))",
                lease: settings.lease),
            database: database, redis: redis, settings: settings, logger: logger, faults: faults,
            courtesy: courtesy)
    }

    /// Publishes until shut down; gives its partitions up at once when it ends.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { [core] in
                await core.run()
                try Task.checkCancellation()
            }
        } catch is CancellationError {
            // What was not published is the next relay's first fact.
        }
        await Task { [core] in await core.leave() }.value
    }

    /// Says that facts were committed just now, so that they need not wait for the next look at the log.
    ///
    /// - Parameter positions: what ``LogAppender/append(_:on:recordedAt:)`` returned. Their partitions are then
    ///   published by this process at once, even where another one owns them.
    public func wake(_ positions: [LogPosition] = []) {
        core.wake(Set(positions.map(\.partition)))
    }

    /// Facts in the log that are not in the stream, over the partitions this process owns; nil until first known.
    public var lag: Int64? { core.health.lag }

    /// How it is doing, for `/readyz`.
    public var health: LogHealth { core.health }
}
