import Foundation

/// A learner wants no more of these messages. The token in the mail says who; no sign-in.
public enum Unsubscribe {
    public struct Request: Codable, Sendable, Equatable {
        /// Opaque and unguessable, from the mail.
        public var token: String

        public init(token: String) {
            self.token = token
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// Whether the learner is unsubscribed now.
        public var isUnsubscribed: Bool

        public init(isUnsubscribed: Bool) {
            self.isUnsubscribed = isUnsubscribed
        }
    }
}
