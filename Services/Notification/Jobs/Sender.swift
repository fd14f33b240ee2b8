import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import Runtime
import ServiceLifecycle
import Synchronization

/// Sends what is planned. Each lane, again and again:
///
///     claim ──commit `sending`──▶ compose ──▶ hand over ──▶ commit the outcome and its fact
///
/// A claim lasts until a deadline that is measured from before it was made; nothing is handed over after it. So when
/// the database lets somebody else decide on the row, this sender has stopped, however long it was frozen.
struct Sender: Service {
    let database: Database
    let store: DeliveryStore
    let composer: MessageComposer
    let provider: any MailProvider
    let settings: SenderSettings
    let clock: any ServiceClock
    let bell: Doorbell
    let wakeRelay: @Sendable () -> Void
    let logger: Logger
    private let metrics: SenderMetrics
    private let breaker = SharedBreaker()

    init(
        database: Database, store: DeliveryStore, composer: MessageComposer, provider: any MailProvider,
        settings: SenderSettings, clock: any ServiceClock, bell: Doorbell,
        wakeRelay: @escaping @Sendable () -> Void, logger: Logger
    ) {
        self.database = database
        self.store = store
        self.composer = composer
        self.provider = provider
        self.settings = settings
        self.clock = clock
        self.bell = bell
        self.wakeRelay = wakeRelay
        self.logger = logger
        metrics = SenderMetrics(provider: provider.name)
    }

    /// Runs until shut down; a mail that is on its way then is finished first.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for lane in 0..<settings.lanes { group.addTask { await runLane(lane) } }
            }
        }
        await provider.close()
    }

    private func runLane(_ lane: Int) async {
        // One lane looks often; the others come when there is more than it can take.
        let interval = lane == 0 ? settings.interval : settings.interval * 10
        while !Task.isCancelled {
            let rings = bell.rings
            do {
                let sent = breaker.admits() ? try await sendBatch() : 0
                if sent == 0 { await bell.wait(since: rings, atMost: interval) }
            } catch is SenderFaults.Died {
                return
            } catch is CancellationError {
                return
            } catch {
                // Nothing was claimed, or the claim runs out and is taken over; the next look tries again.
                logger.warning("deliveries could not be sent", metadata: ["error": "\(error)"])
                await bell.wait(since: rings, atMost: .seconds(1))
            }
        }
    }

    /// Claims, sends and writes down one batch. Returns how many were claimed.
    ///
    /// In a task of its own, which a shutdown does not cancel: what has begun is brought to its end.
    func sendBatch() async throws -> Int {
        try await Task {
            let length = provider.timeLimit + settings.claimMargin
            // The last part of the claim is kept for a slow database and for what clocks disagree about.
            let deadline = ContinuousClock.now + length - settings.claimMargin / 3
            let claimed = try await claim(length: length)
            guard !claimed.isEmpty else { return 0 }
            try await settings.faults.reached(.claimed)
            let outcomes = try await send(claimed, before: deadline)
            try await settings.faults.reached(.answered)
            try await record(outcomes, until: deadline + settings.recordingTime)
            try await settings.faults.reached(.recorded)
            return claimed.count
        }.value
    }

    private func claim(length: Duration) async throws -> [ClaimedDelivery] {
        let terms = DeliveryStore.Terms(
            owner: settings.owner, provider: provider.name, length: length,
            limit: breaker.isOpen ? 1 : provider.batchMax)
        let now = clock.now()
        let kinds = composer.templates.kinds
        let claimed = try await database.transaction { [store] session in
            try store.claim(terms, templates: kinds, now: now, on: session)
        }
        if claimed.count == terms.limit { bell.ring() }
        return claimed
    }

    private func send(
        _ claimed: [ClaimedDelivery], before deadline: ContinuousClock.Instant
    ) async throws -> [DeliveryStore.Outcome] {
        var outcomes: [AttemptOutcome?] = []
        var mails: [OutgoingMail] = []
        for delivery in claimed {
            do {
                mails.append(try composer.compose(delivery))
                outcomes.append(nil)
            } catch {
                outcomes.append(refusal(of: delivery, error))
            }
        }
        try await settings.faults.reached(.composed)
        let start = ContinuousClock.now
        var answers = mails.isEmpty ? [][...] : await provider.send(mails, before: deadline)[...]
        if !mails.isEmpty { metrics.note((ContinuousClock.now - start) / mails.count) }
        for answer in answers { breaker.note(answer) }
        metrics.note(isDown: breaker.isOpen)
        return zip(claimed, outcomes).map { delivery, outcome in
            let outcome = outcome ?? answers.popFirst() ?? .unclear
            let verdict = settings.policy.step(
                after: outcome, attempts: delivery.attempts, sinceFirst: delivery.sinceFirstAttempt,
                jitter: Double.random(in: 0...1))
            return DeliveryStore.Outcome(delivery: delivery, outcome: outcome, verdict: verdict)
        }
    }

    /// A mail that cannot be made, now or later.
    private func refusal(of delivery: ClaimedDelivery, _ error: NotificationError) -> AttemptOutcome {
        logger.error(
            "a message cannot be made",
            metadata: ["delivery.id": "\(delivery.delivery)", "error": "\(error.rpcError.detail ?? "")"])
        if case .unsendable(let reason, _) = error { return .refused(reason, reply: nil) }
        return .refused(.unsafeText, reply: nil)
    }

    /// Writes outcomes down, again and again while the database is away: they are known only here.
    private func record(_ outcomes: [DeliveryStore.Outcome], until limit: ContinuousClock.Instant)
        async throws
    {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(2))
        var failures = 0
        while true {
            do {
                let now = clock.now()
                let written = try await database.transaction { [store] session in
                    try store.finish(outcomes, now: now, on: session)
                }
                for outcome in outcomes where written.contains(outcome.delivery.delivery) {
                    metrics.note(outcome.verdict)
                }
                wakeRelay()
                return
            } catch {
                failures += 1
                guard ContinuousClock.now < limit else { throw error }
                logger.warning("outcomes are not yet written down", metadata: ["error": "\(error)"])
                try await Task.sleep(for: backoff.wait(afterFailures: failures))
            }
        }
    }
}

/// The lanes' common view of the provider.
private final class SharedBreaker: Sendable {
    private let breaker = Mutex(ProviderBreaker())

    var isOpen: Bool { breaker.withLock { $0.isOpen } }

    func admits() -> Bool { breaker.withLock { $0.admits(at: .now) } }

    func note(_ outcome: AttemptOutcome) {
        breaker.withLock { breaker in
            switch outcome {
            case .accepted, .refused: breaker.noteAnswer()
            // 421: the server is about to close, for everybody.
            case .notAccepted(let reply?) where !reply.hasPrefix("421"): breaker.noteAnswer()
            case .notAccepted, .unclear: breaker.noteFailure(at: .now)
            case .abandoned: break
            }
        }
    }
}
