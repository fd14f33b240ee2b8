import Foundation

/// Words of a source that Holdfast gives no meaning to: verbs, kinds of activity and fields that it does not know. A
/// sample of what came in through `RecordEvents` is looked at, never all of it.
public enum GetDrift {
    public struct Request: Codable, Sendable, Equatable {
        public var source: SourceID

        public init(source: SourceID) {
            self.source = source
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// Events looked at, ever.
        public var sampledEvents: Int
        /// Most often seen first, at most 200.
        public var words: [DriftingWord]

        public init(sampledEvents: Int, words: [DriftingWord]) {
            self.sampledEvents = sampledEvents
            self.words = words
        }
    }
}

/// One word that is not known here.
public struct DriftingWord: Codable, Sendable, Equatable {
    public var place: DriftPlace
    public var word: String
    /// Events of the sample that had it.
    public var events: Int
    /// ``events`` of all that were looked at: 0...1.
    public var share: Double
    public var firstSeenAt: Date
    public var lastSeenAt: Date
    /// The id of the event in which it was first seen; empty where none could be read.
    public var example: String
    /// The known word that it most likely stands for, to be mapped to; `nil` when none is near.
    public var suggestion: String?

    public init(
        place: DriftPlace, word: String, events: Int, share: Double, firstSeenAt: Date, lastSeenAt: Date,
        example: String, suggestion: String? = nil
    ) {
        self.place = place
        self.word = word
        self.events = events
        self.share = share
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
        self.example = example
        self.suggestion = suggestion
    }
}

/// Where in an event a word stands.
public enum DriftPlace: String, Choice {
    case verb, activityKind, field
}
