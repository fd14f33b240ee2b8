import Contracts
import Foundation
import Simulator

/// The class of today, in real time, so that whoever watches sees it move.
extension Simulation {
    /// Nudged learners act after minutes instead of hours: 7 h become 105 s.
    static let liveDelayScale = 1.0 / 240
    static let tick = Duration.seconds(1)
    /// Events that may wait while the gateway cannot be reached; beyond that nothing is added until it is
    /// back.
    static let outboxMax = 20_000

    /// Lets every service's clock run, from now on.
    private func runClocks() async throws {
        do {
            let _: ClockAnswer = try await client.put(
                "/v1/clock", SetClock.Request(now: max(Date(), cohort.position), rate: 1))
        } catch let error as GatewayError where error.code == RPCError.Code.failedPrecondition.rawValue {
            // Clocks never go back. Those that are later than this machine's, be it by a hair, and may be running, are
            // met a second ahead.
            let clock: ClockAnswer = try await client.get("/v1/clock")
            let _: ClockAnswer = try await client.put(
                "/v1/clock", SetClock.Request(now: clock.now.addingTimeInterval(1), rate: 1))
        }
    }

    /// Until the task is cancelled. A gateway that is away for a while is waited for.
    mutating func runLive() async throws {
        try await runClocks()
        guard Date() < plan.endsAt else {
            Terminal.note(
                "the course ended on \(plan.endsAt.formatted(.iso8601.year().month().day())); its learners rest"
            )
            return try await Task.sleep(for: .seconds(365 * 86_400))
        }
        Terminal.note("live: about \(settings.liveRate.grouped) events a minute, until stopped")
        var feed = LiveFeed(
            seed: settings.seed ^ UInt64(Date().timeIntervalSince1970), eventsPerMinute: settings.liveRate)
        var outbox: [(learner: Int, draft: EventDraft)] = []
        var ticks = 0
        while true {
            try await Task.sleep(for: Self.tick)
            ticks += 1
            let now = Date()
            if outbox.count < Self.outboxMax {
                outbox += cohort.step(to: now).map { ($0.learner, $0.draft) }
                outbox += feed.events(until: now, of: cohort)
            }
            do {
                try await exchange(&outbox, isLooking: ticks % 3 == 0, now: now)
            } catch let error as GatewayError {
                Terminal.note("\(error); \(outbox.count.grouped) events wait")
            }
            if ticks % 30 == 0 { try keepState() }
        }
    }

    private mutating func exchange(
        _ outbox: inout [(learner: Int, draft: EventDraft)], isLooking: Bool, now: Date
    ) async throws {
        if !outbox.isEmpty {
            summary.tally = summary.tally + (try await poster.post(outbox))
            outbox = []
        }
        state.position = cohort.position
        guard isLooking else { return }
        try react(to: try await inbox.newMessages(now: now), delayScale: Self.liveDelayScale)
        try await askAtRisk()
        Terminal.progress(
            "live · \((summary.tally.accepted).grouped) events · \((summary.atRisk ?? 0).grouped) at risk · "
                + "\(state.arrivals.count.grouped) nudges")
    }
}

/// More clicks than a class makes of itself, by learners who study anyway and at hours that they keep. They
/// are for the eye: the hidden life of the learners does not know of them.
struct LiveFeed {
    private struct Sitting {
        let learner: Int
        var clicksLeft: Int
        var next: Date
    }

    /// Between two clicks of one sitting, on average; seconds.
    static let pause = 12.0

    private let sittingsWanted: Int
    private var source: SplitMix64
    private var sittings: [Sitting] = []
    private var choices: [(learner: Int, weight: Double)] = []
    private var choicesAt = Date.distantPast
    private var clicks = 0

    init(seed: UInt64, eventsPerMinute: Int) {
        source = SplitMix64(seed: seed)
        sittingsWanted = Int((Double(eventsPerMinute) / 60 * Self.pause).rounded(.up))
    }

    /// What is due before `now`, in order of time.
    mutating func events(until now: Date, of cohort: Cohort) -> [(learner: Int, draft: EventDraft)] {
        if now.timeIntervalSince(choicesAt) > 60 {
            choices = cohort.studying(at: now)
            choicesAt = now
        }
        fill(now: now)
        var events: [(learner: Int, draft: EventDraft)] = []
        for place in sittings.indices {
            while sittings[place].next <= now, sittings[place].clicksLeft > 0 {
                clicks += 1
                let at = sittings[place].next
                let id = "x\(Int(at.timeIntervalSince1970 * 1_000)).\(clicks)"
                let draft = cohort.extraClick(by: sittings[place].learner, at: at, id: id, source: &source)
                events.append((sittings[place].learner, draft))
                sittings[place].clicksLeft -= 1
                sittings[place].next = at.addingTimeInterval(source.uniform(0.3...1.7) * Self.pause)
            }
        }
        sittings.removeAll { $0.clicksLeft == 0 }
        return events.sorted { $0.draft.occurredAt < $1.draft.occurredAt }
    }

    private mutating func fill(now: Date) {
        guard !choices.isEmpty else { return }
        while sittings.count < sittingsWanted {
            let learner = choices[source.index(weights: choices.map(\.weight))].learner
            let start = now.addingTimeInterval(-source.uniform(0...1))
            sittings.append(Sitting(learner: learner, clicksLeft: 5 + source.index(below: 30), next: start))
        }
    }
}
