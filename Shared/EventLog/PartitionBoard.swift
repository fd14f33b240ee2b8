import Contracts
import Synchronization

/// What a consumer knows of each partition it owns: how far it is, what waits, and what is missing.
///
/// Facts wait here in the log's order and without holes, whichever way they came. A fact that is known already is
/// ignored, one that leaves a hole makes the log be asked for what is between.
final class PartitionBoard: Sendable {
    /// Facts of one partition to be applied in one transaction, the first right after the holding's position.
    struct Run: Sendable {
        let holding: PartitionLeases.Holding
        /// At least one.
        let facts: [Fact]
        /// How often its first fact failed alone.
        let attempts: Int
        /// How often the partition failed in a row, for whatever reason.
        let failures: Int
        var last: Int64 { holding.position + Int64(facts.count) }
    }

    struct Slot {
        let epoch: Int64
        var position: Int64
        /// The ``Fact/mark`` of the fact at the position.
        var mark: Int64?
        var waiting: ArraySlice<Fact> = []
        /// The log has facts up to here that the stream does not give. At or below `cursor`: nothing is missing.
        var missingUpTo: Int64 = 0
        var isFilling = false
        var isRunning = false
        /// In the queue of partitions to work on, or waiting for its turn after a failure.
        var isQueued = false
        /// A bundle with this partition in it failed: its next run is applied alone, to find out whose fault it was.
        var isSuspect = false
        var runMax: Int
        var attempts = 0
        var failures = 0
        /// The log's head when it was last compared; nil before the first time.
        var head: Int64?
        /// Comparisons in a row at which facts were wanted and the stream had brought none since the one before.
        var silence = 0
        var hasArrived = false
        let heldSince = ContinuousClock.now
        /// After the log contradicted the stream or itself: when to look again.
        var restsUntil: ContinuousClock.Instant?

        init(_ holding: PartitionLeases.Holding, runMax: Int) {
            epoch = holding.epoch
            position = holding.position
            mark = holding.mark
            self.runMax = runMax
        }

        /// The last fact that is here or applied.
        var cursor: Int64 { position + Int64(waiting.count) }
        /// The mark of the fact at the cursor.
        var cursorMark: Int64? { waiting.last?.mark ?? mark }
        var isMissing: Bool { missingUpTo > cursor }
        var isResting: Bool { restsUntil.map { ContinuousClock.now < $0 } ?? false }
    }

    struct State {
        var slots: [Int: Slot] = [:]
        /// Partitions with work, each once, in the order in which it came.
        var queue: [Int] = []
        /// Bundles that are being applied.
        var running = 0
        /// The log's heads are known since this consumer began.
        var isCompared = false
    }

    /// Asking again at once would only repeat the answer.
    private static let restAfterContradiction = Duration.seconds(1)

    /// Comparisons, a second apart, for which a stream may be silent before what it lacks is read from the log: longer
    /// than a relay stands back for something more urgent, and short beside the five seconds of a lost Redis.
    private static let silenceMax = 2

    /// How long the stream may take to bring what it has. Reading the log too early is harmless.
    private static let chance = Duration.milliseconds(500)

