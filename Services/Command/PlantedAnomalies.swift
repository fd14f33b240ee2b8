import Contracts
import Foundation
import Simulator
import Tracking

/// Anomalies put into the events of simulated learners, so that it is known what there is to find.
struct PlantedAnomalies {
    /// What was planted, where and when.
    struct Plant {
        let kind: AnomalyKind
        let learner: LearnerID?
        let activity: ActivityID?
        let at: Date
    }

    /// Learners of the cohort, of whom some are changed.
    var learners: [AnomalyReplay.Learner]
    private(set) var plants: [Plant] = []
    private let definition: CourseRunDefinition
    private var source: SplitMix64
    /// Places of learners that nothing was done to yet and that study all the way through, steadily.
    private var steady: [Int]

    init(
        _ learners: [AnomalyReplay.Learner], definition: CourseRunDefinition, unbothered: Set<LearnerID>, seed: UInt64
    ) {
        self.learners = learners
        self.definition = definition
        source = SplitMix64(seed: seed &+ 0xA11)
        steady = learners.indices.filter { place in
            unbothered.contains(learners[place].id) && Self.activeDays(learners[place]) >= 30
        }
    }

    private static func activeDays(_ learner: AnomalyReplay.Learner) -> Int {
        Set(learner.events.filter(\.verb.isLearnerActivity).map { UTCDay.number(of: $0.occurredAt) }).count
    }

    private mutating func takeSteady() -> Int? {
        steady.isEmpty ? nil : steady.remove(at: source.index(below: steady.count))
    }

    /// An instant of the learner's own in the given weeks of the run.
    private mutating func instant(of place: Int, weeks: ClosedRange<Int>) -> Date? {
        let from = definition.startsAt.addingTimeInterval(Double(weeks.lowerBound * 7) * UTCDay.seconds)
        let until = definition.startsAt.addingTimeInterval(Double(weeks.upperBound * 7 + 7) * UTCDay.seconds)
        let own = learners[place].events.filter {
            $0.verb.isLearnerActivity && $0.occurredAt >= from && $0.occurredAt < until
        }
        return own.isEmpty ? nil : own[source.index(below: own.count)].occurredAt
    }

    private mutating func note(_ kind: AnomalyKind, _ place: Int, activity: ActivityID? = nil, at: Date) {
        plants.append(Plant(kind: kind, learner: learners[place].id, activity: activity, at: at))
    }

    private mutating func add(_ events: [LearningEventRecorded], to place: Int) {
        learners[place].events = (learners[place].events + events).sorted { $0.occurredAt < $1.occurredAt }
    }

    private func event(
        _ place: Int, _ verb: Verb, _ activity: ActivityReference, at: Date, result: EventResult? = nil
    ) -> LearningEventRecorded {
        LearningEventRecorded(
            source: .api, eventID: EventID(checked: "planted"), learner: learners[place].id,
            courseRun: definition.id, verb: verb, activity: activity, result: result, occurredAt: at, receivedAt: at)
    }

    // MARK: Kinds

    /// From one day on, nothing more.
    mutating func plantSilences(_ count: Int) {
        for _ in 0..<count {
            guard let place = takeSteady(), let at = instant(of: place, weeks: 6...8) else { continue }
            learners[place].events.removeAll { $0.occurredAt > at }
            note(.suddenSilence, place, at: at)
        }
    }

    /// One day with fifteen times the usual actions, and at least 200.
    mutating func plantBursts(_ count: Int) {
        for _ in 0..<count {
            guard let place = takeSteady(), let at = instant(of: place, weeks: 6...10) else { continue }
            let own = learners[place].events.filter(\.verb.isLearnerActivity)
            let wanted = max(200, 15 * own.count / max(1, Self.activeDays(learners[place])))
            let pages = own.compactMap(\.activity)
            add(
                (0..<wanted).map { number in
                    event(place, .viewed, pages[number % pages.count], at: at.addingTimeInterval(Double(number) * 8))
                }, to: place)
            note(.burst, place, at: at)
        }
    }

    /// From one week on, one event of ten.
    mutating func plantShifts(_ count: Int) {
        for _ in 0..<count {
            guard let place = takeSteady() else { continue }
            let at = definition.startsAt.addingTimeInterval(7 * 7 * UTCDay.seconds)
            var kept: [LearningEventRecorded] = []
            for event in learners[place].events where event.occurredAt < at || source.chance(0.1) { kept.append(event) }
            learners[place].events = kept
            note(.levelShift, place, at: at)
        }
    }

    /// A program that opens forty pages at two a second.
    mutating func plantBots(_ count: Int) {
        for _ in 0..<count {
            guard let place = takeSteady(), let at = instant(of: place, weeks: 3...9) else { continue }
            add(
                definition.activities.prefix(40).enumerated().map { number, activity in
                    event(
                        place, .viewed, ActivityReference(id: activity.id, kind: activity.kind),
                        at: at.addingTimeInterval(Double(number) / 2 + source.uniform() / 5))
                }, to: place)
            note(.impossibleSpeed, place, at: at)
        }
    }

    /// Ten questions, each opened and answered right two seconds later.
    mutating func plantQuickAnswers(_ count: Int) {
        for _ in 0..<count {
            guard let place = takeSteady(), let at = instant(of: place, weeks: 3...9) else { continue }
            for number in 0..<10 {
                let quiz = ActivityReference(id: ActivityID(checked: "question-\(number)"), kind: .quiz)
                let opened = at.addingTimeInterval(Double(number) * 40)
                let answered = opened.addingTimeInterval(1 + 2 * source.uniform())
                add(
                    [
                        event(place, .viewed, quiz, at: opened),
                        event(place, .interacted, quiz, at: answered, result: EventResult(score: 1)),
                    ], to: place)
            }
            note(.answerTooFast, place, at: at)
        }
    }

    /// Pairs of whom one hands in whatever the other does, some seconds later.
    mutating func plantCopying(_ pairs: Int) {
        for _ in 0..<pairs {
            guard let first = takeSteady(), let second = takeSteady() else { continue }
            learners[second].events.removeAll { $0.verb == .submitted }
            let copied = learners[first].events.filter { $0.verb == .submitted }.compactMap { handIn in
                handIn.activity.map {
                    event(second, .submitted, $0, at: handIn.occurredAt.addingTimeInterval(4 + 30 * source.uniform()))
                }
            }
            guard copied.count >= TrackingLimits.copyingTogetherMin else { continue }
            add(copied, to: second)
            note(.copying, second, at: copied[TrackingLimits.copyingTogetherMin - 1].occurredAt)
        }
    }

    /// An activity after which so large a share of those who begin it never do anything again.
    mutating func plantDropOff(at activity: ActivityID, share: Double) {
        var last: Date?
        for place in learners.indices {
            guard let begun = learners[place].events.first(where: { $0.activity?.id == activity })?.occurredAt,
                source.chance(share)
            else { continue }
            learners[place].events.removeAll { $0.occurredAt > begun }
            last = max(last ?? begun, begun)
        }
        if last != nil {
            plants.append(
                Plant(kind: .structuralDropOff, learner: nil, activity: activity, at: definition.startsAt))
        }
    }
}
