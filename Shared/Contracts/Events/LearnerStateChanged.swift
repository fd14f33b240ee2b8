import Foundation

/// A learner's lifecycle state in a course run changed. Said by Tracking, keyed by learner.
public struct LearnerStateChanged: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "LearnerStateChanged"
    public static let version = 1

    public var learner: LearnerID
    public var courseRun: CourseRunID
    /// `nil` for the first state ever.
    public var from: LearnerState?
    public var to: LearnerState
    public var changedAt: Date
    public var isBackfill: Bool

    public init(
        learner: LearnerID, courseRun: CourseRunID, from: LearnerState? = nil, to: LearnerState,
        changedAt: Date, isBackfill: Bool = false
    ) {
        self.learner = learner
        self.courseRun = courseRun
        self.from = from
        self.to = to
        self.changedAt = changedAt
        self.isBackfill = isBackfill
    }
}

extension LearnerStateChanged {
    public var key: String { learner.description }
}

/// Where a learner stands in a course run.
public enum LearnerState: String, Choice {
    case neverStarted, onboarding, active, slipping, dormant, returned, completed, withdrawn
}
