import Foundation

/// Events that could not be taken in, or that conflict with an earlier one, newest first.
public enum ListQuarantine {
    public struct Request: Codable, Sendable, Equatable {
        public var page: PageRequest

        public init(page: PageRequest = PageRequest()) {
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

public struct QuarantinedEvent: Codable, Sendable, Equatable {
    public var id: Int64
    public var source: SourceID
    public var eventID: String?
    public var status: IngestStatus
    public var reason: String
    /// As it came, at most 64 KiB.
    public var raw: String
    public var receivedAt: Date

    public init(
        id: Int64, source: SourceID, eventID: String? = nil, status: IngestStatus, reason: String,
        raw: String, receivedAt: Date
    ) {
        self.id = id
        self.source = source
        self.eventID = eventID
        self.status = status
        self.reason = reason
        self.raw = raw
        self.receivedAt = receivedAt
    }
}
