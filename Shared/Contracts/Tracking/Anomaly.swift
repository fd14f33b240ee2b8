import Foundation

/// Something unusual in what a learner, or a whole run, does; with its evidence. It accuses nobody: a person looks.
public struct Anomaly: Codable, Sendable, Equatable {
    /// Derived from what was found, so that finding it again gives the same one.
    public var id: AnomalyID
    public var kind: AnomalyKind
    public var severity: AnomalySeverity
    public var courseRun: CourseRunID
    /// Whose; `nil` for one of the run.
    public var learner: LearnerID?
    /// The other learner, for `copying`.
    public var otherLearner: LearnerID?
    /// The activity concerned, where it is one.
    public var activity: ActivityID?
    /// The module concerned, where it is one.
    public var module: ModuleID?
    /// The evidence as one sentence, without the names of learners.
    public var words: String
    /// The evidence in numbers.
    public var evidence: [AnomalyFigure]
    /// Begin and end of what is unusual, as far as known.
    public var firstAt: Date
    public var lastAt: Date
    public var detectedAt: Date
    /// When it was over; `nil` while it is open.
    public var closedAt: Date?

    public init(
        id: AnomalyID, kind: AnomalyKind, severity: AnomalySeverity, courseRun: CourseRunID, learner: LearnerID?,
        otherLearner: LearnerID? = nil, activity: ActivityID? = nil, module: ModuleID? = nil, words: String,
        evidence: [AnomalyFigure], firstAt: Date, lastAt: Date, detectedAt: Date, closedAt: Date? = nil
    ) {
        self.id = id
        self.kind = kind
        self.severity = severity
        self.courseRun = courseRun
        self.learner = learner
        self.otherLearner = otherLearner
        self.activity = activity
        self.module = module
        self.words = words
        self.evidence = evidence
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.detectedAt = detectedAt
        self.closedAt = closedAt
    }
}

/// What is unusual. docs/anomalies.md says how each is found, and how often it is a false alarm.
public enum AnomalyKind: String, Choice {
    /// A day of far more activity than the learner's days usually have.
    case burst
    /// A learner who came regularly has stopped, for longer than their own habits explain.
    case suddenSilence
    /// The learner's weeks have changed to another level, against their own past and the course.
    case levelShift
    /// More pages or hand-ins in seconds than a person can open or fill in.
    case impossibleSpeed
    /// Right answers within seconds of opening, again and again.
    case answerTooFast
    /// Two learners hand in the same things within seconds of each other, again and again.
    case copying
    /// Far more learners stop at one activity, module or day of the run than elsewhere.
    case structuralDropOff
}

public enum AnomalySeverity: String, Choice {
    case low, moderate, high
}

/// One number of the evidence.
public struct AnomalyFigure: Codable, Sendable, Equatable {
    /// E.g. `actions`.
    public var name: String
    public var value: Double
    /// E.g. `seconds`; `nil` for counts and ratios.
    public var unit: String?

    public init(_ name: String, _ value: Double, unit: String? = nil) {
        self.name = name
        self.value = value
        self.unit = unit
    }
}
