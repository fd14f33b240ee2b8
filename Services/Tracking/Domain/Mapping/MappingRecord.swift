import Crypto
import Foundation

/// What a mapping reads: one object of a JSON document, one row of a table.
protocol MappingRecord: Sendable {
    /// The value at a path. `null` and empty texts are the same as nothing.
    func value(at path: MappingPath) -> FieldValue?
    /// As it came.
    var raw: RawSlice { get }
    /// Equal for records that say the same.
    var canonicalText: String { get }
    /// Refuses what no mapping can read.
    func checkShape() throws(EventProblem)
}

extension MappingRecord {
    func checkShape() throws(EventProblem) { try checkSize() }

    func checkSize() throws(EventProblem) {
        guard raw.byteCount <= TrackingLimits.eventBytesMax else {
            throw EventProblem(
                "record", expected: "at most \(Words.count(TrackingLimits.eventBytesMax)) bytes",
                got: "\(Words.count(raw.byteCount)) bytes")
        }
    }

    /// 128 bits of SHA-256 over what the record says, as 32 hexadecimal digits: the id of an event whose platform gives
    /// it none. It is part of what is stored and may never change.
    var contentHash: String {
        SHA256.hash(data: Data(canonicalText.utf8)).prefix(16).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

/// One value of a JSON document, usually an object.
struct JSONRecord: MappingRecord, Equatable {
    let tape: JSONTape
    let node: Int

    init(_ tape: JSONTape, _ node: Int = JSONTape.root) {
        self.tape = tape
        self.node = node
    }

    func value(at path: MappingPath) -> FieldValue? {
        var node = node
        for step in path.steps {
            guard let next = child(of: node, at: step) else { return nil }
            node = next
        }
        return value(node)
    }

    private func child(of node: Int, at step: MappingPath.Step) -> Int? {
        switch (step, tape.kind(node)) {
        case (.name(let name), .object):
            // Of several members with one name the last counts, as in the canonical form.
            var found: Int?
            for (member, value) in tape.members(node) where member == name { found = value }
            return found
        case (.index(let index), .array):
            for (position, element) in tape.elements(node).enumerated() where position == index {
                return element
            }
            return nil
        default: return nil
        }
    }

    private func value(_ node: Int) -> FieldValue? {
        switch tape.kind(node) {
        case .string:
            let text = tape.text(node)
            return text.isEmpty ? nil : .text(text)
        case .number: return .number(spelling: String(decoding: tape.bytes[tape.range(node)], as: UTF8.self))
        case .true: return .flag(true)
        case .false: return .flag(false)
        case .null: return nil
        case .object, .array: return .part(JSONRecord(tape, node))
        }
    }

    /// The value itself, where it is neither an object, an array, nothing nor an empty text.
    var scalar: FieldValue? {
        let value = value(node)
        if case .part? = value { return nil }
        return value
    }

    var raw: RawSlice { RawSlice(tape.bytes, tape.range(node)) }
    var canonicalText: String { tape.canonical(node) }

    func checkShape() throws(EventProblem) {
        guard tape.kind(node) == .object else {
            throw EventProblem("record", expected: "an object", got: tape.words(node))
        }
        try checkSize()
    }

    static func == (left: JSONRecord, right: JSONRecord) -> Bool { left.canonicalText == right.canonicalText }
}

/// One row of a table whose first row names the columns.
struct RowRecord: MappingRecord {
    /// Positions by name.
    let columns: [String: Int]
    /// In the order of the columns; a row that is too short has nothing in the last ones.
    let fields: [String]
    let raw: RawSlice

    /// A column's name is taken whole: it may have dots and blanks in it.
    func value(at path: MappingPath) -> FieldValue? {
        guard let column = columns[path.text], column < fields.count, !fields[column].isEmpty else {
            return nil
        }
        return .text(fields[column])
    }

    var canonicalText: String {
        // The unit separator cannot be typed, so no two rows run together into one text.
        fields.joined(separator: "\u{1F}")
    }
}
