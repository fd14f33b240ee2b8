import Foundation

/// What a platform sent, of one event that came in its own format.
public enum GetRawEvent {
    public struct Request: Codable, Sendable, Equatable {
        public var source: SourceID
        public var eventID: EventID

        public init(source: SourceID, eventID: EventID) {
            self.source = source
            self.eventID = eventID
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var source: SourceID
        public var eventID: EventID
        /// The mapping that read it.
        public var format: String
        /// As it came, at most 64 KiB.
        public var raw: String
        public var receivedAt: Date

        public init(source: SourceID, eventID: EventID, format: String, raw: String, receivedAt: Date) {
            self.source = source
            self.eventID = eventID
            self.format = format
            self.raw = raw
            self.receivedAt = receivedAt
        }
    }
}
