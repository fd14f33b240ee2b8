import Foundation

/// Messages to learners, newest first.
public enum ListDeliveries {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID?
        public var state: DeliveryState?
        /// Only those changed at or after this.
        public var since: Date?
        public var page: PageRequest

        public init(
            learner: LearnerID? = nil, state: DeliveryState? = nil, since: Date? = nil,
            page: PageRequest = PageRequest()
        ) {
            self.learner = learner
            self.state = state
            self.since = since
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var deliveries: [Delivery]
        public var nextPageToken: String

        public init(deliveries: [Delivery], nextPageToken: String) {
            self.deliveries = deliveries
            self.nextPageToken = nextPageToken
        }
    }

    /// One message, without its text or address.
    public struct Delivery: Codable, Sendable, Equatable {
        public var delivery: DeliveryID
        public var nudge: NudgeID?
        public var learner: LearnerID
        public var courseRun: CourseRunID?
        public var channel: Channel
        public var provider: String
        public var state: DeliveryState
        public var reason: String?
        public var attempts: Int
        public var plannedAt: Date
        public var changedAt: Date

        public init(
            delivery: DeliveryID, nudge: NudgeID? = nil, learner: LearnerID, courseRun: CourseRunID? = nil,
            channel: Channel, provider: String, state: DeliveryState, reason: String? = nil, attempts: Int,
            plannedAt: Date, changedAt: Date
        ) {
            self.delivery = delivery
            self.nudge = nudge
            self.learner = learner
            self.courseRun = courseRun
            self.channel = channel
            self.provider = provider
            self.state = state
            self.reason = reason
            self.attempts = attempts
            self.plannedAt = plannedAt
            self.changedAt = changedAt
        }
    }
}

public enum GetDeliveryOverview {
    public struct Response: Codable, Sendable, Equatable {
        /// By state name; all always there.
        public var states: [String: Int]
        /// Messages sent on each of the last 42 UTC days, oldest first.
        public var sentByDay: [Int]

        public init(states: [String: Int], sentByDay: [Int]) {
            self.states = states
            self.sentByDay = sentByDay
        }
    }
}