    let state = Mutex(State())
    let runMax: Int
    let waitingMax: Int
    let bundlesMax: Int
    /// A sign that a bundle may be there to take.
    let ready: AsyncStream<Void>
    let readySign: AsyncStream<Void>.Continuation
    /// A sign that facts must be read from the log.
    let missing: AsyncStream<Void>
    private let missingSign: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - runMax: Facts of one bundle, at most.
    ///   - waitingMax: Facts of one partition that may wait here.
    ///   - bundlesMax: Bundles that may be applied at once.
    init(runMax: Int, waitingMax: Int, bundlesMax: Int = 1) {
        self.runMax = runMax
        self.waitingMax = waitingMax
        self.bundlesMax = bundlesMax
        (ready, readySign) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (missing, missingSign) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: - Ownership

    /// Takes over what the lease says is owned now: new holdings begin at their position, lost ones are forgotten.
    func hold(_ holdings: [PartitionLeases.Holding]) {
        state.withLock { state in
            let owned = Dictionary(uniqueKeysWithValues: holdings.map { ($0.partition, $0) })
            state.slots = state.slots.filter { partition, slot in owned[partition]?.epoch == slot.epoch }
            for holding in holdings where state.slots[holding.partition] == nil {
                state.slots[holding.partition] = Slot(holding, runMax: runMax)
            }
        }
    }

    /// Forgets a partition whose fence was lost; the lease says when and where to begin anew.
    func drop(_ run: Run) {
        state.withLock { state in
            if state.slots[run.holding.partition]?.epoch == run.holding.epoch {
                state.slots[run.holding.partition] = nil
            }
        }
    }

    /// Partitions on which nothing is being done.
    var idle: Set<Int> {
        state.withLock { state in Set(state.slots.filter { !$0.value.isRunning }.keys) }
    }

    /// The committed position of each owned partition.
    var positions: [Int: Int64] {
        state.withLock { $0.slots.mapValues(\.position) }
    }

    // MARK: - Facts arriving

    /// Where to read the stream on, for partitions with room; and whether that is all of them.
    func wanted() -> (cursors: [(partition: Int, after: Int64)], isAll: Bool) {
        state.withLock { state in
            let open = state.slots.filter { _, slot in
                !slot.isMissing && !slot.isResting && slot.waiting.count < waitingMax
            }
            return (open.map { ($0.key, $0.value.cursor) }, open.count == state.slots.count)
        }
    }

    /// Facts of one partition from the stream or the log, in order.
    func offer(_ facts: [Fact], partition: Int) {
        state.withLock { state in
            // Taken out while it changes: whatever waits would otherwise be copied for each offer.
            guard var slot = state.slots.removeValue(forKey: partition) else { return }
            for fact in facts where fact.seq > slot.cursor {
                guard fact.seq == slot.cursor + 1 else {
                    slot.missingUpTo = max(slot.missingUpTo, fact.seq - 1)
                    break
                }
                slot.waiting.append(fact)
                slot.hasArrived = true
            }
            settle(partition, &slot, &state.queue)
            state.slots[partition] = slot
        }
    }

    /// The stream holds something at `seq` that is no fact: the log has to be asked.
    func offerUnreadable(partition: Int, seq: Int64) {
        state.withLock { state in
            guard var slot = state.slots[partition], seq > slot.cursor else { return }
            slot.missingUpTo = max(slot.missingUpTo, seq)
            settle(partition, &slot, &state.queue)
            state.slots[partition] = slot
        }
    }

    /// Where the log has to be read on.
    struct Missing: Sendable {
        let partition: Int
        /// The last fact that is known. It is read again when its mark is known, to see that it is still the same.
        let cursor: Int64
        let mark: Int64?
        /// The place to read after.
        var after: Int64 { mark == nil ? cursor : cursor - 1 }
    }

    /// The next partition to read from the log, and from where.
    func nextMissing() -> Missing? {
        state.withLock { state in
            let found = state.slots.first { _, slot in
                slot.isMissing && !slot.isFilling && !slot.isResting && slot.waiting.count < waitingMax
            }
            guard let found else { return nil }
            state.slots[found.key]?.isFilling = true
            return Missing(partition: found.key, cursor: found.value.cursor, mark: found.value.cursorMark)
        }
    }

    /// The log could not be read; the partition is asked for again.
    ///
    /// - Parameter rests: only after a while, because what came contradicts what was wanted.
    func couldNotFill(_ missing: Missing, rests: Bool) {
        state.withLock { state in
            state.slots[missing.partition]?.isFilling = false
            if rests { state.slots[missing.partition]?.restsUntil = .now + Self.restAfterContradiction }
        }
    }

    /// What the log gave for ``nextMissing()``.
    ///
    /// - Throws: ``EventLogError`` when the log contradicts what is known: it ends too early, has a hole, or holds
    ///   another fact where the last known one was.
    func fill(_ missing: Missing, with facts: [Fact]) throws(EventLogError) {
        let problem: EventLogError? = state.withLock { state in
            guard var slot = state.slots.removeValue(forKey: missing.partition) else { return nil }
            defer { state.slots[missing.partition] = slot }
            slot.isFilling = false
            if let problem = Self.contradiction(missing, facts, known: slot.missingUpTo) {
                slot.restsUntil = .now + Self.restAfterContradiction
                slot.missingUpTo = 0
                return problem
            }
            // The slot may have moved on since the read began, or belong to a new holding.
            for fact in facts where fact.seq == slot.cursor + 1 { slot.waiting.append(fact) }
            settle(missing.partition, &slot, &state.queue)
            return nil
        }
        if let problem { throw problem }
    }

    /// What is wrong with a read of the log.
    private static func contradiction(_ missing: Missing, _ facts: [Fact], known: Int64) -> EventLogError? {
        var last = missing.after
        for fact in facts {
            guard fact.seq == last + 1 else {
                return .hole(partition: missing.partition, after: last, found: fact.seq)
            }
            last = fact.seq
        }
        if let mark = missing.mark, let first = facts.first, first.mark != mark {
            return .differs(partition: missing.partition, seq: missing.cursor)
        }
        // Only facts that the log once had can be missing, so at least one must come.
        return last > missing.cursor
            ? nil : .wentBack(partition: missing.partition, head: last, known: known)
    }

    /// Compares with the log's heads: facts that were there before are missing where nothing came for a while.
    /// A stream that still brings facts is only behind, and reading the log beside it would make it later still.
    ///
    /// - Parameter before: ``positions`` as they were before the heads were read.
    /// - Returns: partitions of which more was applied than the log holds.
    func compare(heads: [Int64], before: [Int: Int64]) -> [EventLogError] {
        state.withLock { state in
            state.isCompared = true
            var problems: [EventLogError] = []
            for (partition, var slot) in state.slots where heads.indices.contains(partition) {
                let head = heads[partition]
                if let position = before[partition], position > head {
                    problems.append(.wentBack(partition: partition, head: head, known: position))
                }
                // A new holding's stream had its chance if it was read at all; an older one's since the last time.
                let isNew = slot.heldSince.duration(to: .now) < Self.chance
                let expected = slot.head ?? (isNew ? 0 : head)
                let isSilent = slot.waiting.isEmpty && expected > slot.cursor && !slot.hasArrived
                slot.silence = isSilent ? slot.silence + 1 : 0
                if slot.silence >= Self.silenceMax { slot.missingUpTo = max(slot.missingUpTo, expected) }
                slot.head = head
                slot.hasArrived = false
                settle(partition, &slot, &state.queue)
                state.slots[partition] = slot
            }
            return problems
        }
    }

    /// Facts in the log that are not yet applied, over the owned partitions; nil before the first comparison.
    var lag: Int64? {
        state.withLock { state in
            state.isCompared ? state.slots.values.reduce(0) { $0 + max(0, ($1.head ?? 0) - $1.position) } : nil
        }
    }

    /// Lets the loops over ``ready`` and ``missing`` end.
    func close() {
        readySign.finish()
        missingSign.finish()
    }

    /// Queues a partition that has work, and asks for the log where something is missing.
    func settle(_ partition: Int, _ slot: inout Slot, _ queue: inout [Int]) {
        if !slot.waiting.isEmpty, !slot.isRunning, !slot.isQueued {
            slot.isQueued = true
            queue.append(partition)
            readySign.yield()
        }
        if slot.isMissing, !slot.isFilling, slot.waiting.count < waitingMax { missingSign.yield() }
    }
}
