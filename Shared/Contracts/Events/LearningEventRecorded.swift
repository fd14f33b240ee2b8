import Foundation

/// A learner did something. Said by Tracking, keyed by learner.
public struct LearningEventRecorded: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "LearningEventRecorded"
    public static let version = 1

    public var source: SourceID
    /// The sender's id; unique with ``source`` inside a tenant.
    public var eventID: EventID
    public var learner: LearnerID
    /// The run it belongs to; `nil` for an event outside any course, e.g. a login.
    public var courseRun: CourseRunID?
    public var verb: Verb
    public var activity: ActivityReference?
    public var result: EventResult?
    /// When it happened, by the sender.
    public var occurredAt: Date
    /// When Tracking took it in.
    public var receivedAt: Date
    /// History brought in later: it updates state and sends nothing.
    public var isBackfill: Bool

    public init(
        source: SourceID, eventID: EventID, learner: LearnerID, courseRun: CourseRunID? = nil, verb: Verb,
        activity: ActivityReference? = nil, result: EventResult? = nil, occurredAt: Date, receivedAt: Date,
        isBackfill: Bool = false
    ) {
        self.source = source
        self.eventID = eventID
        self.learner = learner
        self.courseRun = courseRun
        self.verb = verb
        self.activity = activity
        self.result = result
        self.occurredAt = occurredAt
        self.receivedAt = receivedAt
        self.isBackfill = isBackfill
    }
}

extension LearningEventRecorded {
    public var key: String { learner.description }
}

/// What was acted on.
public struct ActivityReference: Codable, Sendable, Equatable {
    public var id: ActivityID
    public var kind: ActivityKind

    public init(id: ActivityID, kind: ActivityKind = .other) {
        self.id = id
        self.kind = kind
    }
}

/// What the doing came to.
public struct EventResult: Codable, Sendable, Equatable {
    /// 0...1, scaled by the activity's maximum.
    public var score: Double?
    public var success: Bool?
    public var completion: Bool?
    /// Seconds spent, as the sender says. 0...86,400.
    public var durationSeconds: Double?
    /// How many single actions this event stands for, e.g. clicks of one day. 1...10,000; `nil` means 1.
    public var count: Int?

    public init(
        score: Double? = nil, success: Bool? = nil, completion: Bool? = nil, durationSeconds: Double? = nil,
        count: Int? = nil
    ) {
        self.score = score
        self.success = success
        self.completion = completion
        self.durationSeconds = durationSeconds
        self.count = count
    }
}
