import Contracts
import Foundation

/// What a rule found, before it is an ``Anomaly`` with an id and a time of detection.
public struct AnomalyFinding: Sendable, Equatable {
    public let kind: AnomalyKind
    public let severity: AnomalySeverity
    public var learner: LearnerID?
    public var otherLearner: LearnerID?
    public var activity: ActivityID?
    public var module: ModuleID?
    /// What sets it apart from others of its kind, learner and run: the same again is the same anomaly.
    public let anchor: String
    public let words: String
    public let evidence: [AnomalyFigure]
    public let firstAt: Date
    public let lastAt: Date

    init(
        _ kind: AnomalyKind, _ severity: AnomalySeverity, learner: LearnerID? = nil, otherLearner: LearnerID? = nil,
        activity: ActivityID? = nil, module: ModuleID? = nil, anchor: String, words: String,
        evidence: [AnomalyFigure], firstAt: Date, lastAt: Date
    ) {
        self.kind = kind
        self.severity = severity
        self.learner = learner
        self.otherLearner = otherLearner
        self.activity = activity
        self.module = module
        self.anchor = anchor
        self.words = words
        self.evidence = evidence
        self.firstAt = firstAt
        self.lastAt = lastAt
    }

    /// Names it inside its tenant and run.
    public var name: [String] {
        [kind.rawValue, learner?.description ?? "", otherLearner?.description ?? "", anchor]
    }
}

extension AnomalySeverity {
    /// By how many times a figure is beyond its threshold.
    static func of(excess: Double) -> AnomalySeverity { excess >= 3 ? .high : excess >= 1.5 ? .moderate : .low }
}
