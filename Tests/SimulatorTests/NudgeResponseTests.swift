import Contracts
import Foundation
import Simulator
import Testing

/// What a nudge does is what the hidden response says, and the truth about it is exact.
@Suite struct NudgeResponseTests {
    static let learners = 120

    static func cohort(effect: Double) throws -> Cohort {
        var calibration = Calibration.standard
        calibration.responses = .uniform(effect)
        return try Cohort(seed: 11, learners: learners, plan: CohortTests.plan(), calibration: calibration)
    }

    /// Six weeks in, everybody who is silent gets one nudge; then two more weeks go by.
    static func run(effect: Double, nudges: Bool) throws -> (
        cohort: Cohort, after: [SimulatedEvent], silent: [Int]
    ) {
        var cohort = try cohort(effect: effect)
        let moment = cohort.plan.startsAt.addingTimeInterval(42 * 86_400 + 10 * 3_600)
        _ = cohort.step(to: moment)
        let silent = cohort.truth().indices.filter { cohort.truth()[$0].standing == .silent }
        for place in silent where nudges {
            try cohort.receive(
                .smartReminder, reference: "n-\(place)", learner: cohort.learners[place].externalID,
                at: moment)
        }
        return (cohort, cohort.step(to: moment.addingTimeInterval(14 * 86_400)), silent)
    }

    @Test func `with a certain response everybody who is silent comes back`() throws {
        let (cohort, after, silent) = try Self.run(effect: 1, nudges: true)
        #expect(silent.count > 10)
        for place in silent {
            let truth = cohort.truth()[place]
            #expect(truth.nudges.map(\.effect) == [.returned])
            let back = after.first { $0.learner == place && $0.draft.verb.isLearnerActivity }
            #expect(back?.draft.occurredAt == truth.nudges.first?.withIt)
        }
    }

    @Test func `with no response all goes on as if nobody had been nudged`() throws {
        let nudged = try Self.run(effect: 0, nudges: true)
        let left = try Self.run(effect: 0, nudges: false)
        #expect(nudged.after == left.after)
        #expect(nudged.cohort.truth().flatMap(\.nudges).allSatisfy { $0.effect == .none && !$0.causedReturn })
    }

    @Test func `the world without a nudge is the world in which it never came`() throws {
        let nudged = try Self.run(effect: 1, nudges: true)
        let left = try Self.run(effect: 1, nudges: false)
        for place in nudged.silent {
            let real = left.after.first { $0.learner == place && $0.draft.verb.isLearnerActivity }
            #expect(nudged.cohort.truth()[place].nudges.first?.withoutIt == real?.draft.occurredAt)
        }
    }

    @Test func `others are not touched by a nudge`() throws {
        let nudged = try Self.run(effect: 1, nudges: true)
        let left = try Self.run(effect: 1, nudges: false)
        let silent = Set(nudged.silent)
        #expect(
            nudged.after.filter { !silent.contains($0.learner) }
                == left.after.filter { !silent.contains($0.learner) })
    }

    @Test func `a nudge that annoys drives away who was studying`() throws {
        var cohort = try Self.cohort(effect: -1)
        let moment = cohort.plan.startsAt.addingTimeInterval(20 * 86_400 + 10 * 3_600)
        _ = cohort.step(to: moment)
        let studying = cohort.truth().indices.filter { cohort.truth()[$0].standing == .studying }
        #expect(studying.count > 30)
        for place in studying {
            try cohort.receive(.kudos, reference: "k", learner: cohort.learners[place].externalID, at: moment)
        }
        let soon = cohort.step(to: moment.addingTimeInterval(86_400))
        let active = Set(soon.filter { $0.draft.verb.isLearnerActivity }.map(\.learner))
        #expect(active.intersection(studying).count <= studying.count / 20)
        #expect(studying.allSatisfy { cohort.truth()[$0].nudges.map(\.effect) == [.pushedAway] })
        #expect(studying.allSatisfy { cohort.truth()[$0].exits.last?.cause == .nudge })
    }

    @Test func `a withdrawn learner reacts to nothing, and a nudge for a stranger is refused`() throws {
        var cohort = try Self.cohort(effect: 1)
        _ = cohort.step(to: cohort.plan.endsAt.addingTimeInterval(-20 * 86_400))
        let gone = try #require(cohort.truth().first { $0.standing == .withdrawn })
        try cohort.receive(.smartReminder, reference: "late", learner: gone.learner, at: cohort.position)
        let after = cohort.truth().first { $0.learner == gone.learner }
        #expect(after?.nudges.map(\.effect) == [LearnerTruth.Effect.none])
        let stranger = ExternalLearnerID(checked: "nobody")
        #expect(throws: CohortError.unknownLearner("nobody")) {
            try cohort.receive(.kudos, reference: "x", learner: stranger, at: cohort.position)
        }
    }

    @Test func `what was handed out is never changed by a late nudge`() throws {
        var cohort = try Self.cohort(effect: 1)
        let moment = cohort.plan.startsAt.addingTimeInterval(30 * 86_400 + 13 * 3_600)
        _ = cohort.step(to: moment)
        for learner in cohort.learners {
            try cohort.receive(
                .planPrompt, reference: "p", learner: learner.externalID,
                at: moment.addingTimeInterval(-86_400))
        }
        let after = cohort.step(to: moment.addingTimeInterval(7 * 86_400))
        #expect(after.allSatisfy { $0.draft.occurredAt >= moment })
    }

    @Test func `in a cohort as drawn, nudges help some, do nothing to most and annoy a few`() throws {
        var cohort = try Cohort(seed: 5, learners: 800, plan: CohortTests.plan())
        _ = cohort.step(to: cohort.plan.startsAt.addingTimeInterval(45 * 86_400))
        for (place, truth) in cohort.truth().enumerated()
        where truth.standing == .silent || truth.standing == .drifting {
            try cohort.receive(
                .smartReminder, reference: "\(place)", learner: truth.learner, at: cohort.position)
        }
        let effects = cohort.truth().flatMap(\.nudges).map(\.effect)
        let share = { (effect: LearnerTruth.Effect) in
            Double(effects.filter { $0 == effect }.count) / Double(effects.count)
        }
        #expect(effects.count > 100)
        #expect((0.05...0.45).contains(share(.returned)))
        #expect((0.30...0.90).contains(share(.none) + share(.unread)))
        #expect(share(.pushedAway) < 0.10)
    }
}
