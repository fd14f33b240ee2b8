import Contracts
import Foundation
import Testing

@testable import Prediction

/// What a state keeps of the facts, in whichever order they come.
@Suite struct EnrollmentStateTests {
    @Test func `actions of one day add up by kind`() {
        var state = EnrollmentState()
        let forum = ActivityReference(id: ActivityID(checked: "forum"), kind: .forum)
        state.apply(People.event(on: 3, hour: 9))
        state.apply(People.event(on: 3, hour: 23.9, count: 4))
        state.apply(People.event(.posted, on: 3, activity: forum))
        #expect(state.days.count == 1)
        #expect(state.days[0].day == People.asOf(3))
        #expect(state.days[0][.content] == 5)
        #expect(state.days[0][.forum] == 1)
        #expect(state.days[0].total == 6)
    }

    @Test func `what others do to a learner is no activity`() {
        var state = EnrollmentState()
        let essay = ActivityReference(id: People.essay, kind: .assignment)
        state.apply(People.event(.marked, on: 30, activity: essay, score: 0.7))
        state.apply(People.event(.banked, on: 1, activity: essay))
        state.apply(People.event(.enrolled, on: 1))
        #expect(state.days.isEmpty)
        #expect(state.results.count == 1)
        #expect(state.results[0].mark == 0.7)
        #expect(state.results[0].bankedOn == People.asOf(1))
    }

    @Test func `facts in any order leave the same state, byte for byte`() {
        let essay = ActivityReference(id: People.essay, kind: .assignment)
        let quiz = ActivityReference(id: People.quiz, kind: .quiz)
        var facts: [(inout EnrollmentState) -> Void] = [
            { $0.apply(People.enrolled(on: -3)) }, { $0.apply(People.enrolled(on: 50, status: .withdrawn)) },
            { $0.apply(People.event(.submitted, on: 19, activity: essay)) },
            { $0.apply(People.event(.submitted, on: 25, activity: essay)) },
            { $0.apply(People.event(.marked, on: 33, activity: essay, score: 0.4)) },
            { $0.apply(People.event(.marked, on: 35, activity: essay, score: 0.6)) },
            { $0.apply(People.event(.banked, on: 2, activity: quiz)) },
        ]
        for day in [0, 1, 1, 2, 7, 7, 20, -4] {
            facts.append { $0.apply(People.event(on: day, count: day + 9)) }
        }
        let inOrder = facts.reduce(into: EnrollmentState()) { $1(&$0) }
        var random = SeededNumbers(seed: 5)
        for _ in 0..<50 {
            facts.shuffle(using: &random)
            let shuffled = facts.reduce(into: EnrollmentState()) { $1(&$0) }
            #expect(shuffled == inOrder)
            #expect(shuffled.encoded() == inOrder.encoded())
        }
        #expect(inOrder.status == .withdrawn)
        #expect(inOrder.results.first { $0.key == AssessmentKey(People.essay) }?.mark == 0.6)
        #expect(
            inOrder.results.first { $0.key == AssessmentKey(People.essay) }?.submittedOn == People.asOf(19))
    }

    @Test func `an older change of status that comes late does not win`() {
        var state = EnrollmentState()
        state.apply(People.enrolled(on: 10))
        state.apply(People.enrolled(on: 5, status: .withdrawn))
        #expect(state.isEnrolled)
        state.apply(People.enrolled(on: 20, status: .withdrawn))
        #expect(!state.isEnrolled)
        #expect(state.enrolledAt == People.day(10))
    }

    @Test func `a state reads back as it was written`() throws {
        var state = People.state(activeOn: [-9, 0, 3, 4, 40, 83], count: 300)
        state.apply(
            People.event(.submitted, on: 19, activity: ActivityReference(id: People.essay, kind: .assignment))
        )
        state.apply(
            People.event(
                .marked, on: 33, activity: ActivityReference(id: People.essay, kind: .assignment),
                score: 0.125))
        #expect(try EnrollmentState(encoded: state.encoded()) == state)
        #expect(try EnrollmentState(encoded: EnrollmentState().encoded()) == EnrollmentState())
    }

    @Test func `a year of daily study fits in two kilobytes`() {
        let state = People.state(activeOn: Array(0..<365), count: 40)
        #expect(state.encoded().count < 2_048)
    }

    @Test func `bytes that were cut, lengthened or come from another version are refused`() {
        let bytes = People.state(activeOn: [1, 2, 3]).encoded()
        for length in 0..<bytes.count {
            #expect(throws: StateDecodingError.self) { try EnrollmentState(encoded: bytes.prefix(length)) }
        }
        #expect(throws: StateDecodingError.self) { try EnrollmentState(encoded: bytes + [0]) }
        #expect(throws: StateDecodingError(description: "expected state version 1, got 9")) {
            try EnrollmentState(encoded: Data([9]))
        }
    }

    @Test func `a count stops at its limit instead of running over`() {
        var state = EnrollmentState()
        for _ in 0..<20 { state.apply(People.event(on: 1, count: 10_000)) }
        #expect(state.days[0][.content] == 65_535)
    }
}

/// Random numbers that are the same in every run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
