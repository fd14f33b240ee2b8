import Foundation

/// One learner as Tracking knows them: enrollments with state and engagement, latest sessions, activity by day.
public enum GetLearner {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID
        /// As known at this instant, from the log; `nil` for now, from the read models.
        public var asOf: Date?

        public init(learner: LearnerID, asOf: Date? = nil) {
            self.learner = learner
            self.asOf = asOf
        }
    }

    public struct Response: Codable, Sendable {
        public var learner: LearnerID
        /// As the platforms name them.
        public var identities: [LearnerIdentity]
        public var enrollments: [Enrollment]
        /// Newest first, at most 50.
        public var sessions: [LearningSession]
        /// Events of each UTC day that had any, oldest first, at most the last 400 days.
        public var days: [ActivityDay]

        public init(
            learner: LearnerID, identities: [LearnerIdentity], enrollments: [Enrollment],
            sessions: [LearningSession], days: [ActivityDay]
        ) {
            self.learner = learner
            self.identities = identities
            self.enrollments = enrollments
            self.sessions = sessions
            self.days = days
        }
    }
}

public struct LearnerIdentity: Codable, Sendable, Equatable {
    public var source: SourceID
    public var externalID: ExternalLearnerID

    public init(source: SourceID, externalID: ExternalLearnerID) {
        self.source = source
        self.externalID = externalID
    }
}

/// A learner in a course run.
public struct Enrollment: Codable, Sendable, Equatable {
    public var learner: LearnerID
    public var courseRun: CourseRunID
    public var status: EnrollmentStatus
    public var state: LearnerState
    /// Decayed activity index, 0 for none; 1 is a typical active learner. See Tracking's `EngagementScore`.
    public var engagement: Double
    public var enrolledAt: Date
    /// `nil` when the learner never did anything in the run.
    public var lastActivityAt: Date?
    public var eventCount: Int

    public init(
        learner: LearnerID, courseRun: CourseRunID, status: EnrollmentStatus, state: LearnerState,
        engagement: Double, enrolledAt: Date, lastActivityAt: Date? = nil, eventCount: Int
    ) {
        self.learner = learner
        self.courseRun = courseRun
        self.status = status
        self.state = state
        self.engagement = engagement
        self.enrolledAt = enrolledAt
        self.lastActivityAt = lastActivityAt
        self.eventCount = eventCount
    }
}

/// A stretch of activity without a pause longer than 30 minutes.
public struct LearningSession: Codable, Sendable, Equatable {
    public var courseRun: CourseRunID?
    public var startedAt: Date
    /// The last event's time; idle time after it is never credited.
    public var endedAt: Date
    public var eventCount: Int
    /// Seconds that the learner was at it: no idle time, and nothing after leaving.
    public var timeOnTaskSeconds: Double

    public init(
        courseRun: CourseRunID? = nil, startedAt: Date, endedAt: Date, eventCount: Int,
        timeOnTaskSeconds: Double
    ) {
        self.courseRun = courseRun
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.eventCount = eventCount
        self.timeOnTaskSeconds = timeOnTaskSeconds
    }
}

public struct ActivityDay: Codable, Sendable, Equatable {
    /// The start of the day, UTC.
    public var day: Date
    public var eventCount: Int

    public init(day: Date, eventCount: Int) {
        self.day = day
        self.eventCount = eventCount
    }
}
