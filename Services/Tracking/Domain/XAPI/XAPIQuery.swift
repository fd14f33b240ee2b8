import Contracts
import Foundation

/// What a GET of the statement resource asks for, its parameters checked (Communication 2.1.3).
struct XAPIQuery: Sendable, Equatable {
    /// Which statements.
    enum Selection: Sendable, Equatable {
        case statement(UUID)
        case voided(UUID)
        /// All that answer to every term, and were stored after `since` and not after `until`; newest first unless
        /// `ascending`.
        case matching(Filter)
    }

    struct Filter: Sendable, Equatable {
        var terms: [XAPITerm] = []
        var since: Date?
        var until: Date?
        var ascending = false
        /// 1...``TrackingLimits/xapiStatementsPerAnswerMax``.
        var limit = TrackingLimits.xapiStatementsPerAnswerMax
        /// Where the page before ended: the `stored` of its last statement.
        var after: Date?
    }

    var selection: Selection
    var format = XAPIFormat.exact
    var hasAttachments = false
    /// As the client wrote them; what a `more` link repeats.
    let parameters: [String: String]

    private static let single: Set<String> = ["attachments", "format"]
    private static let names: Set<String> = single.union([
        "statementId", "voidedStatementId", "agent", "verb", "activity", "registration", "related_activities",
        "related_agents", "since", "until", "limit", "ascending",
    ])

    /// - Throws: What is wrong with the first bad parameter: one that is unknown, contradicts another, or has a value
    ///   that would not do inside a statement either.
    init(_ parameters: [String: String], version: XAPIVersion) throws(EventProblem) {
        if let name = parameters.keys.sorted().first(where: { !Self.names.contains($0) }) {
            throw EventProblem(
                JSONTape.clipped(name), expected: "one of " + Self.names.sorted().joined(separator: ", "),
                got: "another parameter")
        }
        self.parameters = parameters
        let reader = XAPIParameters(values: parameters, version: version)
        if let text = parameters["format"] {
            guard let format = XAPIFormat(rawValue: text) else {
                throw reader.refusal("format", "ids, exact or canonical")
            }
            self.format = format
        }
        hasAttachments = try reader.flag("attachments") ?? false
        selection = .matching(Filter())
        selection = try Self.selection(reader)
    }

    private static func selection(_ reader: XAPIParameters) throws(EventProblem) -> Selection {
        for name in ["statementId", "voidedStatementId"] {
            guard let id = try reader.uuid(name) else { continue }
            if let other = reader.values.keys.sorted().first(where: { $0 != name && !single.contains($0) }) {
                throw EventProblem(
                    other, expected: "nothing beside \(name) but attachments and format", got: "a value")
            }
            return name == "statementId" ? .statement(id) : .voided(id)
        }
        var filter = Filter()
        filter.terms = try terms(reader)
        filter.since = try reader.instant("since")
        filter.until = try reader.instant("until")
        filter.ascending = try reader.flag("ascending") ?? false
        if let limit = try reader.count("limit"), limit > 0 {
            filter.limit = min(limit, TrackingLimits.xapiStatementsPerAnswerMax)
        }
        return .matching(filter)
    }

    private static func terms(_ reader: XAPIParameters) throws(EventProblem) -> [XAPITerm] {
        var terms: [XAPITerm] = []
        let isBroadAgent = try reader.flag("related_agents") ?? false
        let isBroadActivity = try reader.flag("related_activities") ?? false
        if let agent = try reader.actor("agent") {
            terms.append(XAPITerm(isBroadAgent ? .relatedAgent : .agent, agent))
        }
        if let verb = try reader.iri("verb") { terms.append(XAPITerm(.verb, verb)) }
        if let activity = try reader.iri("activity") {
            terms.append(XAPITerm(isBroadActivity ? .relatedActivity : .activity, activity))
        }
        if let registration = try reader.uuid("registration") { terms.append(.registration(registration)) }
        return terms
    }
}

/// Parameters of a query, checked as the same values are inside statements.
struct XAPIParameters {
    let values: [String: String]
    let version: XAPIVersion

    func refusal(_ name: String, _ expected: String) -> EventProblem {
        EventProblem(
            name, expected: expected, got: values[name].map { "\"\(JSONTape.clipped($0))\"" } ?? "nothing")
    }

    func flag(_ name: String) throws(EventProblem) -> Bool? {
        guard let text = values[name] else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default: throw refusal(name, "true or false")
        }
    }

    func uuid(_ name: String) throws(EventProblem) -> UUID? {
        guard let text = values[name] else { return nil }
        guard let id = XAPIFormats.uuid(text) else { throw refusal(name, "a UUID of 36 characters") }
        return id
    }

    func iri(_ name: String) throws(EventProblem) -> String? {
        guard let text = values[name] else { return nil }
        guard XAPIFormats.isIRI(text) else { throw refusal(name, "an IRI with a scheme") }
        return text
    }

    func instant(_ name: String) throws(EventProblem) -> Date? {
        guard let text = values[name] else { return nil }
        guard let date = XAPITime.instant(text, zoneIsOptional: version == .v1) else {
            throw refusal(name, "a time like 2026-11-23T10:15:30.123Z")
        }
        return date
    }

    func count(_ name: String) throws(EventProblem) -> Int? {
        guard let text = values[name] else { return nil }
        guard text.utf8.allSatisfy(XAPIFormats.isDigit), let count = Int(text) else {
            throw refusal(name, "a whole number from 0 on")
        }
        return count
    }

    /// The identifier of an Agent or identified Group given as JSON.
    func actor(_ name: String) throws(EventProblem) -> String? {
        guard let (view, node) = try actorView(name) else { return nil }
        guard let identifier = view.identifier(of: node) else {
            throw EventProblem(name, expected: "an Agent or a Group with an identifier", got: "a Group without")
        }
        return identifier
    }

    /// An Agent or Group given as JSON.
    func actorView(_ name: String) throws(EventProblem) -> (view: XAPIView, node: Int)? {
        guard let text = values[name] else { return nil }
        let tape: JSONTape
        do {
            tape = try JSONTape(Data(text.utf8), depthMax: TrackingLimits.xapiDepthMax)
        } catch {
            throw EventProblem(name, expected: "an Agent as JSON", got: "text that is not JSON: \(error)")
        }
        try XAPIReader(tape: tape, version: version).actor(JSONTape.root, .root(name))
        return (XAPIView(tape: tape), JSONTape.root)
    }
}
