import Contracts
import Foundation
import Logging
import Metrics
import PostgreSQL
import RedisStreams
import Synchronization

/// The loops of one relay.
final class RelayCore: Sendable {
    /// The name under which relays keep their leases beside those of consumers.
    static let consumer = "relay"

    let leases: PartitionLeases
    let database: Database
    let streams: RelayStreams
    let settings: LogRelaySettings
    private let logger: Logger
    private let faults: LogFaults
    private let courtesy: Courtesy
    private let troubles: Troubles
    private let state = Mutex(State())
    private let sign: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let published: Counter
    private let lagGauge: Gauge
    private let contradictionGauge: Gauge

    private struct State {
        var owned: Set<Int> = []
        var woken: Set<Int> = []
        /// The last number known to be in the stream; a partition without one has yet to ask the stream.
        var known: [Int: Int64] = [:]
        /// Partitions whose next append may leave a hole in the stream behind it.
        var mayLeap: Set<Int> = []
        /// Partitions where stream and log contradict each other, and when to look again.
        var contradictions: [Int: (error: EventLogError, until: ContinuousClock.Instant)] = [:]
        var lastFound: ContinuousClock.Instant = .now
        var lag: Int64?
        var noted: [Int: Int64] = [:]
        var samples: [(at: ContinuousClock.Instant, heads: [Int64])] = []
    }

    private static let contradictionPause = Duration.seconds(5)

