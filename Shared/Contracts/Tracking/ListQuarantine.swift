import Foundation

/// Events that could not be taken in, or that conflict with an earlier one, newest first.
public enum ListQuarantine {
    public struct Request: Codable, Sendable, Equatable {
        /// Absent for all.
        public var filter: QuarantineFilter?
        public var page: PageRequest

        public init(filter: QuarantineFilter? = nil, page: PageRequest = PageRequest()) {
            self.filter = filter
            self.page = page
        }
    }

    public struct Response: Codable, Sendable {
        public var events: [QuarantinedEvent]
        public var nextPageToken: String

        public init(events: [QuarantinedEvent], nextPageToken: String) {
            self.events = events
            self.nextPageToken = nextPageToken
        }
    }
}

/// Which quarantined events are meant. What is absent does not restrict.
public struct QuarantineFilter: Codable, Sendable, Equatable {
    public var source: SourceID?
    /// `conflict` or `quarantined`.
    public var status: IngestStatus?
    public var state: QuarantineState?
    /// The field that the reason names, e.g. `occurredAt` or `result.score`.
    public var field: String?
    public var problem: QuarantineProblem?
    /// Received at or after this.
    public var since: Date?
    /// Received before this.
    public var until: Date?

    public init(
        source: SourceID? = nil, status: IngestStatus? = nil, state: QuarantineState? = nil, field: String? = nil,
        problem: QuarantineProblem? = nil, since: Date? = nil, until: Date? = nil
    ) {
        self.source = source
        self.status = status
        self.state = state
        self.field = field
        self.problem = problem
        self.since = since
        self.until = until
    }
}

/// What became of a quarantined event.
public enum QuarantineState: String, Choice {
    /// Nobody dealt with it yet.
    case waiting
    /// It went in again; ``QuarantinedEvent/outcome`` says with what receipt.
    case replayed
    /// Somebody decided that it is of no use.
    case discarded
}

/// What sort of thing is wrong with a field.
public enum QuarantineProblem: String, Choice {
    /// A field that must be there is not.
    case missing
    /// It is of a wrong type, or has a value that cannot be.
    case invalid
    /// More than may be: bytes, or levels.
    case tooLarge
    /// The field stands there several times.
    case repeated
    /// The time of the event lies further ahead of our clock than a clock may be wrong.
    case ahead
    /// The time of the event lies before there were learning platforms.
    case tooOld
    /// Another event has its id.
    case conflict
}

public struct QuarantinedEvent: Codable, Sendable, Equatable {
    public var id: Int64
    public var source: SourceID
    public var eventID: String?
    public var status: IngestStatus
    public var reason: String
    /// The field that ``reason`` names.
    public var field: String
    public var problem: QuarantineProblem
    public var state: QuarantineState
    /// As it came, at most 64 KiB. It never changes.
    public var raw: String
    /// The format of ``raw``, where a mapping reads it; `nil` for our own, and for what can only be replaced whole.
    public var format: String?
    /// What somebody corrected it to; a replay takes this.
    public var corrected: String?
    /// The format of ``corrected``; `nil` for our own.
    public var correctedFormat: String?
    /// The receipt of the last replay.
    public var outcome: IngestStatus?
    /// When it first came.
    public var receivedAt: Date
    /// When somebody last dealt with it.
    public var changedAt: Date?

    public init(
        id: Int64, source: SourceID, eventID: String? = nil, status: IngestStatus, reason: String, field: String,
        problem: QuarantineProblem, state: QuarantineState = .waiting, raw: String, format: String? = nil,
        corrected: String? = nil, correctedFormat: String? = nil, outcome: IngestStatus? = nil, receivedAt: Date,
        changedAt: Date? = nil
    ) {
        self.id = id
        self.source = source
        self.eventID = eventID
        self.status = status
        self.reason = reason
        self.field = field
        self.problem = problem
        self.state = state
        self.raw = raw
        self.format = format
        self.corrected = corrected
        self.correctedFormat = correctedFormat
        self.outcome = outcome
        self.receivedAt = receivedAt
        self.changedAt = changedAt
    }
}
