import Contracts
import Foundation

/// Reads the members of one JSON object, so that each refusal names its field.
///
/// Members that nobody asks for are passed over; `null` is the same as leaving a member out.
struct ObjectReader {
    private let tape: JSONTape
    private let members: [String: Int]
    private let prefix: String

    /// - Parameter field: Where the object stands, for sentences; empty for the outermost one.
    /// - Throws: ``EventProblem`` when the value is no object, or has a member twice.
    init(_ tape: JSONTape, _ node: Int, field: String) throws(EventProblem) {
        guard tape.kind(node) == .object else {
            throw EventProblem(field.isEmpty ? "body" : field, expected: "an object", got: tape.words(node))
        }
        var members: [String: Int] = [:]
        for (name, value) in tape.members(node) where tape.kind(value) != .null {
            guard members.updateValue(value, forKey: name) == nil else {
                throw EventProblem(JSONTape.clipped(name), expected: "one value", got: "several")
            }
        }
        self.tape = tape
        self.members = members
        prefix = field.isEmpty ? "" : field + "."
    }

    func name<Name: CheckedName>(_ type: Name.Type, _ member: String) throws(EventProblem) -> Name? {
        guard let node = members[member] else { return nil }
        guard tape.kind(node) == .string else {
            throw EventProblem(prefix + member, expected: Words.expected(type), got: tape.words(node))
        }
        return try Words.name(type, tape.text(node), field: prefix + member)
    }

    func required<Name: CheckedName>(_ type: Name.Type, _ member: String) throws(EventProblem) -> Name {
        guard let name = try name(type, member) else {
            throw EventProblem(prefix + member, expected: Words.expected(type), got: "nothing")
        }
        return name
    }

    /// One of the words of a closed list; it must be there.
    func choice<Value: Choice>(
        _ type: Value.Type, _ member: String
    ) throws(EventProblem) -> Value {
        let words = type.allCases.map(\.rawValue)
        let expected = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        guard let node = members[member] else {
            throw EventProblem(prefix + member, expected: expected, got: "nothing")
        }
        guard tape.kind(node) == .string, let choice = Value(rawValue: tape.text(node)) else {
            throw EventProblem(prefix + member, expected: expected, got: tape.words(node))
        }
        return choice
    }

    /// A time; it must be there.
    func instant(_ member: String) throws(EventProblem) -> Date {
        let expected = "a time like 2026-11-23T10:15:30.123456Z"
        guard let node = members[member] else {
            throw EventProblem(prefix + member, expected: expected, got: "nothing")
        }
        guard tape.kind(node) == .string, let date = RFC3339.date(from: tape.text(node)) else {
            throw EventProblem(prefix + member, expected: expected, got: tape.words(node))
        }
        return date
    }

    func flag(_ member: String) throws(EventProblem) -> Bool? {
        guard let node = members[member] else { return nil }
        switch tape.kind(node) {
        case .true: return true
        case .false: return false
        default: throw EventProblem(prefix + member, expected: "true or false", got: tape.words(node))
        }
    }

    /// The elements of an array, which must be there.
    ///
    /// - Parameter what: What the elements are, in the plural.
    func list(_ member: String, _ count: ClosedRange<Int>, of what: String) throws(EventProblem) -> [Int] {
        let expected = "an array of \(count.lowerBound) to \(Words.count(count.upperBound)) \(what)"
        guard let node = members[member] else {
            throw EventProblem(prefix + member, expected: expected, got: "nothing")
        }
        guard tape.kind(node) == .array else {
            throw EventProblem(prefix + member, expected: expected, got: tape.words(node))
        }
        let elements = Array(tape.elements(node))
        guard count.contains(elements.count) else {
            throw EventProblem(prefix + member, expected: expected, got: Words.count(elements.count))
        }
        return elements
    }
}
