import Foundation

/// A learner joined or left a course run. Said by Tracking, keyed by learner.
public struct EnrollmentChanged: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "EnrollmentChanged"
    public static let version = 1

    public var learner: LearnerID
    public var courseRun: CourseRunID
    public var status: EnrollmentStatus
    public var changedAt: Date
    public var isBackfill: Bool

    public init(
        learner: LearnerID, courseRun: CourseRunID, status: EnrollmentStatus, changedAt: Date,
        isBackfill: Bool = false
    ) {
        self.learner = learner
        self.courseRun = courseRun
        self.status = status
        self.changedAt = changedAt
        self.isBackfill = isBackfill
    }
}

extension EnrollmentChanged {
    public var key: String { learner.description }
}

public enum EnrollmentStatus: String, Choice {
    case enrolled, withdrawn, completed
}
