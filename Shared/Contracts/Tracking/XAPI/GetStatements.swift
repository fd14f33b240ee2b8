import Foundation

/// Finds xAPI statements, by the parameters of the specification's GET.
public enum GetStatements {
    /// The resource's address; `more` links begin with it.
    public static let path = "/xapi/statements"

    public struct Request: Codable, Sendable {
        public var version: XAPIVersion
        /// As the client wrote them; each name once. Empty with ``more``.
        public var parameters: [String: String]
        /// The rest of a `more` link behind ``path`` and `/more/`.
        public var more: String?
        /// `Accept-Language`, for the canonical format.
        public var languages: String?

        public init(
            version: XAPIVersion, parameters: [String: String], more: String? = nil, languages: String? = nil
        ) {
            self.version = version
            self.parameters = parameters
            self.more = more
            self.languages = languages
        }
    }

    public struct Response: Codable, Sendable {
        /// A statement, or a StatementResult: JSON, ready to be sent.
        public var body: String
        /// The files behind the statements; nil unless they were asked for.
        public var attachments: [RecordStatements.Attachment]?
        /// Everything stored up to here was looked at.
        public var consistentThrough: Date
        /// When a single statement was stored.
        public var storedAt: Date?

        public init(
            body: String, attachments: [RecordStatements.Attachment]? = nil, consistentThrough: Date,
            storedAt: Date? = nil
        ) {
            self.body = body
            self.attachments = attachments
            self.consistentThrough = consistentThrough
            self.storedAt = storedAt
        }
    }
}

/// Until when reads of statements hold everything, for an answer that has no statements to show.
public enum GetConsistentThrough {
    public struct Response: Codable, Sendable, Equatable {
        public var consistentThrough: Date

        public init(consistentThrough: Date) { self.consistentThrough = consistentThrough }
    }
}

/// The activity with its whole definition, as all statements together describe it.
public enum GetActivity {
    public struct Request: Codable, Sendable {
        public var version: XAPIVersion
        /// As the client wrote them; each name once.
        public var parameters: [String: String]

        public init(version: XAPIVersion, parameters: [String: String]) {
            self.version = version
            self.parameters = parameters
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// The Activity as JSON.
        public var body: String

        public init(body: String) { self.body = body }
    }
}

/// The Person that an Agent is one persona of.
public enum GetPerson {
    public struct Request: Codable, Sendable {
        public var version: XAPIVersion
        /// As the client wrote them; each name once.
        public var parameters: [String: String]

        public init(version: XAPIVersion, parameters: [String: String]) {
            self.version = version
            self.parameters = parameters
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// The Person as JSON.
        public var body: String

        public init(body: String) { self.body = body }
    }
}
