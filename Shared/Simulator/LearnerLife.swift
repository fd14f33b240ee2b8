import Contracts
import Foundation

/// One learner's way through the course: a value, so that a copy of it is "the same learner, had it gone
/// otherwise".
///
///     waiting ──first day──▶ studying ──hazard──▶ drifting ──2 to 3 weeks──▶ silent ──hazard──▶ withdrawn
///                               ▲  │                 │                        ▲ │
///                               │  └──hazard, abrupt─┼────────────────────────┘ │
///                               └──────nudge─────────┴─────comeback, nudge──────┘
///
/// Days are lived whole, one after another, from the state at the day's beginning and draws keyed by learner
/// and day.
struct LearnerLife: Sendable {
    enum State: Sendable, Equatable {
        case waiting
        case studying
        case drifting(since: Int, days: Int)
        case silent(since: Int)
        case withdrawn
    }

    let index: Int
    let person: SimulatedLearner
    let traits: LearnerTraits
    let zone: Int

    var state = State.waiting
    /// The next day to live.
    var nextDay = -CoursePlan.openDaysBefore
    /// Lived, and not yet handed out; unordered.
    var pending: [SimulatedEvent] = []
    var mood = 0.0
    /// Activity of late and in the long run, shares of days.
    var recentActivity = 0.5
    var usualActivity = 0.5
    /// Assessments that were handed in, or not and it is too late (places in the plan).
    var settled: Set<Int> = []
    /// Days on which a deadline was missed.
    var missedOn: [Int] = []
    var wakes: [Wake] = []
    /// Until this day every hazard of giving up is doubled.
    var annoyedUntil = Int.min
    var comebackFactor = 1.0
    var exits: [LearnerTruth.Exit] = []
    var nudges: [LearnerTruth.ReceivedNudge] = []
    var withdrawnAt: Int64?
    var firstActivityAt: Int64?
    var lastActivityAt: Int64?

    /// A return that a nudge has brought about and that is still to come.
    struct Wake: Sendable, Equatable {
        let at: Int64
        let nudge: Int
    }

    init(index: Int, person: SimulatedLearner, zone: Int, traits: LearnerTraits, world: World) {
        self.index = index
        self.person = person
        self.zone = zone
        self.traits = traits
        var source = world.randomness.source(.mood, learner: index, number: Int(Int32.min))
        mood = world.calibration.moodDeviation * source.normal()
        enrol(world)
    }

    // MARK: Time

    /// Lives all days that begin before `end` (microseconds).
    mutating func live(until end: Int64, in world: World) {
        let calendar = world.calendars[zone]
        while nextDay <= calendar.lastDay, calendar.start(of: nextDay) < end {
            liveDay(nextDay, in: world)
            nextDay += 1
        }
    }

    /// Hands out what happened before `end`, and keeps the rest.
    mutating func takeEvents(before end: Int64) -> [SimulatedEvent] {
        let due = pending.filter { $0.at < end }
        guard !due.isEmpty else { return [] }
        pending.removeAll { $0.at < end }
        for event in due where event.draft.verb.isLearnerActivity {
            firstActivityAt = min(firstActivityAt ?? event.at, event.at)
            lastActivityAt = max(lastActivityAt ?? event.at, event.at)
        }
        return due
    }

    private mutating func liveDay(_ day: Int, in world: World) {
        guard state != .withdrawn else { return }
        let calendar = world.calendars[zone]
        meetFate(on: day, in: world)
        let waking = wakes.filter { $0.at < calendar.end(of: day) }
        wakes.removeAll { $0.at < calendar.end(of: day) }
        for wake in waking { wakeUp(wake, on: day, in: world) }
        guard state != .withdrawn else { return }
        let isActive = study(on: day, in: world)
        remember(isActive: isActive || !waking.isEmpty)
        noteMissed(on: day, in: world)
        changeMood(on: day, in: world)
    }

    // MARK: Fate

    /// Whether the learner gives up, comes back or withdraws today. All draws are made in any case, in one
    /// order.
    private mutating func meetFate(on day: Int, in world: World) {
        var source = world.randomness.source(.fate, learner: index, number: day)
        let (leaving, returning, withdrawing) = (source.uniform(), source.uniform(), source.uniform())
        let driftDays = 14 + source.index(below: 8)
        switch state {
        case .waiting:
            if let first = traits.firstDay, day >= first { state = .studying }
        case .studying:
            guard day >= 0, leaving < hazard(on: day, in: world) else { return }
            leave(on: day, driftDays: driftDays, because: .hazard, in: world)
        case .drifting(let since, let days):
            if day - since >= days { state = .silent(since: day) }
        case .silent(let since):
            if returning < comeback(after: day - since, in: world) {
                comeBack(at: world.calendars[zone].start(of: day), because: .itself)
            } else if day - since >= 3, withdrawing < world.calibration.withdrawalPerDay {
                withdraw(on: day, source: &source, in: world)
            }
        case .withdrawn:
            break
        }
    }

