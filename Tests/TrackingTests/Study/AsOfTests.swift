import Contracts
import Foundation
import Testing

@testable import Tracking

/// What was known at an earlier instant, out of the log, on real PostgreSQL.
@Suite struct AsOfTests {
    @Test func `an as-of answer is the live answer of that moment, to the byte, for every learner of a term`() async throws {
        let stack = try await TrackingStack.make()
        var term = SimulatedTerm(seed: 41)
        var live: [(learner: LearnerID, at: Date, answer: Data)] = []
        let learners = term.learners
        term.afterEachDay = { day in
            guard day % 9 == 8 else { return }
            try await stack.project()
            try await stack.sweep()
            for number in 0..<learners {
                let learner = try await stack.learner("learner\(number)")
                let answer = try await Self.answer(stack, learner, asOf: nil)
                live.append((learner, stack.clock.now(), answer))
            }
        }
        try await term.play(on: stack)
        try await stack.sweep()
        var states: Set<LearnerState> = []
        for (learner, at, answer) in live {
            let asOf = try await Self.answer(stack, learner, asOf: at)
            #expect(asOf == answer, "\(learner) at \(RFC3339.string(from: at))")
            let page = try JSONCoding.decoder().decode(GetLearner.Response.self, from: asOf)
            states.formUnion(page.enrollments.map(\.state))
        }
        #expect(live.count == 9 * learners)
        #expect(states.count >= 7, "\(states)")
    }

    private static func answer(_ stack: TrackingStack, _ learner: LearnerID, asOf: Date?) async throws -> Data {
        let page = try await stack.call(TrackingRPC.getLearner, GetLearner.Request(learner: learner, asOf: asOf))
        return try JSONCoding.encoder().encode(page)
    }

    @Test func `an event that came later is not known before, however long ago it happened`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([.test("a", day: -1)])
        let first = stack.clock.now()
        stack.clock.set(now: first.addingTimeInterval(3_600), rate: 0)
        try await stack.record([.test("late", day: -2)])
        let ada = try await stack.learner("ada")
        let before = try await stack.call(TrackingRPC.getLearner, GetLearner.Request(learner: ada, asOf: first))
        #expect(before.enrollments.map(\.eventCount) == [1])
        let after = try await stack.call(
            TrackingRPC.getLearner, GetLearner.Request(learner: ada, asOf: stack.clock.now()))
        #expect(after.enrollments.map(\.eventCount) == [2])
    }

    @Test func `before anything led to a learner there was none`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([.test("a", day: -1)])
        let ada = try await stack.learner("ada")
        await #expect(throws: TrackingStack.Refused.self) {
            _ = try await stack.call(
                TrackingRPC.getLearner,
                GetLearner.Request(learner: ada, asOf: TrackingStack.start.addingTimeInterval(-1)))
        }
    }
}
