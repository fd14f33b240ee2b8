import Synchronization

/// Handing out work, and taking back what became of it.
extension PartitionBoard {
    /// Runs of different partitions to be applied in one transaction, or `nil` when there are none to take now.
    ///
    /// A commit costs the same for one fact as for hundreds. So a bundle takes from every partition what has gathered
    /// while the last one was applied, and a second one beside it begins only when it is worth it. Each must be given
    /// back by ``giveBack()``.
    func takeBundle() -> [Run]? {
        state.withLock { state in
            guard state.running < bundlesMax else { return nil }
            if state.running > 0, !isWorthwhile(state) { return nil }
            let runs = Self.gather(&state, factsMax: runMax)
            state.running += runs.isEmpty ? 0 : 1
            return runs.isEmpty ? nil : runs
        }
    }

    /// Whether as much waits as goes into a bundle.
    var isFull: Bool { state.withLock { Self.waiting($0) >= runMax } }

    private func isWorthwhile(_ state: State) -> Bool { Self.waiting(state) * Self.worthwhileShare >= runMax }

    private static func waiting(_ state: State) -> Int {
        state.queue.reduce(0) { $0 + (state.slots[$1]?.waiting.count ?? 0) }
    }

    /// Whether something that failed is to be tried again, which waits by pauses of its own.
    var holdsFailures: Bool {
        state.withLock { state in
            state.queue.contains { partition in
                state.slots[partition].map { $0.isSuspect || $0.attempts > 0 || $0.runMax < runMax } ?? false
            }
        }
    }

    /// A bundle is over, whichever way each of its runs went.
    func giveBack() {
        state.withLock { $0.running -= 1 }
        readySign.yield()
    }

    /// A bundle beside a running one must be at least this part of a full one: a quarter.
    private static let worthwhileShare = 4

    /// Takes from the queue up to `factsMax` facts; a suspect alone.
    private static func gather(_ state: inout State, factsMax: Int) -> [Run] {
        var runs: [Run] = []
        var room = factsMax
        var left: [Int] = []
        for (place, partition) in state.queue.enumerated() {
            guard room > 0 else {
                left += state.queue[place...]
                break
            }
            guard var slot = state.slots[partition], !slot.isRunning, slot.isQueued else { continue }
            if slot.isSuspect, !runs.isEmpty {
                left.append(partition)
                continue
            }
            slot.isQueued = false
            slot.isRunning = !slot.waiting.isEmpty
            state.slots[partition] = slot
            guard slot.isRunning else { continue }
            let facts = Array(slot.waiting.prefix(min(slot.runMax, room)))
            let holding = PartitionLeases.Holding(
                partition: partition, epoch: slot.epoch, position: slot.position)
            runs.append(Run(holding: holding, facts: facts, attempts: slot.attempts, failures: slot.failures))
            room -= slot.isSuspect ? room : facts.count
        }
        state.queue = left
        return runs.sorted { $0.holding.partition < $1.holding.partition }
    }

    /// The run is committed.
    func finish(_ run: Run) {
        update(run) { slot in
            slot.position = run.last
            slot.mark = run.facts.last?.mark
            slot.waiting = ArraySlice(slot.waiting.dropFirst(run.facts.count))
            slot.attempts = 0
            slot.failures = 0
            slot.isSuspect = false
            slot.runMax = min(runMax, slot.runMax * 4)
        }
    }

    /// The run was in a bundle that failed, and is tried again at once alone.
    func suspect(_ run: Run) {
        update(run) { $0.isSuspect = true }
    }

    /// The run was in a bundle that another partition spoiled, and is tried again at once.
    func again(_ run: Run) {
        update(run) { _ in }
    }

    /// The run failed and is tried again at once in smaller pieces, so that its bad fact ends up alone.
    func split(_ run: Run) {
        update(run) { slot in
            slot.runMax = max(1, run.facts.count / 8)
            slot.isSuspect = true
        }
    }

    /// The run failed; the partition rests until ``resume(_:)``.
    ///
    /// - Parameter counts: whether the failure counts against the run's first fact.
    func rest(_ run: Run, counts: Bool) {
        update(run) { slot in
            slot.attempts += counts ? 1 : 0
            slot.failures += 1
            slot.runMax = max(1, run.facts.count / 2)
            slot.isSuspect = slot.isSuspect || counts
            slot.isQueued = true
        }
    }

    /// Ends the rest of a partition.
    func resume(_ partition: Int) {
        state.withLock { state in
            if state.slots[partition]?.isQueued == true { state.queue.append(partition) }
        }
        readySign.yield()
    }

    private func update(_ run: Run, _ change: (inout Slot) -> Void) {
        state.withLock { state in
            // An owner that lost the partition and got it back has a new epoch: the old run is no news to it.
            guard var slot = state.slots[run.holding.partition], slot.epoch == run.holding.epoch else {
                return
            }
            slot.isRunning = false
            change(&slot)
            settle(run.holding.partition, &slot, &state.queue)
            state.slots[run.holding.partition] = slot
        }
    }
}
