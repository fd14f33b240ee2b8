import Foundation

/// A nudge is to reach a learner. Said by Nudging, keyed by learner; candidates that were held are in its decision log
/// alone.
public struct NudgeDecided: StreamFact, Equatable {
    public static let stream = StreamName.nudges
    public static let type = "NudgeDecided"
    public static let version = 1

    public var nudge: NudgeID
    public var learner: LearnerID
    public var courseRun: CourseRunID
    public var courseTitle: String
    public var kind: NudgeKind
    /// Name of the policy that decided.
    public var policy: String
    public var decidedAt: Date
    /// Not to be sent later than this.
    public var expiresAt: Date
    /// What the template needs beyond the contact: plain text by name, e.g. `nextStep`, `nextStepURL`, `dueIn`.
    public var parameters: [String: String]

    public init(
        nudge: NudgeID, learner: LearnerID, courseRun: CourseRunID, courseTitle: String, kind: NudgeKind,
        policy: String, decidedAt: Date, expiresAt: Date, parameters: [String: String] = [:]
    ) {
        self.nudge = nudge
        self.learner = learner
        self.courseRun = courseRun
        self.courseTitle = courseTitle
        self.kind = kind
        self.policy = policy
        self.decidedAt = decidedAt
        self.expiresAt = expiresAt
        self.parameters = parameters
    }
}

extension NudgeDecided {
    public var key: String { learner.description }
}

/// What sort of help a nudge is.
public enum NudgeKind: String, Choice {
    case smartReminder, microAssessment, peerChallenge, mentorConnection, kudos, planPrompt
}
