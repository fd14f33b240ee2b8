import Foundation

/// A JSON document after one strict pass: where each value stands, none of them decoded yet.
///
/// Taking in events is the hot path, and most of what a decoder would build is thrown away. The tape keeps
/// one flat node a value, so reading a field is a walk over integers, and the raw form of any part stays at
/// hand. This is the seam for a faster parser: whatever fills the nodes serves.
///
/// It accepts RFC 8259 and nothing else, and refuses invalid UTF-8, NUL in strings, lone surrogates, and
/// nesting beyond a limit.
final class JSONTape: Sendable {
    enum Kind: UInt8, Sendable {
        case object, array, string, number, `true`, `false`, null
    }

    struct Node: Sendable {
        let kind: Kind
        /// A string with `\` sequences in it.
        var hasEscapes = false
        /// First byte; of a string, the one after the quotation mark.
        let start: Int
        /// Byte after the last; of a string, the closing quotation mark.
        var end: Int
        /// The node after this one and all inside it.
        var next: Int
    }

    let bytes: [UInt8]
    let nodes: [Node]

    /// The outermost value.
    static let root = 0

    /// - Throws: ``JSONSyntaxError`` for anything but one JSON value.
    init(_ data: Data, depthMax: Int) throws(JSONSyntaxError) {
        bytes = [UInt8](data)
        guard Self.isUTF8(bytes) else {
            throw JSONSyntaxError(offset: nil, expected: "UTF-8", got: "bytes that are not")
        }
        var parser = JSONTapeParser(bytes: bytes, depthMax: depthMax)
        nodes = try parser.document()
    }

    /// Checks without making a text of it.
    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes.span)
            return true
        } catch {
            return false
        }
    }

    // MARK: Reading

    func kind(_ node: Int) -> Kind { nodes[node].kind }

    /// The bytes of a value as written, quotation marks included.
    func range(_ node: Int) -> Range<Int> {
        let node = nodes[node]
        return node.kind == .string ? node.start - 1..<node.end + 1 : node.start..<node.end
    }

    /// The text of a string.
    func text(_ node: Int) -> String {
        let node = nodes[node]
        let content = bytes[node.start..<node.end]
        return node.hasEscapes ? Self.unescaped(content) : String(decoding: content, as: UTF8.self)
    }

    /// A number; infinite when it is beyond what a `Double` holds.
    func number(_ node: Int) -> Double {
        // The grammar was checked, and every JSON number is one to Swift.
        Double(String(decoding: bytes[range(node)], as: UTF8.self)) ?? .infinity
    }

    /// The members of an object, in the order written.
    func members(_ node: Int) -> Members { Members(tape: self, position: node + 1, end: nodes[node].next) }

    /// The elements of an array, in order.
    func elements(_ node: Int) -> Elements { Elements(tape: self, position: node + 1, end: nodes[node].next) }

    struct Members: Sequence, IteratorProtocol {
        let tape: JSONTape
        var position: Int
        let end: Int

        mutating func next() -> (name: String, value: Int)? {
            guard position < end else { return nil }
            let value = position + 1
            defer { position = tape.nodes[value].next }
            return (tape.text(position), value)
        }
    }

    struct Elements: Sequence, IteratorProtocol {
        let tape: JSONTape
        var position: Int
        let end: Int

        mutating func next() -> Int? {
            guard position < end else { return nil }
            defer { position = tape.nodes[position].next }
            return position
        }
    }

    /// Containers inside containers, this one counted; 0 for anything else.
    func depth(_ node: Int) -> Int {
        switch kind(node) {
        case .object: 1 + deepest(from: node + 1, to: nodes[node].next, isNamed: true)
        case .array: 1 + deepest(from: node + 1, to: nodes[node].next, isNamed: false)
        default: 0
        }
    }

    /// - Parameter isNamed: Whether the name of each value stands before it.
    private func deepest(from first: Int, to end: Int, isNamed: Bool) -> Int {
        var (position, deepest) = (first, 0)
        while position < end {
            let value = isNamed ? position + 1 : position
            deepest = max(deepest, depth(value))
            position = nodes[value].next
        }
        return deepest
    }

    /// What stands there, for a sentence: `the number 5`, `an object`; long values are cut.
    func words(_ node: Int) -> String {
        switch kind(node) {
        case .object: "an object"
        case .array: "an array"
        case .string: "the text \"\(Self.clipped(text(node)))\""
        case .number: "the number \(Self.clipped(String(decoding: bytes[range(node)], as: UTF8.self)))"
        case .true: "true"
        case .false: "false"
        case .null: "null"
        }
    }

    static func clipped(_ text: String) -> String { text.count > 64 ? text.prefix(64) + "…" : text }

    static func unescaped(_ content: ArraySlice<UInt8>) -> String {
        var units: [UInt16] = []
        var text = ""
        var plain = content.startIndex
        var position = content.startIndex
        // `\u` sequences gather as UTF-16, because a character may need two of them.
        func flush() {
            guard !units.isEmpty else { return }
            text += String(decoding: units, as: UTF16.self)
            units.removeAll()
        }
        while position < content.endIndex {
            guard content[position] == UInt8(ascii: "\\") else {
                flush()
                plain = position
                while position < content.endIndex, content[position] != UInt8(ascii: "\\") { position += 1 }
                text += String(decoding: content[plain..<position], as: UTF8.self)
                continue
            }
            let escape = content[position + 1]
            if escape == UInt8(ascii: "u") {
                units.append(JSONTapeParser.hex(content[position + 2..<position + 6]) ?? 0xFFFD)
                position += 6
            } else {
                flush()
                text.unicodeScalars.append(JSONTapeParser.character(escaped: escape) ?? "\u{FFFD}")
                position += 2
            }
        }
        flush()
        return text
    }
}

/// Where and why a text is not JSON.
struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    /// Bytes from the start; `nil` where that says nothing.
    let offset: Int?
    let expected: String
    let got: String

    var description: String {
        "expected \(expected)\(offset.map { " at byte \($0)" } ?? ""), got \(got)"
    }
}
