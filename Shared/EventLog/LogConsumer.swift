import Contracts
import Foundation
import Logging
import PostgreSQL
import ServiceLifecycle

/// Hears one stream: each fact takes effect exactly once, in the log's order per partition, whatever is killed,
/// frozen, emptied or rolled back meanwhile.
///
/// It owns partitions by lease, reads them from Redis, and applies runs of facts in transactions of its own database
/// that also move its position, fenced. What Redis lacks it reads from the producer's log. Any number of replicas
/// with the same `consumer` share the partitions.
public struct LogConsumer: Service {
    private let core: ConsumerCore

    /// - Parameters:
    ///   - consumer: who hears, e.g. `prediction`; positions are kept under this name and the stream's.
    ///   - database: the hearer's own, with ``EventLog/migrations``.
    ///   - feed: the stream to hear; it reads for other consumers in this process, too.
    ///   - source: the log of the service that says the stream.
    ///   - owner: names this process for an operator, e.g. host and process id; made unique by itself.
    ///   - handle: the effects of some facts, in the transaction that moves the positions: partition by partition, each
    ///     in its order. It runs on a thread of the pool and may block. When it throws, all is rolled back and
    ///     repeated partition by partition and in smaller pieces, to find the fact that fails; an error that passes
    ///     by itself (``TransientFailure``, a lost connection, a deadlock) is repeated without limit. The fact is
    ///     parked as a dead letter after ``LogConsumerSettings/attemptsMax`` failures alone. It should not sit
    ///     longer than the lease between two statements.
    ///   - courtesy: asked before each transaction and each reading of the log.
    ///   - afterCommit: called once after each commit, before its partitions' next; not called again after
    ///     a crash. For waking a relay or pushing to screens.
    public init(
        consumer: String, database: Database, feed: StreamFeed, source: any LogReader, owner: String,
        settings: LogConsumerSettings = .init(), logger: Logger, courtesy: @escaping Courtesy = { },
        handle: @escaping @Sendable ([Fact], Session) throws -> Void,
        afterCommit: @escaping @Sendable ([Fact]) async -> Void = { _ in }
    ) {
        self.init(
            consumer: consumer, database: database, feed: feed, source: source, owner: owner,
            settings: settings, logger: logger, faults: .none, courtesy: courtesy, handle: handle,
            afterCommit: afterCommit)
    }

    package init(
        consumer: String, database: Database, feed: StreamFeed, source: any LogReader, owner: String,
        settings: LogConsumerSettings, logger: Logger, faults: LogFaults,
        courtesy: @escaping Courtesy = { }, handle: @escaping @Sendable ([Fact], Session) throws -> Void,
        afterCommit: @escaping @Sendable ([Fact]) async -> Void = { _ in }
    ) {
        var logger = logger
        logger[metadataKey: "log.consumer"] = "\(consumer)"
        logger[metadataKey: "log.stream"] = "\(feed.stream)"
        core = ConsumerCore(
            leases: PartitionLeases(
                consumer: consumer, stream: feed.stream, owner: "\(owner)/\(UUID().uuidString.prefix(8))",
                lease: settings.lease),
            database: database, feed: feed, source: source, settings: settings, logger: logger,
            faults: faults, courtesy: courtesy, handle: handle, afterCommit: afterCommit)
    }

    /// Hears until shut down; gives its partitions up at once when it ends.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { [core] in
                await core.run()
                try Task.checkCancellation()
            }
        } catch is CancellationError {
            // What was in flight is rolled back, and its facts are the next owner's first ones.
        }
        // In a task of its own: this one may be cancelled, and then no statement would be sent.
        await Task { [core] in await core.leave() }.value
    }

    /// Facts in the log that this process has not yet applied, over the partitions it owns; nil until first known.
    public var lag: Int64? { core.board.lag }

    /// How it is doing, for `/readyz`.
    public var health: LogHealth { core.health }

    /// What this consumer could not apply, and how to apply it after all.
    public var deadLetters: DeadLetters { core.deadLetters }
}
