import Foundation

/// What one learner did, newest first.
public enum GetTimeline {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID
        /// Only this run; `nil` for all.
        public var courseRun: CourseRunID?
        /// Only events that happened at or after this.
        public var since: Date?
        /// Only events that had been taken in by this instant; `nil` for all.
        public var asOf: Date?
        public var page: PageRequest

        public init(
            learner: LearnerID, courseRun: CourseRunID? = nil, since: Date? = nil, asOf: Date? = nil,
            page: PageRequest = PageRequest()
        ) {
            self.learner = learner
            self.courseRun = courseRun
            self.since = since
            self.asOf = asOf
            self.page = page
        }
    }

    public struct Response: Codable, Sendable {
        public var events: [TimelineEvent]
        /// Empty at the end, and only there.
        public var nextPageToken: String

        public init(events: [TimelineEvent], nextPageToken: String) {
            self.events = events
            self.nextPageToken = nextPageToken
        }
    }
}

public struct TimelineEvent: Codable, Sendable, Equatable {
    public var source: SourceID
    public var eventID: EventID
    public var courseRun: CourseRunID?
    public var verb: Verb
    public var activity: ActivityReference?
    public var result: EventResult?
    public var occurredAt: Date
    public var receivedAt: Date

    public init(
        source: SourceID, eventID: EventID, courseRun: CourseRunID? = nil, verb: Verb,
        activity: ActivityReference? = nil, result: EventResult? = nil, occurredAt: Date, receivedAt: Date
    ) {
        self.source = source
        self.eventID = eventID
        self.courseRun = courseRun
        self.verb = verb
        self.activity = activity
        self.result = result
        self.occurredAt = occurredAt
        self.receivedAt = receivedAt
    }
}
