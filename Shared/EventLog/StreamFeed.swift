import Contracts
import Logging
import Metrics
import RedisStreams
import Synchronization

/// Reads one stream for all consumers of it in a process, so that each entry is fetched and parsed once, however many
/// hear it.
///
/// The consumers' own loops drive it: whoever comes first reads for everybody, and the others wait for that read. Those
/// that hear the newest share one read that waits for more; who is further behind is served by another that does not
/// wait, and holds nobody up.
public final class StreamFeed: Sendable {
    /// Who wants facts of the stream.
    struct Hearer: Sendable {
        let board: PartitionBoard
        /// Entries that were no facts.
        let unreadable: Counter
    }

    private struct State {
        var hearers: [Hearer] = []
        var reading: Task<Int, any Error>?
    }

    /// Where one read goes on in one partition, and for whom.
    private struct Cursor {
        let partition: Int
        var after: Int64
        var hearers: [Hearer]
    }

    /// The stream's name.
    public let stream: String
    private let reader: RedisReader
    private let state = Mutex(State())

    /// Entries in one reply of Redis, over all partitions: some 4 MB of 400-byte facts.
    private static let entriesPerReadMax = 10_000
    /// Entries of one partition in one reply: twice what a consumer lets wait there.
    private static let entriesPerStreamMax = 2_000
    /// A wait for new entries. It bounds how late a partition just taken over joins the read.
    private static let wait = Duration.milliseconds(250)
    /// The wait while some partition has no room, or somebody is behind: it must soon be asked for again.
    private static let shortWait = Duration.milliseconds(10)

    /// - Parameters:
    ///   - stream: The stream's name, e.g. `learner-events`.
    ///   - redis: Where it is. One connection is opened, for blocking reads.
    public init(stream: String, redis: RedisSettings, logger: Logger) {
        self.stream = stream
        reader = RedisReader(redis, logger: logger)
    }

    func join(_ hearer: Hearer) {
        state.withLock { $0.hearers.append(hearer) }
    }

    /// The last to leave closes the connection, for good.
    func leave(_ board: PartitionBoard) {
        let isEmpty = state.withLock { state in
            state.hearers.removeAll { $0.board === board }
            return state.hearers.isEmpty
        }
        if isEmpty { reader.close() }
    }

    /// Hands everybody what the stream has beyond what they know, or waits for the read that does so now.
    ///
    /// - Returns: How many entries came.
    /// - Throws: `RedisError`, to everybody who waits.
    func read() async throws -> Int {
        let reading = state.withLock { state in
            if let reading = state.reading { return reading }
            let reading = Task {
                defer { self.state.withLock { $0.reading = nil } }
                return try await self.readAll()
            }
            state.reading = reading
            return reading
        }
        return try await reading.value
    }

    /// Runs a short command on the feed's connection, after the read that may be waiting.
    func command(_ words: [String]) async throws {
        _ = try await reader.command(words)
    }

    private func readAll() async throws -> Int {
        let hearers = state.withLock { $0.hearers }
        var (newest, behind): ([Int: Cursor], [Int: Cursor]) = ([:], [:])
        var isEverything = true
        for hearer in hearers {
            let (cursors, isAll) = hearer.board.wanted()
            isEverything = isEverything && isAll
            for (partition, after) in cursors {
                Self.sort(hearer, partition: partition, after: after, &newest, &behind)
            }
        }
        guard !newest.isEmpty else {
            _ = await rest(Self.shortWait)
            return 0
        }
        // What is behind is there: no wait. Were it trimmed meanwhile, its hearer will read the log.
        var entries = behind.isEmpty ? 0 : try await read(behind, wait: .milliseconds(1))
        let isWaiting = isEverything && behind.isEmpty
        entries += try await read(newest, wait: isWaiting ? Self.wait : Self.shortWait)
        return entries
    }

    private static func sort(
        _ hearer: Hearer, partition: Int, after: Int64, _ newest: inout [Int: Cursor], _ behind: inout [Int: Cursor]
    ) {
        func add(_ hearers: [Hearer], after: Int64, to cursors: inout [Int: Cursor]) {
            var cursor = cursors[partition] ?? Cursor(partition: partition, after: after, hearers: [])
            cursor.after = min(cursor.after, after)
            cursor.hearers += hearers
            cursors[partition] = cursor
        }
        guard let known = newest[partition], known.after != after else {
            return add([hearer], after: after, to: &newest)
        }
        guard known.after < after else { return add([hearer], after: after, to: &behind) }
        newest[partition] = nil
        add(known.hearers, after: known.after, to: &behind)
        add([hearer], after: after, to: &newest)
    }

    private func read(_ cursors: [Int: Cursor], wait: Duration) async throws -> Int {
        var byKey: [String: Cursor] = [:]
        byKey.reserveCapacity(cursors.count)
        for cursor in cursors.values {
            byKey[EventLog.streamKey(stream, partition: cursor.partition)] = cursor
        }
        let batches = try await reader.xread(
            byKey.map { StreamPosition(key: $0.key, after: "\($0.value.after)-0") },
            count: max(16, min(Self.entriesPerStreamMax, Self.entriesPerReadMax / cursors.count)), block: wait)
        for batch in batches {
            if let cursor = byKey[batch.key] { hand(batch.entries, to: cursor) }
        }
        return batches.reduce(0) { $0 + $1.entries.count }
    }

    /// Hands on the entries up to the first that is no fact; for that one and what follows the log is asked.
    private func hand(_ entries: [StreamEntry], to cursor: Cursor) {
        var facts: [Fact] = []
        facts.reserveCapacity(entries.count)
        for entry in entries {
            guard entry.minor == 0, let document = entry.value("ce"),
                let fact = CloudEvent.parse(
                    document, stream: stream, partition: cursor.partition, seq: entry.sequence)
            else {
                for hearer in cursor.hearers {
                    hearer.board.offer(facts, partition: cursor.partition)
                    hearer.board.offerUnreadable(partition: cursor.partition, seq: entry.sequence)
                    hearer.unreadable.increment()
                }
                return
            }
            facts.append(fact)
        }
        for hearer in cursor.hearers { hearer.board.offer(facts, partition: cursor.partition) }
    }
}
