import Contracts
import Foundation
import Logging
import Metrics
import PostgreSQL

/// The loops of one consumer, around one board.
final class ConsumerCore: Sendable {
    let leases: PartitionLeases
    let database: Database
    let settings: LogConsumerSettings
    let board: PartitionBoard
    let deadLetters: DeadLetters
    let faults: LogFaults
    let courtesy: Courtesy
    let handle: @Sendable ([Fact], Session) throws -> Void
    let afterCommit: @Sendable ([Fact]) async -> Void
    let troubles: Troubles
    let logger: Logger
    let metrics: ConsumerMetrics
    let parking = ParkingAllowance()
    private let source: any LogReader
    private let feed: StreamFeed

    /// A read that brought fewer entries is followed by a pause.
    private static let entriesWithoutPause = 500
    /// Facts of one read of the log.
    private static let factsPerReadMax = 500

    init(
        leases: PartitionLeases, database: Database, feed: StreamFeed, source: any LogReader,
        settings: LogConsumerSettings, logger: Logger, faults: LogFaults, courtesy: @escaping Courtesy,
        handle: @escaping @Sendable ([Fact], Session) throws -> Void,
        afterCommit: @escaping @Sendable ([Fact]) async -> Void
    ) {
        self.leases = leases
        self.database = database
        self.source = source
        self.settings = settings
        self.logger = logger
        self.faults = faults
        self.courtesy = courtesy
        self.handle = handle
        self.afterCommit = afterCommit
        self.feed = feed
        board = PartitionBoard(
            runMax: settings.runMax, waitingMax: settings.waitingMax, bundlesMax: settings.concurrentRuns)
        deadLetters = DeadLetters(
            consumer: leases.consumer, stream: leases.stream, database: database, handle: handle)
        troubles = Troubles(logger)
        metrics = ConsumerMetrics(consumer: leases.consumer, stream: leases.stream)
        feed.join(.init(board: board, unreadable: metrics.unreadable))
    }

    var health: LogHealth {
        LogHealth(lag: board.lag, partitions: board.positions.count, problems: troubles.sentences)
    }

