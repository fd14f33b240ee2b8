import Foundation

/// Nudges that were decided to be sent, newest first.
public enum ListNudges {
    public struct Request: Codable, Sendable, Equatable {
        /// `nil` for all learners.
        public var learner: LearnerID?
        public var courseRun: CourseRunID?
        /// Only those decided at or after this.
        public var since: Date?
        public var page: PageRequest

        public init(
            learner: LearnerID? = nil, courseRun: CourseRunID? = nil, since: Date? = nil,
            page: PageRequest = PageRequest()
        ) {
            self.learner = learner
            self.courseRun = courseRun
            self.since = since
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var nudges: [NudgeRecord]
        public var nextPageToken: String

        public init(nudges: [NudgeRecord], nextPageToken: String) {
            self.nudges = nudges
            self.nextPageToken = nextPageToken
        }
    }
}

/// A nudge and what came of it.
public struct NudgeRecord: Codable, Sendable, Equatable {
    public var nudge: NudgeID
    public var learner: LearnerID
    public var courseRun: CourseRunID
    public var kind: NudgeKind
    public var policy: String
    public var decidedAt: Date
    /// State of its delivery, as Notification said; `nil` until it said anything.
    public var delivery: DeliveryState?
    public var deliveredAt: Date?
    /// First learner activity in the run after the nudge was sent, within the policy's window.
    public var returnedAt: Date?

    public init(
        nudge: NudgeID, learner: LearnerID, courseRun: CourseRunID, kind: NudgeKind, policy: String,
        decidedAt: Date, delivery: DeliveryState? = nil, deliveredAt: Date? = nil, returnedAt: Date? = nil
    ) {
        self.nudge = nudge
        self.learner = learner
        self.courseRun = courseRun
        self.kind = kind
        self.policy = policy
        self.decidedAt = decidedAt
        self.delivery = delivery
        self.deliveredAt = deliveredAt
        self.returnedAt = returnedAt
    }
}
