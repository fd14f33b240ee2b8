import Contracts
import PostgreSQL
import Synchronization

/// Applying runs.
extension ConsumerCore {
    /// Applies bundles, several at once where there is enough for it; each partition is in one of them at a time.
    func work() async {
        var begun = ContinuousClock.now - settings.gatheringMax
        let pace = Pace()
        await withDiscardingTaskGroup { group in
            for await _ in board.ready {
                await courtesy()
                await gather(since: begun, pace)
                while !Task.isCancelled, let runs = board.takeBundle() {
                    let start = ContinuousClock.now
                    begun = start
                    group.addTask {
                        await self.process(runs)
                        pace.took(start.duration(to: .now))
                        self.board.giveBack()
                    }
                }
            }
        }
    }

    /// A bundle costs little more for hundreds of facts than for one. So one that would follow close upon another waits
    /// for company, longer where bundles take long, unless it is full; the first after a pause never does.
    private func gather(since begun: ContinuousClock.Instant, _ pace: Pace) async {
        let apart = min(max(settings.gathering, pace.lastTook * Self.restShare), settings.gatheringMax)
        let left = apart - begun.duration(to: .now)
        guard left > .zero, !board.isFull, !board.holdsFailures else { return }
        _ = await rest(left)
    }

    /// From beginning to beginning, bundles are this many times as far apart as they take.
    private static var restShare: Int { 2 }

    private func process(_ runs: [PartitionBoard.Run]) async {
        faults.reached(.consumerRead)
        let facts = runs.flatMap(\.facts)
        do {
            try await apply(runs, facts)
            faults.reached(.committed)
            metrics.applied.increment(by: facts.count)
            await afterCommit(facts)
            for run in runs {
                board.finish(run)
                troubles.clear(runPart(run.holding.partition))
            }
            parking.restore()
        } catch let lost as FenceLost {
            metrics.fenced.increment(by: lost.partitions.count)
            for run in runs {
                if lost.partitions.contains(run.holding.partition) { board.drop(run) } else { board.again(run) }
            }
        } catch {
            guard !Task.isCancelled else { return }
            await recover(runs, from: error)
        }
    }

    /// Effects and positions in one commit.
    private func apply(_ runs: [PartitionBoard.Run], _ facts: [Fact]) async throws {
        let steps = runs.compactMap { run in
            run.facts.last.map { PartitionLeases.Step(holding: run.holding, last: $0) }
        }
        try await database.transaction { [leases, faults, handle] session in
            try leases.advance(session, steps, isFenced: faults.isFenced)
            faults.reached(.fenced)
            try handle(facts, session)
            faults.reached(.effected)
        }
    }

    /// A bundle that fails is taken apart: whose fault it was shows when each run is applied alone.
    private func recover(_ runs: [PartitionBoard.Run], from error: any Error) async {
        guard runs.count > 1 else {
            for run in runs { await recover(run, from: error) }
            return
        }
        metrics.retried.increment()
        let isTransient = isTransient(error)
        for run in runs {
            if isTransient {
                troubles.note(runPart(run.holding.partition), error)
                board.rest(run, counts: false)
                resume(run)
            } else {
                board.suspect(run)
            }
        }
    }

    /// A failure that passes is waited for; any other is narrowed down to one fact, tried again a few times, and
    /// parked.
    private func recover(_ run: PartitionBoard.Run, from error: any Error) async {
        metrics.retried.increment()
        if isTransient(error) {
            troubles.note(runPart(run.holding.partition), error)
            board.rest(run, counts: false)
            resume(run)
        } else if run.facts.count > 1 {
            board.split(run)
        } else if run.attempts + 1 < settings.attemptsMax {
            board.rest(run, counts: true)
            resume(run)
        } else if parking.take() {
            await park(run, reason: error)
        } else {
            // Nothing succeeds: that is not the facts' fault, and parking them all would only hide it.
            troubles.note(runPart(run.holding.partition), error)
            board.rest(run, counts: false)
            resume(run)
        }
    }

    private func park(_ run: PartitionBoard.Run, reason: any Error) async {
        guard let fact = run.facts.first else { return }
        do {
            try await database.transaction { [leases, faults] session in
                try leases.advance(
                    session, [PartitionLeases.Step(holding: run.holding, last: fact)], isFenced: faults.isFenced)
                try DeadLetters.park(
                    fact, consumer: leases.consumer, reason: reason, attempts: run.attempts + 1, on: session)
            }
            metrics.parked.increment()
            troubles.clear("dead letter")
            logger.error(
                "fact parked as a dead letter",
                metadata: [
                    "log.position": "\(fact.partition)/\(fact.seq)", "log.type": "\(fact.type)",
                    "log.attempts": "\(run.attempts + 1)", "error.type": "\(type(of: reason))",
                ])
            board.finish(run)
        } catch is FenceLost {
            metrics.fenced.increment()
            board.drop(run)
        } catch {
            troubles.note("dead letter", error)
            board.rest(run, counts: false)
            resume(run)
        }
    }

    /// Wakes the partition after a pause. Nobody waits for the pause, so other partitions go on meanwhile.
    private func resume(_ run: PartitionBoard.Run) {
        let pause = Backoff.pause(
            after: run.failures + 1, base: settings.pauseBase, ceiling: settings.pauseMax)
        Task { [board] in
            if await rest(pause) { board.resume(run.holding.partition) }
        }
    }
}

/// How many facts may be parked in a row while none succeeds: a few at once, and then one a minute.
///
/// A bad fact is alone. When everything fails, a table is missing or the program is wrong, and the facts must wait.
final class ParkingAllowance: Sendable {
    private static let inARowMax = 20
    private static let pause = Duration.seconds(60)
    private let state = Mutex((left: inARowMax, last: ContinuousClock.now))

    /// Takes one, or says that there is none left for now.
    func take() -> Bool {
        state.withLock { state in
            guard state.left > 0 || state.last.duration(to: .now) >= Self.pause else { return false }
            state = (max(0, state.left - 1), .now)
            return true
        }
    }

    /// A fact succeeded.
    func restore() {
        state.withLock { $0.left = Self.inARowMax }
    }
}

/// How long the last bundle took.
private final class Pace: Sendable {
    private let last = Mutex(Duration.zero)
    var lastTook: Duration { last.withLock { $0 } }
    func took(_ duration: Duration) { last.withLock { $0 = duration } }
}
