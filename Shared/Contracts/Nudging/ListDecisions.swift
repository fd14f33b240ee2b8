import Foundation

/// The decision log: every candidate, sent or not, with each rule's verdict; newest first.
public enum ListDecisions {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID?
        public var page: PageRequest

        public init(learner: LearnerID? = nil, page: PageRequest = PageRequest()) {
            self.learner = learner
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var decisions: [NudgeDecision]
        public var nextPageToken: String

        public init(decisions: [NudgeDecision], nextPageToken: String) {
            self.decisions = decisions
            self.nextPageToken = nextPageToken
        }
    }
}

/// One candidate and what was decided.
public struct NudgeDecision: Codable, Sendable, Equatable {
    public var nudge: NudgeID
    public var learner: LearnerID
    public var courseRun: CourseRunID
    public var policy: String
    public var kind: NudgeKind
    public var outcome: DecisionOutcome
    /// The rule that blocked or held it; `nil` when it was sent.
    public var decidedBy: NudgeRule?
    /// One a rule, in the fixed order.
    public var verdicts: [RuleVerdict]
    public var decidedAt: Date

    public init(
        nudge: NudgeID, learner: LearnerID, courseRun: CourseRunID, policy: String, kind: NudgeKind,
        outcome: DecisionOutcome, decidedBy: NudgeRule? = nil, verdicts: [RuleVerdict], decidedAt: Date
    ) {
        self.nudge = nudge
        self.learner = learner
        self.courseRun = courseRun
        self.policy = policy
        self.kind = kind
        self.outcome = outcome
        self.decidedBy = decidedBy
        self.verdicts = verdicts
        self.decidedAt = decidedAt
    }
}

public enum DecisionOutcome: String, Choice {
    /// It went out as a nudge.
    case send
    /// It waits for the end of quiet hours.
    case hold
    /// It will not be sent.
    case blocked
    /// It would have been sent, but the learner is in the holdout: the comparison that tells whether nudges help.
    case holdout
}

/// The rules, in the order in which they are asked.
public enum NudgeRule: String, Choice {
    case consent, suppression, eligibility, dataGap, cooldown, budget, holdout, choose, quietHours, recheck
}

public struct RuleVerdict: Codable, Sendable, Equatable {
    public var rule: NudgeRule
    public var verdict: Verdict
    /// What the rule saw, e.g. `last nudge 2 days ago, cooldown 5 days`.
    public var words: String

    public init(rule: NudgeRule, verdict: Verdict, words: String) {
        self.rule = rule
        self.verdict = verdict
        self.words = words
    }
}

public enum Verdict: String, Choice {
    case pass, block, hold
    /// An earlier rule had already decided.
    case notAsked
}
