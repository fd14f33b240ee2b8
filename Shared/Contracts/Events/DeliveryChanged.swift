import Foundation

/// A message to a learner changed its state. Said by Notification, keyed by learner.
public struct DeliveryChanged: StreamFact, Equatable {
    public static let stream = StreamName.deliveries
    public static let type = "DeliveryChanged"
    public static let version = 1

    public var delivery: DeliveryID
    /// `nil` for a message that no nudge caused.
    public var nudge: NudgeID?
    public var learner: LearnerID
    public var courseRun: CourseRunID?
    public var channel: Channel
    public var state: DeliveryState
    /// Why, for suppressed, failed and unknown, e.g. `noContact`, `unsubscribed`, `expired`, `rejected`.
    public var reason: String?
    public var changedAt: Date

    public init(
        delivery: DeliveryID, nudge: NudgeID? = nil, learner: LearnerID, courseRun: CourseRunID? = nil,
        channel: Channel, state: DeliveryState, reason: String? = nil, changedAt: Date
    ) {
        self.delivery = delivery
        self.nudge = nudge
        self.learner = learner
        self.courseRun = courseRun
        self.channel = channel
        self.state = state
        self.reason = reason
        self.changedAt = changedAt
    }
}

extension DeliveryChanged {
    public var key: String { learner.description }
}

public enum Channel: String, Choice {
    case email, sms
}

/// planned -> sending -> sent | failed | unknown; suppressed without ever sending; unsubscribed when the learner said
/// so.
public enum DeliveryState: String, Choice {
    case planned, sending, sent, failed, suppressed, unknown, unsubscribed
}
