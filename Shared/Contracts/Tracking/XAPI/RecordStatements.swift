import Foundation

/// Takes in xAPI statements, all of one request or none.
public enum RecordStatements {
    /// The file behind an attachment of a statement.
    public struct Attachment: Codable, Sendable, Equatable {
        /// As its part of the request names it, in lower case.
        public var sha2: String
        public var contentType: String
        public var content: Data

        public init(sha2: String, contentType: String, content: Data) {
            self.sha2 = sha2
            self.contentType = contentType
            self.content = content
        }
    }

    public struct Request: Codable, Sendable {
        public var version: XAPIVersion
        /// The Agent, as JSON, who vouches for the statements: the holder of the credentials.
        public var authority: String
        /// The id that a PUT names; nil for a POST.
        public var statementID: String?
        /// One statement or an array of them, as the client wrote it.
        public var statements: String
        /// Nil when the request had no parts: then every attachment must have a `fileUrl`.
        public var attachments: [Attachment]?

        public init(
            version: XAPIVersion, authority: String, statementID: String? = nil, statements: String,
            attachments: [Attachment]? = nil
        ) {
            self.version = version
            self.authority = authority
            self.statementID = statementID
            self.statements = statements
            self.attachments = attachments
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// Ids of the statements in the order sent, also of those that were there already.
        public var ids: [String]

        public init(ids: [String]) { self.ids = ids }
    }
}
