import Contracts
import Foundation

/// Which document a request to a document resource means (Communication 2.2, 2.3, 2.6 and 2.7).
struct XAPIDocumentKey: Sendable, Equatable {
    /// What the document must or may be named for.
    enum Naming: Sendable {
        /// PUT, POST, and DELETE of a profile.
        case required
        /// GET and DELETE: without a name, all of them.
        case optional
    }

    let kind: XAPIDocumentKind
    /// What it is about, in one text: activity, agent, or both.
    let subject: String
    let registration: UUID?
    /// Nil for all documents about the subject.
    let id: String?
    /// Of all documents those stored after this.
    let since: Date?

    /// - Throws: What is wrong with the first bad parameter.
    init(
        _ kind: XAPIDocumentKind, _ parameters: [String: String], version: XAPIVersion, naming: Naming,
        allowsSince: Bool = false
    ) throws(EventProblem) {
        self.kind = kind
        let reader = XAPIParameters(values: parameters, version: version)
        let name = kind == .state ? "stateId" : "profileId"
        let subjects = Self.subjects(of: kind)
        let allowed = subjects + [name] + (kind == .state ? ["registration"] : []) + (allowsSince ? ["since"] : [])
        if let other = parameters.keys.sorted().first(where: { !allowed.contains($0) }) {
            throw EventProblem(
                JSONTape.clipped(other), expected: "one of " + allowed.joined(separator: ", "),
                got: "another parameter")
        }
        var parts: [String] = []
        if subjects.contains("activityId") {
            guard let activity = try reader.iri("activityId") else {
                throw reader.refusal("activityId", "the activity's IRI")
            }
            parts.append(activity)
        }
        if subjects.contains("agent") {
            guard let agent = try reader.actor("agent") else { throw reader.refusal("agent", "an Agent as JSON") }
            parts.append(agent)
        }
        subject = parts.joined(separator: "\n")
        registration = try reader.uuid("registration")
        since = try reader.instant("since")
        id = parameters[name]
        if id == nil, naming == .required { throw reader.refusal(name, "the document's id") }
        if let id, id.isEmpty || id.utf8.contains(0) || id.utf8.count > TrackingLimits.xapiDocumentIDBytesMax {
            throw reader.refusal(
                name, "a text of 1 to \(Words.count(TrackingLimits.xapiDocumentIDBytesMax)) bytes without NUL")
        }
        if id != nil, since != nil {
            throw EventProblem("since", expected: "nothing beside \(name)", got: "a value")
        }
    }

    private static func subjects(of kind: XAPIDocumentKind) -> [String] {
        switch kind {
        case .state: ["activityId", "agent"]
        case .activityProfile: ["activityId"]
        case .agentProfile: ["agent"]
        }
    }
}

/// The conditions of a request that changes a document (Communication 3.1).
struct XAPIPrecondition: Sendable {
    let ifMatch: String?
    let ifNoneMatch: String?
    /// Whether what is there may not be replaced without a condition.
    let isRequired: Bool

    /// - Parameter tag: Of the document that is there; nil for none.
    /// - Throws: ``TrackingError/conditionFailed(_:)`` or ``TrackingError/conditionMissing``.
    func check(_ tag: String?) throws(TrackingError) {
        if let ifMatch {
            guard let tag, Self.names(ifMatch, tag) else {
                throw .conditionFailed("if-match: expected the ETag of the document that is there, got another")
            }
        }
        if let ifNoneMatch, let tag, Self.names(ifNoneMatch, tag) {
            throw .conditionFailed("if-none-match: expected a document that is not there, got one that is")
        }
        if isRequired, ifMatch == nil, ifNoneMatch == nil, tag != nil { throw .conditionMissing }
    }

    private static func names(_ header: String, _ tag: String) -> Bool {
        header.split(separator: ",").contains { part in
            let given = part.trimmingCharacters(in: .whitespaces)
            return given == "*" || given.trimmingCharacters(in: ["\""]) == tag
        }
    }
}

/// Merging of JSON documents (Communication 2.2): properties of the newer object replace those of the older.
enum XAPIDocumentMerge {
    static func isJSON(_ contentType: String) -> Bool {
        contentType.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased() == "application/json"
    }

    /// - Throws: Which of the two is no JSON object.
    static func merged(_ older: Data, _ newer: Data) throws(EventProblem) -> Data {
        var order: [String] = []
        var values: [String: String] = [:]
        for (content, place) in [(older, "the document that is there"), (newer, "body")] {
            let tape = try object(content, place)
            for (name, value) in tape.members(JSONTape.root) {
                let text = String(decoding: tape.bytes[tape.range(value)], as: UTF8.self)
                if values.updateValue(text, forKey: name) == nil { order.append(name) }
            }
        }
        var text = "{"
        for (index, name) in order.enumerated() {
            if index > 0 { text += "," }
            JSONTape.writeQuoted(name, to: &text)
            text += ":" + (values[name] ?? "null")
        }
        return Data((text + "}").utf8)
    }

    private static func object(_ content: Data, _ place: String) throws(EventProblem) -> JSONTape {
        let tape: JSONTape
        do {
            tape = try JSONTape(content, depthMax: TrackingLimits.xapiDepthMax)
        } catch {
            throw EventProblem(place, expected: "a JSON object", got: "\(error)")
        }
        guard tape.kind(JSONTape.root) == .object else {
            throw EventProblem(place, expected: "a JSON object", got: tape.words(JSONTape.root))
        }
        return tape
    }
}
