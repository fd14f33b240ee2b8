import Contracts
import Foundation
import Simulator
import Testing

/// A cohort is a function of its seed, its plan and the nudges it got, and of nothing else.
@Suite struct CohortTests {
    static let startsOn = CivilDay(number: 20_703)  // Monday, 2026-09-07

    static func plan(weeks: Int = 12) throws -> CoursePlan {
        try CoursePlan(outline: .introductionToDataScience, startsOn: startsOn, weeks: weeks)
    }

    static func allEvents(
        seed: UInt64 = 7, learners: Int = 60, stepHours: Double = 24 * 200, weeks: Int = 12
    ) throws -> [SimulatedEvent] {
        var cohort = try Cohort(seed: seed, learners: learners, plan: plan(weeks: weeks))
        var events: [SimulatedEvent] = []
        while cohort.position < cohort.plan.endsAt {
            events += cohort.step(to: cohort.position.addingTimeInterval(stepHours * 3_600))
        }
        return events
    }

    static func bytes(_ events: [SimulatedEvent]) throws -> Data {
        try JSONCoding.encoder().encode(events.map(\.draft))
    }

    @Test func `the same seed gives the same bytes, another seed gives others`() throws {
        let first = try Self.bytes(Self.allEvents(seed: 7))
        #expect(try Self.bytes(Self.allEvents(seed: 7)) == first)
        #expect(try Self.bytes(Self.allEvents(seed: 8)) != first)
        #expect(first.count > 100_000)
    }

    @Test("the size of the steps changes nothing", arguments: [1.0, 5.5, 24.0, 216.0])
    func stepSize(hours: Double) throws {
        let whole = try Self.allEvents(learners: 20)
        #expect(try Self.allEvents(learners: 20, stepHours: hours) == whole)
    }

    @Test func `learners do not depend on how many others there are`() throws {
        let few = try Self.allEvents(learners: 5)
        let many = try Self.allEvents(learners: 25).filter { $0.learner < 5 }
        #expect(few == many)
    }

    @Test func `events come in order of time, inside the time that the course is open, each with its own id`()
        throws
    {
        let plan = try Self.plan()
        let events = try Self.allEvents(learners: 100)
        let times = events.map(\.draft.occurredAt)
        #expect(times == times.sorted())
        #expect(times.allSatisfy { $0 >= plan.opensAt && $0 < plan.endsAt })
        #expect(Set(events.map(\.draft.id)).count == events.count)
        #expect(events.allSatisfy { $0.draft.courseRun == plan.id })
    }

    @Test func `each learner is enrolled once, before anything else`() throws {
        let events = try Self.allEvents(learners: 100)
        for learner in 0..<100 {
            let own = events.filter { $0.learner == learner }
            #expect(own.first?.draft.verb == .enrolled)
            #expect(own.filter { $0.draft.verb == .enrolled }.count == 1)
        }
    }

    @Test func `nobody does anything after withdrawing`() throws {
        let events = try Self.allEvents(learners: 400)
        let withdrawn = events.filter { $0.draft.verb == .unenrolled }
        #expect(withdrawn.count > 20)
        for withdrawal in withdrawn {
            let later = events.filter {
                $0.learner == withdrawal.learner && $0.draft.occurredAt > withdrawal.draft.occurredAt
            }
            #expect(later.isEmpty)
        }
    }

    @Test func `who stops at once is silent from that day until coming back`() throws {
        var cohort = try Cohort(seed: 3, learners: 300, plan: Self.plan())
        let events = cohort.step(to: cohort.plan.endsAt)
        let stops = cohort.truth().enumerated().flatMap { place, truth in
            truth.exits.filter { $0.style == .abrupt }.map { (place, $0) }
        }
        #expect(stops.count > 20)
        for (place, exit) in stops {
            let end = exit.returnedAt ?? .distantFuture
            let between = events.filter {
                $0.learner == place && $0.draft.verb.isLearnerActivity && $0.draft.occurredAt >= exit.at
                    && $0.draft.occurredAt < end
            }
            #expect(between.isEmpty)
        }
    }

    @Test func `a step backwards gives nothing and changes nothing`() throws {
        var cohort = try Cohort(seed: 3, learners: 5, plan: Self.plan())
        _ = cohort.step(to: cohort.plan.startsAt)
        let position = cohort.position
        #expect(cohort.step(to: position.addingTimeInterval(-3_600)).isEmpty)
        #expect(cohort.position == position)
    }

    @Test func `impossible cohorts are refused, with what was expected`() throws {
        #expect(throws: CohortError.learnersOutOfBounds(0)) {
            try Cohort(seed: 1, learners: 0, plan: Self.plan())
        }
        #expect(throws: CohortError.weeksOutOfBounds(1)) { try Self.plan(weeks: 1) }
        #expect(throws: CohortError.unknownCourse("alchemy")) { try CourseOutline.named("alchemy") }
        #expect(throws: CohortError.unknownTimeZone("Mars/Olympus")) {
            try CoursePlan(outline: .webProgramming, startsOn: Self.startsOn, timeZone: "Mars/Olympus")
        }
    }

    @Test func `the truth can be written and read again`() throws {
        var cohort = try Cohort(seed: 3, learners: 30, plan: Self.plan())
        _ = cohort.step(to: cohort.plan.endsAt)
        let data = try JSONCoding.encoder().encode(cohort.truth())
        let read = try JSONCoding.decoder().decode([LearnerTruth].self, from: data)
        #expect(read.map(\.learner) == cohort.truth().map(\.learner))
        #expect(read.map(\.exits.count) == cohort.truth().map(\.exits.count))
    }
}
