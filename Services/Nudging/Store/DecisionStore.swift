import Contracts
import Foundation
import PostgreSQL

/// The decision log. Writing runs in the caller's transaction.
struct DecisionStore: Sendable {
    /// A decision with what its row needs besides.
    struct Entry: Sendable {
        var outcome: DecisionPipeline.Outcome
        var candidate: NudgeCandidate

        var windowEndsAt: Date? {
            switch outcome.decision.outcome {
            case .send, .holdout:
                outcome.decision.decidedAt.addingTimeInterval(
                    Double(candidate.policy.definition.returnWindowDays) * 86_400)
            case .hold, .blocked: nil
            }
        }
    }

    /// Of the given candidates, those about which something was decided before.
    func known(_ nudges: [NudgeID], tenant: TenantID, on session: Session) throws -> Set<NudgeID> {
        let rows = try session.rows("SELECT nudge FROM decision WHERE tenant = \(tenant) AND nudge = ANY(\(nudges))")
        return Set(try rows.map { try $0.decode("nudge", as: NudgeID.self) })
    }

    /// Adds new decisions. A candidate already decided is an error of the caller, which asks
    /// ``known(_:tenant:on:)`` first.
    func append(_ entries: [Entry], tenant: TenantID, on session: Session) throws {
        guard !entries.isEmpty else { return }
        let decisions = entries.map(\.outcome.decision)
        let encoder = JSONCoding.encoder()
        let verdicts = try decisions.map { String(decoding: try encoder.encode($0.verdicts), as: UTF8.self) }
        let candidates = try entries.map { String(decoding: try encoder.encode($0.candidate.risk), as: UTF8.self) }
        _ = try session.execute(
            """
            INSERT INTO decision (tenant, nudge, learner, course_run, policy, kind, outcome, decided_by, verdicts,
                                  decided_at, candidate, due_at, window_ends_at)
            SELECT \(tenant), nudge, learner, course_run, policy, kind, outcome, decided_by, verdicts::jsonb,
                   decided_at, candidate::jsonb, due_at, window_ends_at
            FROM unnest(\(decisions.map(\.nudge)), \(decisions.map(\.learner)), \(decisions.map(\.courseRun)),
                        \(decisions.map(\.policy)), \(decisions.map(\.kind)), \(decisions.map(\.outcome)),
                        \(decisions.map(\.decidedBy)), \(verdicts), \(decisions.map(\.decidedAt)), \(candidates),
                        \(entries.map(\.outcome.dueAt)), \(entries.map(\.windowEndsAt)))
                 AS new(nudge, learner, course_run, policy, kind, outcome, decided_by, verdicts, decided_at,
                        candidate, due_at, window_ends_at)
            """
        )
    }

    /// What a held candidate came to.
    func replace(_ entry: Entry, tenant: TenantID, on session: Session) throws {
        let decision = entry.outcome.decision
        let verdicts = String(decoding: try JSONCoding.encoder().encode(decision.verdicts), as: UTF8.self)
        _ = try session.execute(
            """
            UPDATE decision
            SET outcome = \(decision.outcome), decided_by = \(decision.decidedBy),
                verdicts = \(JSONText(verdicts)), decided_at = \(decision.decidedAt),
                due_at = \(entry.outcome.dueAt), window_ends_at = \(entry.windowEndsAt)
            WHERE tenant = \(tenant) AND nudge = \(decision.nudge) AND outcome = 'hold'
            """
        )
    }

    /// A held candidate whose time has come.
    struct Held: Sendable {
        var tenant: TenantID
        var nudge: NudgeID
        var policy: String
        var risk: RiskPrediction
    }

    /// Takes up to `limit` held candidates that are due; another replica passes them over until this transaction ends.
    func due(at now: Date, limit: Int, on session: Session) throws -> [Held] {
        try session.rows(
            """
            SELECT tenant, nudge, policy, candidate::text AS candidate FROM decision
            WHERE outcome = 'hold' AND due_at <= \(now)
            ORDER BY due_at, nudge LIMIT \(limit) FOR UPDATE SKIP LOCKED
            """
        ).map { row in
            let candidate = try row.decode("candidate", as: String.self)
            return Held(
                tenant: try row.decode("tenant"), nudge: try row.decode("nudge"), policy: try row.decode("policy"),
                risk: try JSONCoding.decoder().decode(RiskPrediction.self, from: Data(candidate.utf8)))
        }
    }

    /// Blocks a held candidate for which its policy, changed since, does not ask any more.
    func withdraw(_ held: Held, now: Date, on session: Session) throws {
        let verdicts = NudgeRule.allCases.map { rule in
            rule == .eligibility
                ? RuleVerdict(rule: rule, verdict: .block, words: "the policy does not ask for this learner any more")
                : RuleVerdict(rule: rule, verdict: .notAsked, words: "the policy changed while it was held")
        }
        let text = String(decoding: try JSONCoding.encoder().encode(verdicts), as: UTF8.self)
        _ = try session.execute(
            """
            UPDATE decision
            SET outcome = 'blocked', decided_by = \(NudgeRule.eligibility), verdicts = \(JSONText(text)),
                decided_at = \(now), due_at = NULL
            WHERE tenant = \(held.tenant) AND nudge = \(held.nudge) AND outcome = 'hold'
            """
        )
    }

    /// Notes returns: the first learner activity inside the window of a nudge sent or withheld.
    func noteReturns(_ heard: [SituationStore.Heard], tenant: TenantID, on session: Session) throws {
        let active = heard.filter(\.isLearnerActivity)
        guard !active.isEmpty else { return }
        _ = try session.execute(
            """
            UPDATE decision SET returned_at = found.returned_at
            FROM (SELECT treated.nudge, min(heard.at) AS returned_at
                  FROM unnest(\(active.map(\.learner)), \(active.map(\.courseRun)), \(active.map(\.occurredAt)))
                       AS heard(learner, run, at)
                  JOIN decision AS treated
                    ON treated.tenant = \(tenant) AND treated.learner = heard.learner
                   AND treated.course_run = heard.run AND treated.outcome IN ('send', 'holdout')
                   AND heard.at > treated.decided_at AND heard.at <= treated.window_ends_at
                   AND (treated.returned_at IS NULL OR treated.returned_at > heard.at)
                  GROUP BY treated.nudge) AS found
            WHERE decision.tenant = \(tenant) AND decision.nudge = found.nudge
            """
        )
    }

    /// Notes what became of a nudge's message. A late, older word never replaces a newer one.
    func noteDelivery(_ delivery: DeliveryChanged, tenant: TenantID, on session: Session) throws {
        guard let nudge = delivery.nudge, delivery.state != .unsubscribed else { return }
        _ = try session.execute(
            """
            UPDATE decision SET delivery = \(delivery.state), delivered_at = \(delivery.changedAt)
            WHERE tenant = \(tenant) AND nudge = \(nudge)
              AND (delivered_at IS NULL OR delivered_at <= \(delivery.changedAt))
            """
        )
    }
}
