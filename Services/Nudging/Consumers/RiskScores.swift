import Contracts
import EventLog
import Foundation
import PostgreSQL
import Runtime

/// Hears `risk-scores`: raises candidates, decides on each, and says the nudges that go out.
struct RiskScores: Sendable {
    static let stream = StreamName.riskScores

    let decider: Decider
    let policies: PolicyStore
    let clock: any ServiceClock

    /// Applies a run of facts of one partition.
    func apply(_ facts: [Fact], on session: Session) throws {
        for (tenant, facts) in Dictionary(grouping: facts, by: \.tenant).sorted(by: { $0.key < $1.key }) {
            let policies = try policies.policies(of: tenant, on: session)
            var candidates: [NudgeCandidate] = []
            var newest = Date.distantPast
            for fact in facts {
                let scored = try fact.decode(RiskScored.self)
                newest = max(newest, scored.risk.scoredAt)
                candidates += policies.compactMap { policy in
                    NudgeCandidate(
                        tenant: tenant, risk: scored.risk, isBackfill: scored.isBackfill, policy: policy)
                }
            }
            // A clock that is behind the one of Prediction must not make a prediction seem to come from the future.
            try decider.decide(candidates, tenant: tenant, now: max(clock.now(), newest), on: session)
        }
    }
}