    init(
        leases: PartitionLeases, database: Database, redis: RedisWriter, settings: LogRelaySettings,
        logger: Logger, faults: LogFaults, courtesy: @escaping Courtesy
    ) {
        self.leases = leases
        self.database = database
        self.settings = settings
        self.logger = logger
        self.faults = faults
        self.courtesy = courtesy
        streams = RelayStreams(stream: leases.stream, redis: redis, database: database, settings: settings)
        troubles = Troubles(logger)
        (sign, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let dimensions = [("stream", leases.stream)]
        published = Counter(label: "holdfast_log_published_total", dimensions: dimensions)
        lagGauge = Gauge(label: "holdfast_log_relay_lag", dimensions: dimensions)
        contradictionGauge = Gauge(label: "holdfast_log_relay_contradictions", dimensions: dimensions)
    }

    var health: LogHealth {
        let (lag, owned, contradictions) = state.withLock { state in
            (state.lag, state.owned.count, state.contradictions.values.map(\.error.description).sorted())
        }
        return LogHealth(lag: lag, partitions: owned, problems: troubles.sentences + contradictions)
    }

    func wake(_ partitions: Set<Int>) {
        state.withLock { $0.woken.formUnion(partitions) }
        signal.yield()
    }

    /// Works until its task is cancelled.
    func run() async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.keepLeases() }
                group.addTask { await self.poll() }
                group.addTask { await self.publish() }
                group.addTask { await self.watch() }
            }
        } onCancel: {
            signal.finish()
        }
    }

    func leave() async {
        do {
            try await database.transaction { [leases] session in try leases.leave(session) }
        } catch {
            // Others then wait for the lease to expire, which is what it is for.
            logger.warning("leases not released", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Loops

    private func keepLeases() async {
        var isPrepared = false
        while !Task.isCancelled {
            do {
                let wasPrepared = isPrepared
                let holdings = try await database.transaction { [leases] session in
                    if !wasPrepared {
                        try leases.prepare(session)
                        try leases.forgetDead(session)
                    }
                    return try leases.renew(session, idle: Set(0..<EventLog.partitionCount))
                }
                isPrepared = true
                own(Set(holdings.map(\.partition)))
                troubles.clear("lease")
            } catch {
                if !Task.isCancelled { troubles.note("lease", error) }
            }
            guard await rest(settings.renewal * Double.random(in: 0.8...1)) else { return }
        }
    }

    private func own(_ partitions: Set<Int>) {
        let isMore = state.withLock { state in
            defer { state.owned = partitions }
            // Another owner may have gone on meanwhile: what was known of a partition given up is forgotten.
            for lost in state.owned.subtracting(partitions) { state.known[lost] = nil }
            return !partitions.isSubset(of: state.owned)
        }
        if isMore { signal.yield() }
    }

    /// Looks often while facts come and seldom while none do.
    private func poll() async {
        while true {
            let isBusy = state.withLock { $0.lastFound.duration(to: .now) < .seconds(1) }
            guard await rest(isBusy ? settings.pollBusy : settings.pollIdle) else { return }
            signal.yield()
        }
    }

    private func publish() async {
        var backoff = Backoff(base: .milliseconds(20), ceiling: .milliseconds(500))
        for await _ in sign {
            do {
                repeat { await courtesy() } while try await publishOnce() && !Task.isCancelled
                backoff.reset()
                troubles.clear("publish")
            } catch {
                guard !Task.isCancelled else { return }
                if error is DatabaseError {
                    // The database may come back older than it was: compare with the streams before going on.
                    state.withLock { $0.known = [:] }
                }
                troubles.note("publish", error)
                guard await rest(backoff.next()) else { return }
                signal.yield()
            }
        }
    }

    /// Publishes what the log has beyond the streams; true when there is more than one read gave.
    private func publishOnce() async throws -> Bool {
        let (unknown, targets) = take()
        if !unknown.isEmpty { note(try await streams.look(at: unknown)) }
        let (known, leaps) = state.withLock { state in
            (state.known.filter { targets.contains($0.key) }, state.mayLeap)
        }
        let facts = try await streams.read(after: known)
        guard !facts.isEmpty else { return false }
        faults.reached(.relayRead)
        var runs: [RelayStreams.Run] = []
        for (partition, facts) in Dictionary(grouping: facts, by: \.partition) {
            do throws(EventLogError) {
                runs.append(
                    try RelayStreams.Run(
                        partition: partition, after: known[partition] ?? 0, facts: facts,
                        mayLeap: leaps.contains(partition)))
            } catch {
                contradict(partition, error)
            }
        }
        let outcomes = try await streams.append(runs)
        faults.reached(.relayAppended)
        settle(runs, outcomes)
        let page = streams.page(partitions: known.count)
        return runs.contains { $0.facts.count >= page }
    }

    /// The partitions to publish now, and those of them whose streams have yet to be asked.
    private func take() -> (unknown: [Int], targets: Set<Int>) {
        state.withLock { state in
            let targets = state.owned.union(state.woken).filter { partition in
                state.contradictions[partition].map { $0.until < .now } ?? true
            }
            state.woken = []
            return (targets.filter { state.known[$0] == nil }.sorted(), targets)
        }
    }

    private func note(_ looks: [RelayStreams.Look]) {
        for look in looks {
            switch look.result {
            case .success(let start):
                let was = state.withLock { state in
                    state.known[look.partition] = start.after
                    if start.mayLeap { state.mayLeap.insert(look.partition) }
                    return state.contradictions.removeValue(forKey: look.partition)
                }
                if was != nil {
                    logger.info(
                        "log and stream agree again", metadata: ["log.partition": "\(look.partition)"])
                }
            case .failure(let error):
                contradict(look.partition, error)
            }
        }
    }

    private func settle(_ runs: [RelayStreams.Run], _ outcomes: [RelayStreams.Outcome]) {
        state.withLock { state in
            state.lastFound = .now
            for (run, outcome) in zip(runs, outcomes) {
                switch outcome {
                case .holds(let last) where last == run.last:
                    state.known[run.partition] = last
                    state.mayLeap.remove(run.partition)
                case .holds, .isBehind:
                    // Another relay is further, or Redis lost something: the stream itself says where it is.
                    state.known[run.partition] = nil
                    state.mayLeap.remove(run.partition)
                }
            }
        }
        published.increment(by: runs.reduce(0) { $0 + $1.facts.count })
    }

    /// Says loudly that a partition cannot be published, and leaves it alone for a while.
    private func contradict(_ partition: Int, _ error: EventLogError) {
        state.withLock { state in
            state.known[partition] = nil
            state.contradictions[partition] = (error, .now + Self.contradictionPause)
        }
        logger.error("partition not published", metadata: ["error": "\(error)"])
    }

    /// Once a second: the lag, a log that went back, the note for the next start; and now and then a trim.
    private func watch() async {
        var lastTrim = ContinuousClock.now
        while await rest(.seconds(1)) {
            do {
                let heads = try await LocalLogReader(database).heads()
                let news = compare(heads)
                try await database.transaction { [leases] session in try leases.note(session, news) }
                if lastTrim.duration(to: .now) >= settings.trimming {
                    lastTrim = .now
                    try await trim(heads)
                }
                troubles.clear("watch")
            } catch {
                if !Task.isCancelled { troubles.note("watch", error) }
            }
        }
    }

    /// Takes the heads in; returns the positions worth a note.
    private func compare(_ heads: [Int64]) -> [Int: Int64] {
        let (lag, contradictions, news) = state.withLock { state in
            for (partition, known) in state.known where known > heads[partition] {
                state.known[partition] = nil
            }
            let unknown = state.owned.filter { state.known[$0] == nil && state.contradictions[$0] == nil }
            if unknown.isEmpty {
                // What contradicts its stream is not published at all: all that was said since the last note waits.
                state.lag = state.owned.reduce(0) { sum, partition in
                    sum + max(0, heads[partition] - (state.known[partition] ?? state.noted[partition] ?? 0))
                }
            }
            let news = state.known.filter { state.owned.contains($0.key) && state.noted[$0.key] != $0.value }
            state.noted.merge(news) { $1 }
            return (state.lag ?? 0, state.contradictions.count, news)
        }
        lagGauge.record(lag)
        contradictionGauge.record(contradictions)
        return news
    }

    private func trim(_ heads: [Int64]) async throws {
        let (owned, old) = state.withLock { state in
            let now = ContinuousClock.now
            state.samples.append((now, heads))
            // The newest sample older than the age limit says which numbers are too old; earlier ones are done with.
            let aged = state.samples.lastIndex { $0.at.duration(to: now) > settings.streamAgeMax }
            if let aged { state.samples.removeFirst(aged) }
            return (state.owned, aged == nil ? nil : state.samples[0].heads)
        }
        try await streams.trim(owned, heads: heads, oldUpTo: old)
    }
}