    /// Works until its task is cancelled.
    func run() async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.keepLeases() }
                group.addTask { await self.follow() }
                group.addTask { await self.fillFromLog() }
                group.addTask { await self.compare() }
                group.addTask { await self.tellPositions() }
                group.addTask { await self.work() }
            }
        } onCancel: {
            board.close()
            feed.leave(board)
        }
    }

    /// Gives the partitions to others at once.
    func leave() async {
        do {
            try await database.transaction { [leases] session in try leases.leave(session) }
        } catch {
            // Others then wait for the lease to expire, which is what it is for.
            logger.warning("leases not released", metadata: ["error": "\(error)"])
        }
        board.hold([])
        metrics.record(lag: 0, partitions: 0)
    }

    func runPart(_ partition: Int) -> String { "run of partition \(partition)" }
    func logPart(_ partition: Int) -> String { "log of partition \(partition)" }

    // MARK: - Loops

    private func keepLeases() async {
        var isPrepared = false
        while !Task.isCancelled {
            do {
                let (wasPrepared, idle) = (isPrepared, board.idle)
                let holdings = try await database.transaction { [leases] session in
                    if !wasPrepared {
                        try leases.prepare(session)
                        try leases.forgetDead(session)
                    }
                    return try leases.renew(session, idle: idle)
                }
                isPrepared = true
                board.hold(holdings)
                let owned = Set(holdings.flatMap { [runPart($0.partition), logPart($0.partition)] })
                troubles.forget { $0.contains(" of partition ") && !owned.contains($0) }
                troubles.clear("lease")
            } catch {
                if !Task.isCancelled { troubles.note("lease", error) }
            }
            guard await rest(settings.renewal * Double.random(in: 0.8...1)) else { return }
        }
    }

    private func follow() async {
        var backoff = Backoff(base: .milliseconds(20), ceiling: .milliseconds(500))
        while !Task.isCancelled {
            do {
                try await readStream()
                backoff.reset()
                troubles.clear("stream")
            } catch {
                guard !Task.isCancelled else { return }
                troubles.note("stream", error)
                guard await rest(backoff.next()) else { return }
            }
        }
    }

    private func readStream() async throws {
        let entries = try await feed.read()
        // What comes next is gathered anyway: a read for every commit of the producer would cost more than its facts.
        if entries > 0, entries < Self.entriesWithoutPause { _ = await rest(settings.gathering / 2) }
    }

    private func fillFromLog() async {
        var backoff = Backoff(base: .milliseconds(50), ceiling: settings.pauseMax)
        for await _ in board.missing {
            while let missing = board.nextMissing() {
                // While something presses, the stream will bring what it has yet to bring; reading the log beside it
                // would only make it later.
                await courtesy()
                guard !Task.isCancelled else { return }
                do {
                    let facts = try await source.read(
                        partition: missing.partition, after: missing.after, limit: Self.factsPerReadMax)
                    metrics.filled.increment(by: facts.count)
                    try check(facts, missing)
                    troubles.clear("log")
                    try board.fill(missing, with: facts)
                    backoff.reset()
                    troubles.clear(logPart(missing.partition))
                } catch let error as EventLogError {
                    troubles.note(logPart(missing.partition), error)
                    board.couldNotFill(missing, rests: true)
                } catch {
                    guard !Task.isCancelled else { return }
                    troubles.note("log", error)
                    board.couldNotFill(missing, rests: false)
                    guard await rest(backoff.next()) else { return }
                }
            }
        }
    }

    /// A wrong address would otherwise bring another service's facts.
    private func check(_ facts: [Fact], _ missing: PartitionBoard.Missing) throws(EventLogError) {
        for fact in facts where fact.stream != leases.stream || fact.partition != missing.partition {
            throw .otherLog(
                wanted: "\(leases.stream)/\(missing.partition)", found: "\(fact.stream)/\(fact.partition)")
        }
    }

    private func compare() async {
        while !Task.isCancelled {
            do {
                let before = board.positions
                let heads = try await source.heads()
                guard heads.count == EventLog.partitionCount else {
                    throw EventLogError.otherLog(wanted: leases.stream, found: "\(heads.count) partitions")
                }
                let problems = board.compare(heads: heads, before: before)
                if let problem = problems.first { throw problem }
                troubles.clear("heads")
            } catch {
                if !Task.isCancelled { troubles.note("heads", error) }
            }
            if let lag = board.lag { metrics.record(lag: lag, partitions: board.positions.count) }
            metrics.record(contradictions: troubles.contradictions)
            guard await rest(settings.comparison) else { return }
        }
    }

    /// Tells Redis how far this consumer is, so that the relay may trim what everybody has applied. Apart from the
    /// comparison, which must not wait for a Redis that hangs.
    private func tellPositions() async {
        repeat { await publishPositions() } while await rest(settings.comparison)
    }

    private func publishPositions() async {
        let positions = board.positions
        guard !positions.isEmpty, !Task.isCancelled else { return }
        faults.reached(.positionsRead)
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        let fields = positions.sorted { $0.key < $1.key }.flatMap { partition, position in
            ["\(leases.consumer)/\(partition)", "\(position) \(now)"]
        }
        do {
            try await feed.command(["HSET", EventLog.positionsKey(leases.stream)] + fields)
            faults.reached(.positionsPublished)
            troubles.clear("positions")
        } catch {
            if !Task.isCancelled { troubles.note("positions", error) }
        }
    }
}

/// What a consumer counts.
struct ConsumerMetrics: Sendable {
    private let lag: Gauge
    private let partitions: Gauge
    private let contradictions: Gauge
    let applied: Counter
    let retried: Counter
    let parked: Counter
    let filled: Counter
    let unreadable: Counter
    let fenced: Counter

    init(consumer: String, stream: String) {
        let dimensions = [("consumer", consumer), ("stream", stream)]
        lag = Gauge(label: "holdfast_log_lag", dimensions: dimensions)
        partitions = Gauge(label: "holdfast_log_partitions_owned", dimensions: dimensions)
        contradictions = Gauge(label: "holdfast_log_contradictions", dimensions: dimensions)
        applied = Counter(label: "holdfast_log_applied_total", dimensions: dimensions)
        retried = Counter(label: "holdfast_log_retries_total", dimensions: dimensions)
        parked = Counter(label: "holdfast_log_dead_letters_total", dimensions: dimensions)
        filled = Counter(label: "holdfast_log_filled_total", dimensions: dimensions)
        unreadable = Counter(label: "holdfast_log_unreadable_total", dimensions: dimensions)
        fenced = Counter(label: "holdfast_log_fence_lost_total", dimensions: dimensions)
    }

    func record(contradictions count: Int) { contradictions.record(count) }

    func record(lag value: Int64, partitions count: Int) {
        lag.record(value)
        partitions.record(count)
    }
}
