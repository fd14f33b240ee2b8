import Contracts
import Foundation

/// An event as a sender sent it, checked field by field, before it is known who the learner is.
public struct IncomingEvent: Sendable, Equatable {
    public var id: EventID
    public var source: SourceID
    public var learner: ExternalLearnerID
    public var courseRun: CourseRunID?
    public var verb: Verb
    public var activity: ActivityReference?
    public var result: EventResult?
    public var occurredAt: Date
    /// The time as the sender said it, where ``occurredAt`` is that time put right by how wrong the sender's clock is.
    /// It is the same whenever the event is sent again, while the correction is not.
    public var statedAt: Date?
    /// The free part as JSON with sorted keys and no white space; `nil` when there is none.
    public var context: String?

    public init(
        id: EventID, source: SourceID, learner: ExternalLearnerID, courseRun: CourseRunID? = nil, verb: Verb,
        activity: ActivityReference? = nil, result: EventResult? = nil, occurredAt: Date,
        context: String? = nil
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

    /// Refuses an event from the future or from before learning platforms.
    ///
    /// - Parameters:
    ///   - now: The service's time, which becomes the event's `receivedAt`.
    ///   - field: What the sender calls the time.
    public func checkTime(now: Date, field: String = "occurredAt") throws(EventProblem) {
        let latest = now.addingTimeInterval(TrackingLimits.aheadMaxSeconds)
        if occurredAt > latest {
            throw EventProblem(
                field,
                expected: "a time at most 10 minutes ahead of \(RFC3339.string(from: now))",
                got: RFC3339.string(from: occurredAt))
        }
        if occurredAt < TrackingLimits.earliestOccurredAt {
            throw EventProblem(
                field,
                expected: "a time from \(RFC3339.string(from: TrackingLimits.earliestOccurredAt)) on",
                got: RFC3339.string(from: occurredAt))
        }
    }

    /// Whether the event is history when it comes in at `now`, by its age alone.
    public func isHistory(now: Date) -> Bool {
        now.timeIntervalSince(occurredAt) > TrackingLimits.backfillAfterSeconds
    }

    /// The fact that the event becomes.
    public func recorded(as learner: LearnerID, at receivedAt: Date, isBackfill: Bool)
        -> LearningEventRecorded
    {
        LearningEventRecorded(
            source: source, eventID: id, learner: learner, courseRun: courseRun, verb: verb,
            activity: activity,
            result: result, occurredAt: occurredAt, receivedAt: receivedAt,
            isBackfill: isBackfill || isHistory(now: receivedAt))
    }

    /// What makes two events with the same id the same event: each of ``contentFields`` in one fixed form.
    public var content: [String] {
        [
            learner.rawValue, courseRun?.rawValue ?? "", verb.rawValue,
            activity.map { $0.kind.rawValue + " " + $0.id.rawValue } ?? "", result.map(Self.text) ?? "",
            RFC3339.string(from: statedAt ?? occurredAt), context ?? "",
        ]
    }

    /// The names of what ``content`` holds, in its order.
    public static let contentFields = ["learner", "courseRun", "verb", "activity", "result", "occurredAt", "context"]

    private static func text(_ result: EventResult) -> String {
        func part(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "-" }
        return [
            part(result.score), part(result.success), part(result.completion), part(result.durationSeconds),
            part(result.count),
        ].joined(separator: " ")
    }
}

/// One item of a batch: an event, or the reason why it is none.
public struct IncomingItem: Sendable {
    /// The source it counts under: its own where that could be read, the batch's otherwise.
    public let source: SourceID
    /// The sender's id, where one could be read.
    public let id: String?
    public let event: Result<IncomingEvent, EventProblem>
    /// As it came.
    public let raw: RawSlice

    public init(source: SourceID, id: String?, event: Result<IncomingEvent, EventProblem>, raw: RawSlice) {
        self.source = source
        self.id = id
        self.event = event
        self.raw = raw
    }
}

/// A part of a request body, which is copied only when somebody reads it.
public struct RawSlice: Sendable {
    private let bytes: [UInt8]
    private let range: Range<Int>

    public init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.range = range
    }

    /// Bytes of the whole part.
    public var byteCount: Int { range.count }

    /// The text, at most ``TrackingLimits/eventBytesMax`` bytes of it, cut between two characters.
    public var text: String {
        var end = min(range.upperBound, range.lowerBound + TrackingLimits.eventBytesMax)
        // 10xxxxxx continues a character of UTF-8.
        while end < range.upperBound, end > range.lowerBound, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[range.lowerBound..<end], as: UTF8.self)
    }
}

/// A batch as it was sent.
public struct IncomingBatch: Sendable {
    public let isBackfill: Bool
    /// The format that the items came in, where it is not our own; then their raw form is kept.
    public let format: String?
    public let items: [IncomingItem]

    public init(isBackfill: Bool, format: String? = nil, items: [IncomingItem]) {
        self.isBackfill = isBackfill
        self.format = format
        self.items = items
    }
}
