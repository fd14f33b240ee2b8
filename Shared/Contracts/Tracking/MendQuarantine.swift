import Foundation

/// How many events are in quarantine, by source and by what is wrong with them; most first.
public enum SummarizeQuarantine {
    public static let groupsMax = 500

    public struct Request: Codable, Sendable, Equatable {
        public var filter: QuarantineFilter?

        public init(filter: QuarantineFilter? = nil) {
            self.filter = filter
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// At most ``groupsMax``.
        public var groups: [QuarantineGroup]

        public init(groups: [QuarantineGroup]) {
            self.groups = groups
        }
    }
}

/// Events of one source with the same thing wrong.
public struct QuarantineGroup: Codable, Sendable, Equatable {
    public var source: SourceID
    public var status: IngestStatus
    public var state: QuarantineState
    public var field: String
    public var problem: QuarantineProblem
    public var events: Int
    public var oldestAt: Date
    public var newestAt: Date
    /// The newest of them.
    public var exampleID: Int64
    public var exampleReason: String

    public init(
        source: SourceID, status: IngestStatus, state: QuarantineState, field: String, problem: QuarantineProblem,
        events: Int, oldestAt: Date, newestAt: Date, exampleID: Int64, exampleReason: String
    ) {
        self.source = source
        self.status = status
        self.state = state
        self.field = field
        self.problem = problem
        self.events = events
        self.oldestAt = oldestAt
        self.newestAt = newestAt
        self.exampleID = exampleID
        self.exampleReason = exampleReason
    }
}

/// One quarantined event, beside the event that holds its id, with all that was done about it.
public enum GetQuarantinedEvent {
    public struct Request: Codable, Sendable, Equatable {
        public var id: Int64

        public init(id: Int64) {
            self.id = id
        }
    }

    public struct Response: Codable, Sendable {
        public var event: QuarantinedEvent
        /// For a conflict: the event that was taken in under the same source and id; `nil` when it is under another
        /// learner, which ``differences`` then says.
        public var stored: TimelineEvent?
        /// The free part of the stored event.
        public var storedContext: JSONValue?
        /// For a conflict: the fields in which the two differ.
        public var differences: [FieldDifference]
        /// Oldest first.
        public var audit: [AuditEntry]

        public init(
            event: QuarantinedEvent, stored: TimelineEvent? = nil, storedContext: JSONValue? = nil,
            differences: [FieldDifference] = [], audit: [AuditEntry] = []
        ) {
            self.event = event
            self.stored = stored
            self.storedContext = storedContext
            self.differences = differences
            self.audit = audit
        }
    }
}

/// One field of two events with the same id.
public struct FieldDifference: Codable, Sendable, Equatable {
    public var field: String
    /// As the quarantined event has it; empty for nothing.
    public var sent: String
    /// As the stored event has it; `nil` where only a hash of it is kept.
    public var stored: String?

    public init(field: String, sent: String, stored: String? = nil) {
        self.field = field
        self.sent = sent
        self.stored = stored
    }
}

/// One step that somebody took, kept for good.
public struct AuditEntry: Codable, Sendable, Equatable {
    /// Characters of a note that somebody gives with a change.
    public static let noteLengthMax = 500

    public var at: Date
    /// The id of the key with which it was asked.
    public var actor: String
    /// E.g. `corrected`, `replayed`, `discarded`, `merged`.
    public var action: String
    /// What is worth knowing of it, in words.
    public var note: String

    public init(at: Date, actor: String, action: String, note: String) {
        self.at = at
        self.actor = actor
        self.action = action
        self.note = note
    }
}

/// Which quarantined events a change is for: named ones, or a page of those that a filter lets through.
public struct QuarantineSelection: Codable, Sendable, Equatable {
    /// 1...500. With ids, filter and page are not asked.
    public var ids: [Int64]?
    /// Of these only such as wait, unless the filter names a state.
    public var filter: QuarantineFilter?
    public var page: PageRequest?

    public init(ids: [Int64]? = nil, filter: QuarantineFilter? = nil, page: PageRequest? = nil) {
        self.ids = ids
        self.filter = filter
        self.page = page
    }
}

/// Corrects quarantined events: with a whole event in place of one, or with a JSON merge patch (RFC 7396) over each of
/// many. What cannot be read after the correction either is left as it was.
public enum CorrectQuarantine {
    public struct Request: Codable, Sendable, Equatable {
        public var selection: QuarantineSelection
        /// In place of the one event selected.
        public var event: JSONValue?
        /// Over each event selected.
        public var patch: JSONValue?
        /// The id of the key that asks.
        public var actor: String

        public init(
            selection: QuarantineSelection, event: JSONValue? = nil, patch: JSONValue? = nil, actor: String
        ) {
            self.selection = selection
            self.event = event
            self.patch = patch
            self.actor = actor
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var results: [Result]
        public var nextPageToken: String

        public init(results: [Result], nextPageToken: String) {
            self.results = results
            self.nextPageToken = nextPageToken
        }
    }

    public struct Result: Codable, Sendable, Equatable {
        public var id: Int64
        public var isCorrected: Bool
        /// What is still wrong, where it is.
        public var reason: String?

        public init(id: Int64, isCorrected: Bool, reason: String? = nil) {
            self.id = id
            self.isCorrected = isCorrected
            self.reason = reason
        }
    }
}

/// Sends quarantined events the ordinary way in, corrected where they were. Twice is once: the second finds a
/// duplicate.
public enum ReplayQuarantine {
    public struct Request: Codable, Sendable, Equatable {
        public var selection: QuarantineSelection
        public var actor: String

        public init(selection: QuarantineSelection, actor: String) {
            self.selection = selection
            self.actor = actor
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var results: [Result]
        public var nextPageToken: String

        public init(results: [Result], nextPageToken: String) {
            self.results = results
            self.nextPageToken = nextPageToken
        }
    }

    public struct Result: Codable, Sendable, Equatable {
        public var id: Int64
        /// When the event first came; the log says when it went in.
        public var receivedAt: Date
        public var receipt: IngestReceipt

        public init(id: Int64, receivedAt: Date, receipt: IngestReceipt) {
            self.id = id
            self.receivedAt = receivedAt
            self.receipt = receipt
        }
    }
}

/// Decides that quarantined events are of no use. They stay to be looked at, and can still be replayed by id.
public enum DiscardQuarantine {
    public struct Request: Codable, Sendable, Equatable {
        public var selection: QuarantineSelection
        /// Why: 1...``AuditEntry/noteLengthMax`` characters.
        public var note: String
        public var actor: String

        public init(selection: QuarantineSelection, note: String, actor: String) {
            self.selection = selection
            self.note = note
            self.actor = actor
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var ids: [Int64]
        public var nextPageToken: String

        public init(ids: [Int64], nextPageToken: String) {
            self.ids = ids
            self.nextPageToken = nextPageToken
        }
    }
}
