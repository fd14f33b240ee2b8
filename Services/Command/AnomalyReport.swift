import Contracts
import Foundation
import Prediction
import Simulator
import Tracking

/// How often each rule cries for nothing, and how often it finds what is there.
struct AnomalyReport {
    /// False alarms of one kind, over the time in which there could have been any.
    struct FalseAlarms {
        var alarms = 0
        var learnerWeeks = 0.0

        /// In fifty learner-weeks: a class of fifty for a week.
        var perFifty: Double { learnerWeeks == 0 ? 0 : Double(alarms) / learnerWeeks * 50 }
    }

    /// What was planted of one kind and what was found of it.
    struct Found {
        var planted = 0
        var found = 0
        /// Days from the planting, or from the first sign that could be told from chance, to the alarm.
        var delays: [Double] = []

        var share: Double { planted == 0 ? 0 : Double(found) / Double(planted) }
        var medianDelay: Double? { RobustStatistics.median(delays) }
    }

    /// Kinds that are about a learner.
    static let learnerKinds = AnomalyKind.allCases.filter { $0 != .structuralDropOff }

    // MARK: Simulated learners

    /// A cohort with its truth, as events and as a run with a plan.
    struct Cohort {
        let definition: CourseRunDefinition
        let learners: [AnomalyReplay.Learner]
        /// Those who never lost the will to go on.
        let unbothered: Set<LearnerID>

        init(learners count: Int, seed: UInt64) throws {
            let start = CivilDay(number: 20_696)  // Monday, 2026-08-31
            let plan = try Simulator.CoursePlan(outline: .introductionToDataScience, startsOn: start)
            var cohort = try Simulator.Cohort(seed: seed, learners: count, plan: plan)
            definition = Self.definition(plan)
            var events: [[LearningEventRecorded]] = Array(repeating: [], count: count)
            for event in cohort.step(to: plan.endsAt) { events[event.learner].append(Self.recorded(event)) }
            learners = events.enumerated().map { AnomalyReplay.Learner(id: Self.id($0.offset), events: $0.element) }
            let stayed = cohort.truth().enumerated().filter { $1.exits.isEmpty && $1.firstActivityAt != nil }
            unbothered = Set(stayed.map { Self.id($0.offset) })
        }

        /// With a module a week, and what is to be done in it.
        private static func definition(_ plan: Simulator.CoursePlan) -> CourseRunDefinition {
            var definition = plan.definition
            definition.modules = plan.activitiesByWeek.indices.map {
                CourseModule(id: ModuleID(checked: "week-\($0 + 1)"), title: "Week \($0 + 1)")
            }
            definition.activities = plan.activitiesByWeek.enumerated().flatMap { week, activities in
                activities.map {
                    PlannedActivity(
                        id: $0.id, title: $0.id.rawValue, kind: $0.kind, module: ModuleID(checked: "week-\(week + 1)"))
                }
            }
            return definition
        }

        private static func recorded(_ event: SimulatedEvent) -> LearningEventRecorded {
            let draft = event.draft
            return LearningEventRecorded(
                source: .api, eventID: draft.id, learner: id(event.learner), courseRun: draft.courseRun,
                verb: draft.verb,
                activity: draft.activity.map { ActivityReference(id: $0.id, kind: $0.kind ?? .other) },
                result: draft.result, occurredAt: draft.occurredAt, receivedAt: draft.occurredAt)
        }

        private static func id(_ number: Int) -> LearnerID { AnomalyReport.learner(number) }
    }

    /// A learner's id by number.
    static func learner(_ number: Int) -> LearnerID {
        var bytes = [UInt8](repeating: 0, count: 16)
        for index in 0..<8 { bytes[15 - index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
        return LearnerID(rawValue: bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) })
    }

    /// Alarms about learners to whom nothing happened. Structural ones are counted by weeks of the run.
    static func falseAlarms(_ cohort: Cohort) -> [AnomalyKind: FalseAlarms] {
        var replay = AnomalyReplay(
            cohort.definition.id, definition: cohort.definition, learners: cohort.learners,
            days: days(cohort.definition))
        return falseAlarms(
            replay.run(), cohort.learners, about: cohort.unbothered, days: days(cohort.definition))
    }

    static func falseAlarms(
        _ alarms: [AnomalyReplay.Alarm], _ learners: [AnomalyReplay.Learner], about unbothered: Set<LearnerID>,
        days: ClosedRange<Int>
    ) -> [AnomalyKind: FalseAlarms] {
        let end = UTCDay.start(of: days.upperBound + 1)
        let weeks = learners.filter { unbothered.contains($0.id) }.compactMap { learner in
            learner.events.first { $0.verb.isLearnerActivity }.map { end.timeIntervalSince($0.occurredAt) / 604_800 }
        }.reduce(0, +)
        var sums: [AnomalyKind: FalseAlarms] = [:]
        for kind in learnerKinds {
            let cried = alarms.count { alarm in
                alarm.finding.kind == kind && alarm.finding.learner.map(unbothered.contains) == true
            }
            sums[kind] = FalseAlarms(alarms: cried, learnerWeeks: weeks)
        }
        sums[.structuralDropOff] = FalseAlarms(
            alarms: alarms.count { $0.finding.kind == .structuralDropOff },
            learnerWeeks: Double(days.count) / 7)
        return sums
    }

    static func days(_ definition: CourseRunDefinition) -> ClosedRange<Int> {
        let before = Simulator.CoursePlan.openDaysBefore
        return UTCDay.number(of: definition.startsAt) - before...UTCDay.number(of: definition.endsAt) - 1
    }

    // MARK: Planted

    /// What was found of anomalies of each kind, planted into one cohort; the structural one into a copy of its own.
    static func planted(_ cohort: Cohort, seed: UInt64) -> [AnomalyKind: Found] {
        var garden = PlantedAnomalies(
            cohort.learners, definition: cohort.definition, unbothered: cohort.unbothered, seed: seed)
        garden.plantSilences(12)
        garden.plantBursts(12)
        garden.plantShifts(12)
        garden.plantBots(6)
        garden.plantQuickAnswers(6)
        garden.plantCopying(6)
        var bad = PlantedAnomalies(
            cohort.learners, definition: cohort.definition, unbothered: cohort.unbothered, seed: seed)
        let readings = cohort.definition.activities.filter { $0.id.rawValue.contains("week-05") && $0.kind == .content }
        if let reading = readings.first { bad.plantDropOff(at: reading.id, share: 0.3) }
        return found(garden, cohort.definition).merging(found(bad, cohort.definition)) { first, second in
            Found(
                planted: first.planted + second.planted, found: first.found + second.found,
                delays: first.delays + second.delays)
        }
    }

    private static func found(_ garden: PlantedAnomalies, _ definition: CourseRunDefinition) -> [AnomalyKind: Found] {
        var replay = AnomalyReplay(
            definition.id, definition: definition, learners: garden.learners, days: days(definition))
        let alarms = replay.run()
        var sums: [AnomalyKind: Found] = [:]
        for plant in garden.plants {
            var sum = sums[plant.kind] ?? Found()
            sum.planted += 1
            let alarm = alarms.first { alarm in
                alarm.finding.kind == plant.kind && alarm.at >= plant.at
                    && (plant.learner == nil
                        || alarm.finding.learner == plant.learner || alarm.finding.otherLearner == plant.learner)
                    && (plant.activity == nil || alarm.finding.activity == plant.activity)
            }
            if let alarm {
                sum.found += 1
                sum.delays.append(alarm.at.timeIntervalSince(plant.at) / UTCDay.seconds)
            }
            sums[plant.kind] = sum
        }
        return sums
    }
}
