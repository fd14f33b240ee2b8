import Contracts
import Foundation

/// A class of invented learners, each with hidden, known ways, studying one course run.
///
/// A cohort is a value that moves forward in time. With the same seed, plan and nudges it does the same to
/// the byte, whatever the size of the steps; it does no I/O and reads no clock.
public struct Cohort: Sendable {
    public static let learnersBounds = 1...100_000

    public let seed: UInt64
    public let plan: CoursePlan
    /// By place; an event's `learner` is a place here.
    public let learners: [SimulatedLearner]
    /// Everything before this was handed out.
    public private(set) var position: Date

    private let world: World
    private var lives: [LearnerLife]
    private let places: [ExternalLearnerID: Int]

    /// - Throws: ``CohortError`` for a count out of bounds, and where a time zone is not known.
    public init(
        seed: UInt64, learners count: Int, plan: CoursePlan, calibration: Calibration = .standard
    ) throws {
        guard Self.learnersBounds.contains(count) else { throw CohortError.learnersOutOfBounds(count) }
        let world = try World(seed: seed, plan: plan, calibration: calibration)
        self.seed = seed
        self.plan = plan
        self.world = world
        position = plan.opensAt
        lives = (0..<count).map { Self.life(of: $0, seed: seed, world: world) }
        learners = lives.map(\.person)
        places = Dictionary(uniqueKeysWithValues: learners.enumerated().map { ($1.externalID, $0) })
    }

    /// Moves on to `end` and says what happened from ``position`` up to, and not including, it, in order of
    /// time.
    ///
    /// An `end` that is not later than ``position`` changes nothing and gives nothing.
    public mutating func step(to end: Date) -> [SimulatedEvent] {
        guard end > position else { return [] }
        let until = Micros.of(end)
        var events: [SimulatedEvent] = []
        for place in lives.indices {
            lives[place].live(until: until, in: world)
            events += lives[place].takeEvents(before: until)
        }
        position = end
        return events.sorted(by: SimulatedEvent.precedes)
    }

    /// A nudge reached a learner, who reacts by their hidden response.
    ///
    /// - Parameters:
    ///   - reference: What the truth is to call this nudge, e.g. its id.
    ///   - date: When it arrived; a time before ``position`` counts as ``position``, because the past is told already.
    ///   - delayScale: Multiplies the time until the learner acts. 0...1; less than 1 only where somebody is watching.
    /// - Throws: ``CohortError/unknownLearner(_:)``
    public mutating func receive(
        _ kind: NudgeKind, reference: String, learner: ExternalLearnerID, at date: Date,
        delayScale: Double = 1
    ) throws {
        guard let place = places[learner] else { throw CohortError.unknownLearner(learner.rawValue) }
        lives[place].receive(
            kind, reference: reference, at: max(Micros.of(date), Micros.of(position)), delayScale: delayScale,
            in: world)
    }

    /// What really is and was with every learner, in order of place.
    public func truth() -> [LearnerTruth] {
        lives.map { life in
            LearnerTruth(
                learner: life.person.externalID, traits: life.traits,
                standing: LearnerTruth.Standing(life.state),
                exits: life.exits, withdrawnAt: life.withdrawnAt.map(Micros.date),
                firstActivityAt: life.firstActivityAt.map(Micros.date),
                lastActivityAt: life.lastActivityAt.map(Micros.date), nudges: life.nudges)
        }
    }

    /// Learners who would study now, with how likely each is to be at it at this hour. For a live
    /// demonstration.
    public func studying(at date: Date) -> [(learner: Int, weight: Double)] {
        lives.enumerated().compactMap { place, life in
            guard life.state == .studying else { return nil }
            let zone = TimeZone(identifier: life.person.timeZone) ?? .gmt
            let local = date.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: date))
            let hour = Int(local / 3_600) % 24
            let weekday = (CivilDay(containing: date, in: zone)).weekday
            return (place, life.traits.hourHabit[hour] * life.traits.weekdayHabit[weekday])
        }
    }

    /// What a learner may be doing at `date` when somebody watches: one more click, not part of their hidden
    /// life.
    public func extraClick(by learner: Int, at date: Date, id: String, source: inout SplitMix64) -> EventDraft
    {
        lives[learner].extraClick(at: Micros.of(date), id: id, source: &source, in: world)
    }

    private static func life(of index: Int, seed: UInt64, world: World) -> LearnerLife {
        var identity = world.randomness.source(.identity, learner: index)
        let given = InventedPeople.givenNames[identity.index(below: InventedPeople.givenNames.count)]
        let family = InventedPeople.familyNames[identity.index(below: InventedPeople.familyNames.count)]
        let zone = identity.index(weights: InventedPeople.timeZones.map(\.share))
        let digits = String(index + 1)
        let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        let person = SimulatedLearner(
            externalID: ExternalLearnerID(checked: "learner-\(seed)-\(number)"), name: "\(given) \(family)",
            email: "\(given).\(family).\(number)@learners.example.org".lowercased(),
            timeZone: InventedPeople.timeZones[zone].name)
        var source = world.randomness.source(.traits, learner: index)
        let traits = LearnerTraits(drawnFrom: &source, by: world.calibration)
        return LearnerLife(index: index, person: person, zone: zone, traits: traits, world: world)
    }
}
