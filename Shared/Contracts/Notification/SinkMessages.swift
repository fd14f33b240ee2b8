import Foundation

/// Mails that the `sink` provider wrote instead of sending, newest first.
public enum ListSinkMessages {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID?
        public var page: PageRequest

        public init(learner: LearnerID? = nil, page: PageRequest = PageRequest()) {
            self.learner = learner
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var messages: [SinkMessage]
        public var nextPageToken: String

        public init(messages: [SinkMessage], nextPageToken: String) {
            self.messages = messages
            self.nextPageToken = nextPageToken
        }
    }
}

public struct SinkMessage: Codable, Sendable, Equatable {
    public var delivery: DeliveryID
    public var learner: LearnerID
    public var subject: String
    public var sentAt: Date
    /// Bytes of the .eml file.
    public var size: Int

    public init(delivery: DeliveryID, learner: LearnerID, subject: String, sentAt: Date, size: Int) {
        self.delivery = delivery
        self.learner = learner
        self.subject = subject
        self.sentAt = sentAt
        self.size = size
    }
}

public enum GetSinkMessage {
    public struct Request: Codable, Sendable, Equatable {
        public var delivery: DeliveryID

        public init(delivery: DeliveryID) {
            self.delivery = delivery
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var message: SinkMessage
        /// The whole mail, RFC 5322, as text.
        public var eml: String
        /// Its plain-text part, decoded.
        public var text: String
        /// Its HTML part, decoded.
        public var html: String

        public init(message: SinkMessage, eml: String, text: String, html: String) {
            self.message = message
            self.eml = eml
            self.text = text
            self.html = html
        }
    }
}
