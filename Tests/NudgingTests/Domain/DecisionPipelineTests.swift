import Contracts
import Foundation
import Testing

@testable import Nudging

/// Whether a candidate becomes a nudge, and why not. No database: the pipeline is a pure function.
@Suite struct DecisionPipelineTests {
    private func policy(_ change: (inout NudgePolicyDefinition) -> Void = { _ in }) throws -> NudgePolicy {
        var definition = NudgePolicyDefinition(name: "drifting-away", holdoutShare: 0)
        change(&definition)
        return try NudgePolicy(definition)
    }

    private func decide(
        _ policy: NudgePolicy, risk: RiskPrediction = People.risk(), isBackfill: Bool = false,
        now: Date = People.noon, _ change: (inout LearnerSituation) -> Void = { _ in }
    ) throws -> DecisionPipeline.Outcome {
        var situation = People.situation()
        change(&situation)
        let candidate = try #require(
            NudgeCandidate(tenant: .standard, risk: risk, isBackfill: isBackfill, policy: policy))
        return DecisionPipeline(candidate: candidate, situation: situation, now: now).decide()
    }

    @Test func `a learner who drifts away is sent a reminder, and every rule says why it let it pass`() throws {
        let outcome = try decide(policy())
        #expect(outcome.decision.outcome == .send)
        #expect(outcome.decision.verdicts.map(\.rule) == NudgeRule.allCases)
        #expect(outcome.decision.verdicts.allSatisfy { $0.verdict == .pass && !$0.words.isEmpty })
    }

    @Test func `the first rule that does not pass decides, and the rest are not asked`() throws {
        let outcome = try decide(policy()) {
            $0.unsubscribedAt = People.at("2026-11-15T12:00:00Z")
            $0.treatedThisWeek = 9
        }
        #expect(outcome.decision.outcome == .blocked)
        #expect(outcome.decision.decidedBy == .consent)
        #expect(outcome.decision.verdicts.first?.words == "unsubscribed 3 days ago")
        #expect(outcome.decision.verdicts.dropFirst().allSatisfy { $0.verdict == .notAsked })
    }

    @Test(
        "each rule blocks for its own reason",
        arguments: [
            (NudgeRule.suppression, "2026-11-17T12:00:00Z", "the address was refused 24 hours ago"),
            (.eligibility, "2026-11-18T09:00:00Z", "active 3 hours ago; a reminder waits for a day without activity"),
            (.dataGap, "2026-11-15T12:00:00Z", "nobody in the run was heard for 3 days: the source may be silent"),
            (.cooldown, "2026-11-16T12:00:00Z", "last nudge 2 days ago, cooldown 5 days"),
        ])
    func blocking(rule: NudgeRule, instant: String, words: String) throws {
        let date = People.at(instant)
        let outcome = try decide(policy()) { situation in
            switch rule {
            case .suppression: situation.refusedAt = date
            case .eligibility: situation.lastActivityAt = date
            case .dataGap: situation.run.lastEventAt = date
            default: situation.lastTreatedAt = date
            }
        }
        #expect(outcome.decision.decidedBy == rule)
        #expect(outcome.decision.verdicts.first { $0.rule == rule }?.words == words)
    }

    @Test func `while a source of the run is silent, and until it had time to catch up, nobody is nudged`() throws {
        let silentSince = People.at("2026-11-16T12:00:00Z")
        func words(_ closedAt: String?) throws -> (NudgeRule?, String?) {
            let gap = LearnerSituation.SourceGap(
                source: SourceID(checked: "lms"), silentSince: silentSince, closedAt: closedAt.map(People.at))
            let decision = try decide(policy()) { $0.run.gaps = [gap] }.decision
            return (decision.decidedBy, decision.verdicts.first { $0.rule == .dataGap }?.words)
        }
        let open = try words(nil)
        #expect(open.0 == .dataGap)
        #expect(
            open.1 == "the source lms has been silent for 2 days: a data gap, nobody knows what its learners did")
        let settling = try words("2026-11-18T08:00:00Z")
        #expect(settling.0 == .dataGap)
        #expect(settling.1 == "the source lms spoke again 4 hours ago: what it kept back may still come")
        #expect(try words("2026-11-18T05:00:00Z").0 == nil)
    }

    @Test func `a budget of none blocks and no budget never does`() throws {
        #expect(try decide(policy { $0.perLearnerWeekMax = 0 }).decision.decidedBy == .budget)
        let unlimited = try decide(policy { $0.perLearnerWeekMax = nil }) { $0.treatedThisWeek = 40 }
        #expect(unlimited.decision.outcome == .send)
    }

    @Test func `history never nudges`() throws {
        #expect(try decide(policy(), isBackfill: true).decision.decidedBy == .eligibility)
        let old = try decide(policy(), risk: People.risk(at: People.at("2026-11-16T12:00:00Z")))
        #expect(old.decision.verdicts[2].words == "the prediction is 2 days old; more than a day is history")
    }

    @Test func `at night a nudge is held until the quiet hours end`() throws {
        let night = People.at("2026-11-18T22:30:00Z")
        let outcome = try decide(policy(), risk: People.risk(at: night), now: night) {
            $0.run.lastEventAt = night
        }
        #expect(outcome.decision.outcome == .hold)
        #expect(outcome.dueAt == People.at("2026-11-19T08:00:00Z"))
    }

    @Test func `a learner who returned while the nudge was held is left alone`() throws {
        let outcome = try decide(policy(), now: People.at("2026-11-19T11:00:00Z")) {
            $0.lastActivityAt = People.at("2026-11-18T12:30:00Z")
            $0.run.lastEventAt = People.at("2026-11-19T10:00:00Z")
        }
        #expect(outcome.decision.outcome == .blocked)
    }

    @Test func `a learner below the policy's band, or without a band, is no candidate`() throws {
        let policy = try policy()
        for band in [RiskBand.low, .moderate, nil] {
            #expect(
                NudgeCandidate(tenant: .standard, risk: People.risk(band), isBackfill: false, policy: policy) == nil)
        }
    }

    @Test func `the same learner, run, policy and day are the same candidate; another day is another`() throws {
        let policy = try policy()
        func id(_ time: String) throws -> NudgeID {
            try #require(
                NudgeCandidate(
                    tenant: .standard, risk: People.risk(at: People.at(time)), isBackfill: false, policy: policy)
            ).id
        }
        #expect(try id("2026-11-18T00:00:00Z") == id("2026-11-18T23:59:59Z"))
        #expect(try id("2026-11-18T23:59:59Z") != id("2026-11-19T00:00:00Z"))
    }

    @Test func `the holdout holds out the share it says, always the same learners`() throws {
        let policy = try policy { $0.holdoutShare = 0.2 }
        var heldOut = 0
        for number in 0..<2_000 {
            let risk = People.risk(of: LearnerID(rawValue: NamedUUID.make("learner \(number)")))
            let first = try decide(policy, risk: risk).decision.outcome
            #expect(try decide(policy, risk: risk).decision.outcome == first)
            if first == .holdout { heldOut += 1 }
        }
        // 400 expected; five standard deviations are 90.
        #expect((310...490).contains(heldOut), "\(heldOut) of 2000 held out at a share of 0.2")
    }

    @Test(
        "a policy out of bounds is refused with what was expected and what came",
        arguments: [
            (NudgePolicyDefinition(name: "Bad name"), "name must be 1 to 64 lower-case letters, digits and hyphens"),
            (NudgePolicyDefinition(name: "a", cooldownDays: 91), "cooldownDays must be in 0...90, got 91"),
            (NudgePolicyDefinition(name: "a", holdoutShare: 0.6), "holdoutShare must be in 0...0.5, got 0.6"),
            (NudgePolicyDefinition(name: "a", quietFromHour: 24), "quietFromHour must be in 0...23, got 24"),
        ])
    func invalidPolicies(definition: NudgePolicyDefinition, sentence: String) {
        #expect(throws: NudgingError.invalidPolicy(sentence)) { try NudgePolicy(definition) }
    }
}
