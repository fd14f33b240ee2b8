import Contracts
import Foundation

/// One thing that a learner did, or that was done to one, ready to be sent.
public struct SimulatedEvent: Sendable, Equatable {
    /// The learner's place in the cohort.
    public let learner: Int
    public let draft: EventDraft
    /// Microseconds since 1970, the same instant as the draft's `occurredAt`.
    let at: Int64

    init(learner: Int, at: Int64, draft: EventDraft) {
        self.learner = learner
        self.at = at
        self.draft = draft
    }

    /// By time, then learner, then id: one order for one set of events.
    static func precedes(_ left: SimulatedEvent, _ right: SimulatedEvent) -> Bool {
        if left.at != right.at { return left.at < right.at }
        if left.learner != right.learner { return left.learner < right.learner }
        return left.draft.id < right.draft.id
    }
}

/// What all learners of a cohort share. Never changes.
struct World: Sendable {
    let plan: CoursePlan
    let calibration: Calibration
    let randomness: Randomness
    /// One a time zone in ``InventedPeople/timeZones``.
    let calendars: [ZoneCalendar]
    /// Sets the event ids of one cohort apart from those of all others.
    let tag: String
    let opensAt: Int64
    let endsAt: Int64

    init(seed: UInt64, plan: CoursePlan, calibration: Calibration) throws {
        self.plan = plan
        self.calibration = calibration
        randomness = Randomness(seed: seed)
        calendars = try InventedPeople.timeZones.map { zone in
            try ZoneCalendar(
                zone: zone.name, start: plan.startsOn, days: -CoursePlan.openDaysBefore...plan.weeks * 7)
        }
        var hash = SplitMix64.mix(seed)
        for byte in plan.id.rawValue.utf8 { hash = SplitMix64.mix(hash ^ UInt64(byte)) }
        tag = String(hash | 1 << 63, radix: 36)
        opensAt = Micros.of(plan.opensAt)
        endsAt = Micros.of(plan.endsAt)
    }

    /// How busy the course is on a day (log-odds): more before deadlines, less after, and tiring as weeks go
    /// by.
    func pull(on day: Int) -> Double {
        guard day >= 0 else { return day < -7 ? -0.9 : -0.25 }
        var pull = -0.045 * Double(day) / 7
        if day < 7 { pull += 0.40 }
        for assessment in plan.assessments where assessment.kind == .assignment {
            let left = assessment.dueDay - day
            if (0...5).contains(left) { pull += 0.18 } else if (-4 ... -1).contains(left) { pull -= 0.12 }
        }
        return pull
    }
}
