import Contracts
import Foundation
import Testing

@testable import Tracking

/// The lifecycle of a learner in a run. Pure: history and time are arguments.
@Suite struct LearnerStandingTests {
    private let start = UTCDay.start(of: 20_000).addingTimeInterval(36_000)
    private func day(_ number: Double) -> Date { start.addingTimeInterval(number * 86_400) }

    private func event(_ verb: Verb, at day: Double, activity: ActivityReference? = nil)
        -> LearningEventRecorded
    {
        LearningEventRecorded(
            source: .api, eventID: EventID(checked: "e\(day)\(verb)"),
            learner: LearnerID(rawValue: UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))),
            courseRun: CourseRunID(checked: "run"), verb: verb, activity: activity, occurredAt: self.day(day),
            receivedAt: self.day(day))
    }

    private func record(_ events: [LearningEventRecorded]) throws -> EnrollmentRecord {
        let first = try #require(events.first)
        var record = EnrollmentRecord(impliedBy: first, in: CourseRunID(checked: "run"), tenant: .standard)
        var days: [Int: DayActivity] = [:]
        for event in events {
            record.add(event)
            guard event.verb.isLearnerActivity else { continue }
            let number = UTCDay.number(of: event.occurredAt)
            if days[number] == nil {
                days[number] = DayActivity(at: event.occurredAt, actions: 1)
            } else {
                days[number]?.add(at: event.occurredAt, actions: 1)
            }
        }
        record.settle(days: Array(days.values))
        return record
    }

    private func studying(_ days: [Double]) throws -> EnrollmentRecord {
        try record([event(.enrolled, at: -1)] + days.map { event(.viewed, at: $0) })
    }

    private func state(_ days: [Double], at now: Double) throws -> LearnerState {
        LearnerStanding(of: try studying(days), at: day(now)).state
    }

    @Test func `enrolled without any activity is never started, for ever`() throws {
        let standing = LearnerStanding(of: try studying([]), at: day(300))
        #expect(standing == LearnerStanding(of: try studying([]), at: day(0)))
        #expect(standing.state == .neverStarted)
        #expect(standing.since == day(-1))
        #expect(standing.reviewAt == nil)
    }

    @Test func `the first week is onboarding however much was done`() throws {
        #expect(try state([0, 1, 2, 3, 4], at: 6.9) == .onboarding)
        #expect(try state([0, 1, 2, 3, 4], at: 7) == .active)
    }

    @Test func `the first three active days are onboarding however long they took`() throws {
        #expect(try state([0, 5, 10], at: 11) == .onboarding)
        let settled = LearnerStanding(of: try studying([0, 5, 10, 15]), at: day(15.5))
        #expect(settled.state == .active)
        #expect(settled.since == day(15))
    }

    @Test func `a week without activity is slipping, three are dormant, each dated when it began`() throws {
        let days = [0.0, 1, 2, 3, 8]
        #expect(try state(days, at: 14.9) == .active)
        #expect(try state(days, at: 15) == .slipping)
        let slipping = LearnerStanding(of: try studying(days), at: day(16))
        #expect(slipping.state == .slipping)
        #expect(slipping.since == day(15))
        #expect(slipping.reviewAt == day(29))
        let dormant = LearnerStanding(of: try studying(days), at: day(200))
        #expect(dormant.state == .dormant)
        #expect(dormant.since == day(29))
        #expect(dormant.reviewAt == nil)
    }

    @Test func `activity after slipping is a return, and after a week of it the learner is active again`()
        throws
    {
        let days = [0.0, 1, 2, 3, 8, 18]
        let back = LearnerStanding(of: try studying(days), at: day(18.1))
        #expect(back.state == .returned)
        #expect(back.since == day(18))
        #expect(back.reviewAt == day(25))
        let settled = LearnerStanding(of: try studying(days + [22]), at: day(25))
        #expect(settled.state == .active)
        #expect(settled.since == day(25))
    }

    @Test func `a return after more than the window of engagement is still a return`() throws {
        #expect(try state([0, 1, 2, 3, 100], at: 100.5) == .returned)
    }

    @Test func `a late event that fills the pause undoes the return`() throws {
        #expect(try state([0, 1, 2, 3, 8, 18], at: 18.1) == .returned)
        #expect(try state([0, 1, 2, 3, 8, 18, 13], at: 18.1) == .active)
    }

    @Test func `withdrawn and completed end it, and enrolling again begins where the learner stands`() throws
    {
        let study = [event(.viewed, at: 0), event(.viewed, at: 1)]
        let left = try record(study + [event(.unenrolled, at: 2)])
        #expect(LearnerStanding(of: left, at: day(3)).state == .withdrawn)
        #expect(LearnerStanding(of: left, at: day(90)).since == day(2))
        let back = try record(study + [event(.unenrolled, at: 2), event(.enrolled, at: 3)])
        #expect(LearnerStanding(of: back, at: day(3)).state == .onboarding)
        let done = try record(study + [event(.completed, at: 4)])
        #expect(LearnerStanding(of: done, at: day(50)).state == .completed)
    }

    @Test func `completing an activity does not complete the run`() throws {
        let quiz = ActivityReference(id: ActivityID(checked: "quiz-1"), kind: .quiz)
        let record = try record([event(.completed, at: 0, activity: quiz)])
        #expect(record.status == .enrolled)
    }

    @Test func `what others do to a learner is no activity`() throws {
        let record = try record([event(.enrolled, at: 0), event(.marked, at: 40)])
        #expect(record.lastActivityAt == nil)
        #expect(record.eventCount == 2)
        #expect(LearnerStanding(of: record, at: day(41)).state == .neverStarted)
    }

    // MARK: Each edge of the machine, by its number in docs/lifecycle.md

    /// What the states are at the given days, with what is known by then.
    private func path(_ events: [LearningEventRecorded], at days: [Double]) throws -> [LearnerState] {
        try days.map { now in
            LearnerStanding(of: try record(events.filter { $0.occurredAt <= day(now) }), at: day(now)).state
        }
    }

    @Test func `1, 2: from the enrollment over the first activity to active`() throws {
        let events = [event(.enrolled, at: 0)] + [1, 2, 3, 4].map { event(.viewed, at: $0) }
        #expect(try path(events, at: [0, 0.9, 1, 4, 7.9, 8]) == [
            .neverStarted, .neverStarted, .onboarding, .onboarding, .onboarding, .active,
        ])
    }

    @Test func `3, 4: silence makes a newcomer slip, too, and then dormant`() throws {
        #expect(try path([event(.viewed, at: 0)], at: [6.9, 7, 20.9, 21]) == [
            .onboarding, .slipping, .slipping, .dormant,
        ])
    }

    @Test func `5, 6: somebody who slipped or was dormant returns, and settles or slips again`() throws {
        let study = [0, 1, 2, 3, 8].map { event(.viewed, at: $0) }
        #expect(try path(study + [event(.viewed, at: 20)], at: [19, 20, 26.9, 27]) == [
            .slipping, .returned, .returned, .slipping,
        ])
        #expect(try path(study + [40, 44, 46].map { event(.viewed, at: $0) }, at: [39, 40, 46.9, 47, 53]) == [
            .dormant, .returned, .returned, .active, .slipping,
        ])
    }

    @Test func `7: a newcomer who returns after a week is returned, and onboarding after that until three days are over`()
        throws
    {
        #expect(try path([0, 10, 12].map { event(.viewed, at: $0) }, at: [10, 16.9, 17]) == [
            .returned, .returned, .onboarding,
        ])
    }

    @Test(
        "8: completing or withdrawing ends it from whatever state, and time changes nothing any more",
        arguments: [Verb.completed, .unenrolled])
    func ends(verb: Verb) throws {
        let expected: LearnerState = verb == .completed ? .completed : .withdrawn
        for study in [[], [0.0], [0, 1, 2, 3, 8], [0, 1, 2, 3, 8, 18]] {
            for end in [19.0, 29, 45] {
                let events = [event(.enrolled, at: -1)] + study.map { event(.viewed, at: $0) } + [event(verb, at: end)]
                let standing = LearnerStanding(of: try record(events), at: day(end + 300))
                #expect(standing.state == expected)
                #expect(standing.since == day(end))
                #expect(standing.reviewAt == nil)
            }
        }
    }

    @Test func `9: whoever completed and studies on stays completed, and whoever withdrew stays withdrawn`() throws {
        let study = [0, 1].map { event(.viewed, at: $0) }
        #expect(try path(study + [event(.completed, at: 5), event(.viewed, at: 60)], at: [60]) == [.completed])
        #expect(try path(study + [event(.unenrolled, at: 5), event(.viewed, at: 60)], at: [60]) == [.withdrawn])
    }

    @Test func `10: enrolled again, a learner stands where the activity says`() throws {
        let study = [0, 1].map { event(.viewed, at: $0) }
        let again = study + [event(.unenrolled, at: 2), event(.enrolled, at: 60)]
        #expect(try path(again, at: [3, 60]) == [.withdrawn, .dormant])
        #expect(try path(again + [event(.viewed, at: 61)], at: [61]) == [.returned])
        #expect(try path([event(.enrolled, at: 0), event(.unenrolled, at: 1), event(.enrolled, at: 2)], at: [1, 2]) == [
            .withdrawn, .neverStarted,
        ])
    }

    @Test func `11: a late event takes dormant and slipping back, as if it had come in time`() throws {
        let study = [0, 1, 2, 3, 8].map { event(.viewed, at: $0) }
        #expect(LearnerStanding(of: try record(study), at: day(30)).state == .dormant)
        let filled = study + [14, 20, 26].map { event(.viewed, at: $0) }
        let standing = LearnerStanding(of: try record(filled), at: day(30))
        #expect(standing.state == .active)
        #expect(standing.since == day(7))
    }

    @Test func `whatever the order of events, the record is the same`() throws {
        var generator = SplitMix(seed: 5)
        let verbs: [Verb] = [.viewed, .submitted, .viewed, .posted, .marked, .enrolled, .unenrolled, .viewed]
        for _ in 0..<30 {
            let events = (0..<60).map { _ in
                event(
                    verbs[Int(generator.next() % UInt64(verbs.count))],
                    at: Double(generator.next() % 2_400) / 20)
            }
            var expected = try record(events)
            _ = expected.review(at: day(125), isNew: true)
            for _ in 0..<5 {
                var other = try record(events.shuffled(using: &generator))
                _ = other.review(at: day(125), isNew: true)
                #expect(other == expected)
            }
        }
    }

    @Test func `a review never leaves an enrollment due at the same instant`() throws {
        var generator = SplitMix(seed: 9)
        for _ in 0..<300 {
            let days = (0..<Int(generator.next() % 8)).map { _ in Double(generator.next() % 400) / 10 }
            let standing = LearnerStanding(
                of: try studying(days), at: day(Double(generator.next() % 900) / 10 + 40))
            if let reviewAt = standing.reviewAt { #expect(reviewAt > day(40)) }
        }
        for now in stride(from: 0.0, through: 60, by: 0.5) {
            let standing = LearnerStanding(of: try studying([0, 1, 2, 3, 20]), at: day(now))
            if let reviewAt = standing.reviewAt { #expect(reviewAt > day(now)) }
        }
    }
}