    /// Probability of giving up today.
    private func hazard(on day: Int, in world: World) -> Double {
        let calibration = world.calibration
        let weeks = Double(day) / 7
        let growth = 1 + (calibration.hazardGrowth - 1) * weeks / 12
        var hazard = traits.hazard * (day < 10 ? max(growth, calibration.hazardEarly) : growth)
        let missed = missedOn.filter { day - $0 <= 21 }.count
        hazard *= pow(calibration.hazardPerMissed, Double(min(missed, 3)))
        let fallen = max(0, 1 - recentActivity / max(usualActivity, 0.05))
        hazard *= 1 + (calibration.hazardWhenFalling - 1) * fallen
        if day < annoyedUntil { hazard *= 2 }
        return min(hazard, 0.5)
    }

    private func comeback(after days: Int, in world: World) -> Double {
        traits.comeback * comebackFactor * exp2(-Double(days) / world.calibration.comebackHalfLife)
    }

    mutating func leave(on day: Int, driftDays: Int, because cause: LearnerTruth.Cause, in world: World) {
        let style: LearnerTraits.ExitStyle = cause == .nudge ? .abrupt : traits.exitStyle
        switch style {
        case .drift: state = .drifting(since: day, days: driftDays)
        case .abrupt: state = .silent(since: day)
        }
        exits.append(
            LearnerTruth.Exit(
                at: Micros.date(world.calendars[zone].start(of: day)), style: style, cause: cause))
    }

    mutating func comeBack(at instant: Int64, because cause: LearnerTruth.Cause) {
        state = .studying
        recentActivity = max(recentActivity, usualActivity)
        guard let last = exits.indices.last, exits[last].returnedAt == nil else { return }
        exits[last].returnedAt = Micros.date(instant)
        exits[last].returnCause = cause
    }

    private mutating func withdraw(on day: Int, source: inout SplitMix64, in world: World) {
        let sinceMidnight = 9 * Micros.hour + Int64(source.index(below: 8 * 3_600)) * Micros.second
        let instant = world.calendars[zone].instant(day: day, sinceMidnight: sinceMidnight)
        guard instant < world.endsAt else { return }
        pending.removeAll { $0.at >= instant }
        add(at: instant, id: "\(day)w", verb: .unenrolled, in: world)
        state = .withdrawn
        withdrawnAt = instant
        wakes = []
    }

    // MARK: Memory

    private mutating func remember(isActive: Bool) {
        let today = isActive ? 1.0 : 0
        recentActivity += (today - recentActivity) / 7
        usualActivity += (today - usualActivity) / 28
    }

    private mutating func changeMood(on day: Int, in world: World) {
        let persistence = world.calibration.moodPersistence
        var source = world.randomness.source(.mood, learner: index, number: day)
        let swing = world.calibration.moodDeviation * (1 - persistence * persistence).squareRoot()
        mood = persistence * mood + swing * source.normal()
    }

    /// A deadline counts as missed four days after it: handing in a little late is common.
    private mutating func noteMissed(on day: Int, in world: World) {
        for (place, assessment) in world.plan.assessments.enumerated()
        where day > assessment.dueDay + Self.lateDaysMax && !settled.contains(place) {
            settled.insert(place)
            if traits.firstDay != nil { missedOn.append(day) }
        }
    }

    /// How long after a deadline something may still be handed in.
    static let lateDaysMax = 3

    // MARK: Events

    private mutating func enrol(_ world: World) {
        var source = world.randomness.source(.identity, learner: index, number: 1)
        let instant = world.opensAt + Int64(source.index(below: 6 * 3_600)) * Micros.second
        add(at: instant, id: "e", verb: .enrolled, in: world)
    }

    /// Adds an event, unless it lies outside the time in which the course is open.
    mutating func add(
        at instant: Int64, id: String, verb: Verb, activity: CoursePlan.LearningActivity? = nil,
        result: EventResult? = nil, in world: World
    ) {
        guard instant >= world.opensAt, instant < world.endsAt else { return }
        let draft = EventDraft(
            id: EventID(checked: "\(world.tag)-\(index)-\(id)"), learner: person.externalID,
            courseRun: world.plan.id, verb: verb,
            activity: activity.map { ActivityDraft(id: $0.id, kind: $0.kind) }, result: result,
            occurredAt: Micros.date(instant))
        pending.append(SimulatedEvent(learner: index, at: instant, draft: draft))
    }
}
