import Foundation

/// The document resources of xAPI: what an activity provider keeps about a learner, an activity or an agent.
public enum XAPIDocumentKind: String, Choice {
    case state, activityProfile, agentProfile

    /// The resource's address.
    public var path: String {
        switch self {
        case .state: "/xapi/activities/state"
        case .activityProfile: "/xapi/activities/profile"
        case .agentProfile: "/xapi/agents/profile"
        }
    }
}

/// Stores a document, or merges a JSON object into one (PUT and POST).
///
/// Fails with `already_exists` when an edition asks for a condition and none was given, and with
/// `failed_precondition` when the condition does not hold.
public enum SetDocument {
    public struct Request: Codable, Sendable {
        public var kind: XAPIDocumentKind
        public var version: XAPIVersion
        /// As the client wrote them; each name once.
        public var parameters: [String: String]
        /// Whether the content is merged into what is there.
        public var isMerge: Bool
        public var contentType: String
        public var content: Data
        public var ifMatch: String?
        public var ifNoneMatch: String?

        public init(
            kind: XAPIDocumentKind, version: XAPIVersion, parameters: [String: String], isMerge: Bool,
            contentType: String, content: Data, ifMatch: String? = nil, ifNoneMatch: String? = nil
        ) {
            self.kind = kind
            self.version = version
            self.parameters = parameters
            self.isMerge = isMerge
            self.contentType = contentType
            self.content = content
            self.ifMatch = ifMatch
            self.ifNoneMatch = ifNoneMatch
        }
    }
}

/// A document, or the ids of documents where none is named.
public enum GetDocument {
    public struct Request: Codable, Sendable {
        public var kind: XAPIDocumentKind
        public var version: XAPIVersion
        /// As the client wrote them; each name once.
        public var parameters: [String: String]

        public init(kind: XAPIDocumentKind, version: XAPIVersion, parameters: [String: String]) {
            self.kind = kind
            self.version = version
            self.parameters = parameters
        }
    }

    public struct Document: Codable, Sendable, Equatable {
        public var contentType: String
        public var content: Data
        /// SHA-1 of the content in hexadecimal digits, as the specification has it.
        public var tag: String
        public var storedAt: Date

        public init(contentType: String, content: Data, tag: String, storedAt: Date) {
            self.contentType = contentType
            self.content = content
            self.tag = tag
            self.storedAt = storedAt
        }
    }

    public struct Response: Codable, Sendable {
        /// The one that was named.
        public var document: Document?
        /// Those that are there, sorted, where none was named.
        public var ids: [String]?

        public init(document: Document? = nil, ids: [String]? = nil) {
            self.document = document
            self.ids = ids
        }
    }
}

/// Deletes a document, or all states of an agent in an activity where none is named.
public enum DeleteDocuments {
    public struct Request: Codable, Sendable {
        public var kind: XAPIDocumentKind
        public var version: XAPIVersion
        /// As the client wrote them; each name once.
        public var parameters: [String: String]
        public var ifMatch: String?
        public var ifNoneMatch: String?

        public init(
            kind: XAPIDocumentKind, version: XAPIVersion, parameters: [String: String], ifMatch: String? = nil,
            ifNoneMatch: String? = nil
        ) {
            self.kind = kind
            self.version = version
            self.parameters = parameters
            self.ifMatch = ifMatch
            self.ifNoneMatch = ifNoneMatch
        }
    }
}
