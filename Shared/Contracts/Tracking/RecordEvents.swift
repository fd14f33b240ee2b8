import Foundation

/// Taking in what learners did. Each event has its own receipt; one bad event never fails the batch.
public enum RecordEvents {
    /// One batch must fit one transaction well under a second.
    public static let eventsMax = 1_000

    public struct Request: Codable, Sendable, Equatable {
        /// The source of all events that name none; `api` when this is absent, too.
        public var source: SourceID?
        /// History brought in later: it updates state and sends nothing.
        public var backfill: Bool?
        /// The sender's time when it sends, where its clock may be wrong: the times of the events are put right by the
        /// difference to ours. An event that is sent again is the same one, whatever the difference is then.
        public var sentAt: Date?
        /// 1...``eventsMax``.
        public var events: [EventDraft]

        public init(
            source: SourceID? = nil, backfill: Bool? = nil, sentAt: Date? = nil, events: [EventDraft]
        ) {
            self.source = source
            self.backfill = backfill
            self.sentAt = sentAt
            self.events = events
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// One a sent event, in the order sent.
        public var receipts: [IngestReceipt]
        public var accepted: Int
        public var duplicate: Int
        public var conflict: Int
        public var quarantined: Int

        public init(
            receipts: [IngestReceipt], accepted: Int, duplicate: Int, conflict: Int, quarantined: Int
        ) {
            self.receipts = receipts
            self.accepted = accepted
            self.duplicate = duplicate
            self.conflict = conflict
            self.quarantined = quarantined
        }
    }
}

/// An event as a sender writes it.
public struct EventDraft: Codable, Sendable, Equatable {
    /// The sender's own id; with the source it makes replays recognisable.
    public var id: EventID
    public var source: SourceID?
    public var learner: ExternalLearnerID
    public var courseRun: CourseRunID?
    public var verb: Verb
    public var activity: ActivityDraft?
    public var result: EventResult?
    public var occurredAt: Date
    /// Anything else that the sender wants kept, as a JSON object of at most 8 KiB and 8 levels.
    public var context: [String: JSONValue]?

    public init(
        id: EventID, source: SourceID? = nil, learner: ExternalLearnerID, courseRun: CourseRunID? = nil,
        verb: Verb, activity: ActivityDraft? = nil, result: EventResult? = nil, occurredAt: Date,
        context: [String: JSONValue]? = nil
    ) {
        self.id = id
        self.source = source
        self.learner = learner
        self.courseRun = courseRun
        self.verb = verb
        self.activity = activity
        self.result = result
        self.occurredAt = occurredAt
        self.context = context
    }
}

/// An activity as a sender names it; an unknown kind becomes `other`.
public struct ActivityDraft: Codable, Sendable, Equatable {
    public var id: ActivityID
    public var kind: ActivityKind?

    public init(id: ActivityID, kind: ActivityKind? = nil) {
        self.id = id
        self.kind = kind
    }
}

/// What became of one event.
public struct IngestReceipt: Codable, Sendable, Equatable {
    /// The sender's id, where one could be read.
    public var id: String?
    public var status: IngestStatus
    /// Why, for all but `accepted` and `duplicate`: a sentence that names the field, what was expected and what came.
    public var reason: String?

    public init(id: String? = nil, status: IngestStatus, reason: String? = nil) {
        self.id = id
        self.status = status
        self.reason = reason
    }
}

public enum IngestStatus: String, Choice {
    /// It is in the log, committed.
    case accepted
    /// The same event was there already.
    case duplicate
    /// Another event with the same source and id was there already; this one is kept for inspection.
    case conflict
    /// It could not be read; it is kept for inspection.
    case quarantined
    /// It is no event, such as a description of somebody; the reason says what it is. Nothing of it is kept.
    case skipped
}
