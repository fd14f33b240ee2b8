import Foundation

/// A learner's risk in a course run was scored, and the score is news. Said by Prediction, keyed by learner.
public struct RiskScored: StreamFact, Equatable {
    public static let stream = StreamName.riskScores
    public static let type = "RiskScored"
    public static let version = 1

    public var risk: RiskPrediction
    /// The band before; `nil` for the first.
    public var previousBand: RiskBand?
    /// The score follows from history brought in later: it must not cause a nudge.
    public var isBackfill: Bool

    public init(risk: RiskPrediction, previousBand: RiskBand? = nil, isBackfill: Bool = false) {
        self.risk = risk
        self.previousBand = previousBand
        self.isBackfill = isBackfill
    }
}

extension RiskScored {
    public var key: String { risk.learner.description }
}

/// The risk that a learner drops off within ``RiskScore/horizonDays`` days, and why.
public struct RiskPrediction: Codable, Sendable, Equatable {
    public var learner: LearnerID
    public var courseRun: CourseRunID
    /// `nil` when the model abstained.
    public var score: RiskScore?
    /// `nil` when the model abstained.
    public var band: RiskBand?
    public var abstention: Abstention?
    /// Strongest first, at most 8; none in a fact about a learner whose band was and stays low (`GetRisk` explains it
    /// on demand). A reason speaks for all indicators of its family. Their contributions and ``otherContribution`` add
    /// up, with ``baseline``, to the log-odds of ``score``.
    public var reasons: [ReasonCode]
    /// Log-odds that the model gives before it knows anything of the learner.
    public var baseline: Double
    /// Log-odds contributed by all indicators that are not in ``reasons``, and by calibration.
    public var otherContribution: Double
    /// Version of the model, e.g. `oulad-t2-2026-11-23`.
    public var model: String
    /// When the features were read, in domain time.
    public var scoredAt: Date
    /// What the score rests on; `nil` when the model abstained.
    public var level: PredictionLevel?

    public init(
        learner: LearnerID, courseRun: CourseRunID, score: RiskScore? = nil, band: RiskBand? = nil,
        abstention: Abstention? = nil, reasons: [ReasonCode] = [], baseline: Double = 0,
        otherContribution: Double = 0, model: String, scoredAt: Date, level: PredictionLevel? = nil
    ) {
        self.learner = learner
        self.courseRun = courseRun
        self.score = score
        self.band = band
        self.abstention = abstention
        self.reasons = reasons
        self.baseline = baseline
        self.otherContribution = otherContribution
        self.model = model
        self.scoredAt = scoredAt
        self.level = level
    }
}

/// What a score rests on: the rungs from a cold start to a model of the institution's own.
public enum PredictionLevel: String, Choice {
    /// Rules alone.
    case rules
    /// Comparison with the others of the course run.
    case peers
    /// A model that learned elsewhere, e.g. the one that is shipped.
    case transferred
    /// A model that learned from this institution's own runs.
    case local
}

/// Why no score was given.
public enum Abstention: String, Choice {
    case tooNew, tooLittleData, dataGap, notEnrolled, runNotStarted, runEnded
}

/// One factor of a score.
public struct ReasonCode: Codable, Sendable, Equatable {
    /// The indicator's name, e.g. `daysSinceLastActivity`.
    public var indicator: String
    /// Log-odds; positive raises the risk.
    public var contribution: Double
    /// The learner's value, in the indicator's unit.
    public var value: Double
    /// What is usual in the course run; `nil` where that is not known.
    public var norm: Double?
    /// A plain sentence for staff, e.g. `No activity for 9 days; most of the course was active 2 days ago.`
    public var words: String

    public init(indicator: String, contribution: Double, value: Double, norm: Double? = nil, words: String) {
        self.indicator = indicator
        self.contribution = contribution
        self.value = value
        self.norm = norm
        self.words = words
    }
}
