import Contracts
import Foundation

/// A nudge that might be sent: one policy, one learner, one run, one day.
public struct NudgeCandidate: Sendable, Equatable {
    public let id: NudgeID
    public let tenant: TenantID
    public let risk: RiskPrediction
    public let isBackfill: Bool
    public let policy: NudgePolicy

    /// `nil` when the policy does not ask for this learner: no band, or one below the policy's.
    public init?(tenant: TenantID, risk: RiskPrediction, isBackfill: Bool, policy: NudgePolicy) {
        guard let band = risk.band, band >= policy.definition.bandAtLeast else { return nil }
        self.tenant = tenant
        self.risk = risk
        self.isBackfill = isBackfill
        self.policy = policy
        id = Self.identifier(tenant: tenant, risk: risk, policy: policy.definition.name)
    }

    /// Derived from tenant, policy, run, learner and UTC day, so that a replay of the log finds the same candidate.
    static func identifier(tenant: TenantID, risk: RiskPrediction, policy: String) -> NudgeID {
        let day = Int((risk.scoredAt.timeIntervalSince1970 / 86_400).rounded(.down))
        let name = "nudge/\(tenant)/\(policy)/\(risk.courseRun)/\(risk.learner)/\(day)"
        return NudgeID(rawValue: NamedUUID.make(name))
    }
}
