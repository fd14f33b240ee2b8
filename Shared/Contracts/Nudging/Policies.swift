import Foundation

public enum ListPolicies {
    public struct Response: Codable, Sendable, Equatable {
        public var policies: [NudgePolicyDefinition]

        public init(policies: [NudgePolicyDefinition]) {
            self.policies = policies
        }
    }
}

/// Declares a policy or changes it.
public enum SetPolicy {
    public struct Request: Codable, Sendable, Equatable {
        public var policy: NudgePolicyDefinition

        public init(policy: NudgePolicyDefinition) {
            self.policy = policy
        }
    }
}

/// Whom to nudge, when, how often and how.
public struct NudgePolicyDefinition: Codable, Sendable, Equatable {
    /// 1...64 characters, lower case, digits and hyphens.
    public var name: String
    public var isPaused: Bool
    public var kind: NudgeKind
    /// A candidate arises when a learner's band is or becomes this or higher.
    public var bandAtLeast: RiskBand
    /// Least time between two nudges to one learner in one run. 0...90 days.
    public var cooldownDays: Int
    /// Most nudges to one learner in 7 days, over all runs and policies. 0 is none, `nil` is unlimited.
    public var perLearnerWeekMax: Int?
    /// Share of learners that is never nudged, so that the effect can be measured. 0...0.5.
    public var holdoutShare: Double
    /// Local hour at which quiet hours begin. 0...23.
    public var quietFromHour: Int
    /// Local hour at which they end. 0...23; equal to the begin means no quiet hours.
    public var quietUntilHour: Int
    /// Learner activity within this counts as a return. 1...30 days.
    public var returnWindowDays: Int

    public init(
        name: String, isPaused: Bool = false, kind: NudgeKind = .smartReminder, bandAtLeast: RiskBand = .high,
        cooldownDays: Int = 5, perLearnerWeekMax: Int? = 2, holdoutShare: Double = 0.1,
        quietFromHour: Int = 21, quietUntilHour: Int = 8, returnWindowDays: Int = 7
    ) {
        self.name = name
        self.isPaused = isPaused
        self.kind = kind
        self.bandAtLeast = bandAtLeast
        self.cooldownDays = cooldownDays
        self.perLearnerWeekMax = perLearnerWeekMax
        self.holdoutShare = holdoutShare
        self.quietFromHour = quietFromHour
        self.quietUntilHour = quietUntilHour
        self.returnWindowDays = returnWindowDays
    }
}
