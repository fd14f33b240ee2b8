import Contracts
import Foundation

/// Where in a statement a value stands: `context.contextActivities.parent[0].id`. The words are put together only when
/// somebody reads them, which is when something is wrong.
indirect enum XAPIPlace: CustomStringConvertible {
    case root(String)
    case member(XAPIPlace, String)
    case element(XAPIPlace, Int)

    func at(_ name: String) -> XAPIPlace { .member(self, name) }
    func at(_ index: Int) -> XAPIPlace { .element(self, index) }

    var description: String {
        switch self {
        case .root(let name): name
        case .member(.root(""), let name): name
        case .member(let outer, let name): "\(outer).\(name)"
        case .element(let outer, let index): "\(outer)[\(index)]"
        }
    }
}

/// The shapes that the rules of xAPI are made of, each refusal naming its place.
///
/// `null` is no value anywhere but inside extensions: whatever a place expects, null is something else.
struct XAPIReader {
    typealias Members = [String: Int]

    let tape: JSONTape
    let version: XAPIVersion

    func refusal(_ place: XAPIPlace, expected: String, got node: Int?) -> EventProblem {
        EventProblem(place.description, expected: expected, got: node.map(tape.words) ?? "nothing")
    }

    /// The members of an object, none of them outside `allowed` and none twice.
    func object(_ node: Int, _ place: XAPIPlace, _ allowed: Set<String>) throws(EventProblem) -> Members {
        let members = try openObject(node, place)
        for name in members.keys where !allowed.contains(name) {
            throw EventProblem(
                place.at(JSONTape.clipped(name)).description,
                expected: "no property but " + allowed.sorted().joined(separator: ", "), got: "another one")
        }
        return members
    }

    /// The members of an object with whatever names, none twice.
    func openObject(_ node: Int, _ place: XAPIPlace) throws(EventProblem) -> Members {
        guard tape.kind(node) == .object else { throw refusal(place, expected: "an object", got: node) }
        var members: Members = [:]
        for (name, value) in tape.members(node) {
            guard members.updateValue(value, forKey: name) == nil else {
                throw EventProblem(
                    place.at(JSONTape.clipped(name)).description, expected: "one value", got: "several")
            }
        }
        return members
    }

    /// The member that must be there.
    func required(_ members: Members, _ name: String, _ place: XAPIPlace, _ expected: String)
        throws(EventProblem) -> Int
    {
        guard let node = members[name] else {
            throw EventProblem(place.at(name).description, expected: expected, got: "nothing")
        }
        return node
    }

    func array(_ node: Int, _ place: XAPIPlace, of what: String) throws(EventProblem) -> [Int] {
        guard tape.kind(node) == .array else {
            throw refusal(place, expected: "an array of \(what)", got: node)
        }
        return Array(tape.elements(node))
    }

    @discardableResult
    func text(_ node: Int, _ place: XAPIPlace, _ expected: String = "a text") throws(EventProblem) -> String {
        guard tape.kind(node) == .string else { throw refusal(place, expected: expected, got: node) }
        return tape.text(node)
    }

    /// A text that passes a test.
    @discardableResult
    func text(
        _ node: Int, _ place: XAPIPlace, _ expected: String, where passes: (String) -> Bool
    ) throws(EventProblem) -> String {
        let text = try text(node, place, expected)
        guard passes(text) else { throw refusal(place, expected: expected, got: node) }
        return text
    }

    @discardableResult
    func iri(_ node: Int, _ place: XAPIPlace) throws(EventProblem) -> String {
        try text(node, place, "an IRI with a scheme", where: XAPIFormats.isIRI)
    }

    @discardableResult
    func uuid(_ node: Int, _ place: XAPIPlace) throws(EventProblem) -> String {
        try text(node, place, "a UUID of 36 characters") { XAPIFormats.uuid($0) != nil }
    }

    func flag(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        guard [.true, .false].contains(tape.kind(node)) else {
            throw refusal(place, expected: "true or false", got: node)
        }
    }

    func number(_ node: Int, _ place: XAPIPlace) throws(EventProblem) -> Double {
        guard tape.kind(node) == .number, tape.number(node).isFinite else {
            throw refusal(place, expected: "a number", got: node)
        }
        return tape.number(node)
    }

    /// A moment. Version 2.0 asks for RFC 3339, which always has a zone.
    @discardableResult
    func instant(_ node: Int, _ place: XAPIPlace) throws(EventProblem) -> Date {
        let expected = "a time like 2026-11-23T10:15:30.123Z, in a known zone"
        let text = try text(node, place, expected)
        guard let date = XAPITime.instant(text, zoneIsOptional: version == .v1) else {
            throw refusal(place, expected: expected, got: node)
        }
        return date
    }

    func languageTag(_ text: String, _ place: XAPIPlace) throws(EventProblem) {
        guard LanguageTag.isWellFormed(text) else {
            throw EventProblem(
                place.description, expected: "a language tag of RFC 5646", got: "\"\(JSONTape.clipped(text))\"")
        }
    }

    /// Texts by language.
    func languageMap(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        for (tag, value) in try openObject(node, place) {
            try languageTag(tag, place.at(JSONTape.clipped(tag)))
            try text(value, place.at(tag))
        }
    }

    /// Anything by IRI, null included.
    func extensions(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        for (key, _) in try openObject(node, place) where !XAPIFormats.isIRI(key) {
            throw EventProblem(
                place.description, expected: "IRIs as keys", got: "\"\(JSONTape.clipped(key))\"")
        }
    }
}
