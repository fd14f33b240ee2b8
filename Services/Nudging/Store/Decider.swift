import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Brings candidates, situations and the pipeline together in one transaction: what was decided and what was said of it
/// are saved together or not at all.
struct Decider: Sendable {
    let situations: SituationStore
    let decisions: DecisionStore
    let appender: LogAppender
    /// Where a course is, with `{courseRun}` for the run's id; empty for no link in messages.
    let courseURL: String

    /// Decides on candidates of one tenant, in the given order. A candidate decided before is passed over.
    func decide(_ candidates: [NudgeCandidate], tenant: TenantID, now: Date, on session: Session) throws {
        guard !candidates.isEmpty else { return }
        try situations.lock(Set(candidates.map(\.risk.learner)), tenant: tenant, on: session)
        var known = try decisions.known(candidates.map(\.id), tenant: tenant, on: session)
        let fresh = candidates.filter { known.insert($0.id).inserted }
        let enrolled = Set(fresh.map(Self.enrolled)).sorted()
        var situation = try situations.situations(of: enrolled, tenant: tenant, now: now, on: session)
        var entries: [DecisionStore.Entry] = []
        var facts: [NewFact] = []
        for candidate in fresh {
            guard let known = situation[Self.enrolled(candidate)] else { continue }
            let outcome = DecisionPipeline(candidate: candidate, situation: known, now: now).decide()
            let entry = DecisionStore.Entry(outcome: outcome, candidate: candidate)
            entries.append(entry)
            count(entry, in: &situation)
            if let fact = try fact(of: entry, situation: known) { facts.append(fact) }
        }
        try decisions.append(entries, tenant: tenant, on: session)
        _ = try appender.append(facts, on: session, recordedAt: now)
    }

    /// Decides anew on a held candidate whose time has come.
    func release(_ candidate: NudgeCandidate, now: Date, on session: Session) throws {
        let enrolled = Self.enrolled(candidate)
        try situations.lock([candidate.risk.learner], tenant: candidate.tenant, on: session)
        let found = try situations.situations(of: [enrolled], tenant: candidate.tenant, now: now, on: session)
        guard let situation = found[enrolled] else { return }
        let outcome = DecisionPipeline(candidate: candidate, situation: situation, now: now).decide()
        let entry = DecisionStore.Entry(outcome: outcome, candidate: candidate)
        try decisions.replace(entry, tenant: candidate.tenant, on: session)
        let facts = try fact(of: entry, situation: situation).map { [$0] } ?? []
        _ = try appender.append(facts, on: session, recordedAt: now)
    }

    private static func enrolled(_ candidate: NudgeCandidate) -> SituationStore.Enrolled {
        .init(learner: candidate.risk.learner, courseRun: candidate.risk.courseRun)
    }

    /// A decision of this transaction counts for the next one about the same learner.
    private func count(_ entry: DecisionStore.Entry, in situation: inout [SituationStore.Enrolled: LearnerSituation]) {
        let decision = entry.outcome.decision
        guard decision.outcome == .send || decision.outcome == .holdout else { return }
        for key in situation.keys where key.learner == decision.learner {
            situation[key]?.treatedThisWeek += 1
            if key.courseRun == decision.courseRun { situation[key]?.lastTreatedAt = decision.decidedAt }
        }
    }

    private func fact(of entry: DecisionStore.Entry, situation: LearnerSituation) throws -> NewFact? {
        let decision = entry.outcome.decision
        guard decision.outcome == .send else { return nil }
        let body = NudgeDecided(
            nudge: decision.nudge, learner: decision.learner, courseRun: decision.courseRun,
            courseTitle: situation.run.title, kind: decision.kind, policy: decision.policy,
            decidedAt: decision.decidedAt,
            expiresAt: decision.decidedAt.addingTimeInterval(NudgingLimits.nudgeLifetime),
            parameters: NextStep.parameters(
                for: situation, courseRun: decision.courseRun, courseURL: courseURL, now: decision.decidedAt))
        return try NewFact(body, tenant: entry.candidate.tenant, occurredAt: decision.decidedAt, traceparent: nil)
    }
}
