import Foundation

/// The members of a JSON object, found without decoding their values, so that a body stays the text it is.
///
/// It finds where values begin and end and is no validator: what it reads was written by the relay from documents
/// that PostgreSQL had checked. Anything it cannot follow gives nil.
struct JSONMembers {
    private let bytes: [UInt8]
    private var values: [String: Range<Int>] = [:]

    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        var scanner = Scanner(bytes: bytes)
        guard scanner.skip(UInt8(ascii: "{")) else { return nil }
        if scanner.skip(UInt8(ascii: "}")) { return }
        repeat {
            scanner.skipSpace()
            guard let name = scanner.value(), let key = Self.text(bytes[name]),
                scanner.skip(UInt8(ascii: ":"))
            else { return nil }
            scanner.skipSpace()
            guard let value = scanner.value() else { return nil }
            values[key] = value
        } while scanner.skip(UInt8(ascii: ","))
        guard scanner.skip(UInt8(ascii: "}")) else { return nil }
    }

    /// The value of a member as it is written; nil when there is none.
    func raw(_ name: String) -> String? {
        values[name].map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// The text of a member that is a string; nil for any other.
    func text(_ name: String) -> String? {
        values[name].flatMap { Self.text(bytes[$0]) }
    }

    /// The value of a member that is `true` or `false`; nil for any other.
    func flag(_ name: String) -> Bool? {
        guard let range = values[name] else { return nil }
        if bytes[range].elementsEqual("true".utf8) { return true }
        return bytes[range].elementsEqual("false".utf8) ? false : nil
    }

    private static func text(_ quoted: ArraySlice<UInt8>) -> String? {
        let quote = UInt8(ascii: "\"")
        guard quoted.count >= 2, quoted.first == quote, quoted.last == quote else { return nil }
        guard quoted.contains(UInt8(ascii: "\\")) else {
            return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
        }
        do {
            return try JSONDecoder().decode(String.self, from: Data(quoted))
        } catch {
            return nil  // An escape that JSON does not know: not written by the relay.
        }
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func skipSpace() {
            while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        }

        mutating func skip(_ byte: UInt8) -> Bool {
            skipSpace()
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        /// Where the value at this place stands; the place moves past it.
        mutating func value() -> Range<Int>? {
            guard position < bytes.count else { return nil }
            let start = position
            switch bytes[position] {
            case UInt8(ascii: "\""): guard skipString() else { return nil }
            case UInt8(ascii: "{"), UInt8(ascii: "["): guard skipNested() else { return nil }
            default: skipScalar()
            }
            return start < position ? start..<position : nil
        }

        private mutating func skipString() -> Bool {
            position += 1
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "\\"): position += 2
                case UInt8(ascii: "\""):
                    position += 1
                    return true
                default: position += 1
                }
            }
            return false
        }

        private mutating func skipNested() -> Bool {
            var depth = 0
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "\""):
                    guard skipString() else { return false }
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                default: break
                }
                position += 1
                if depth == 0 { return true }
            }
            return false
        }

        private mutating func skipScalar() {
            while position < bytes.count, !Self.isSpace(bytes[position]), !Self.isEnd(bytes[position]) { position += 1 }
        }

        private static func isSpace(_ byte: UInt8) -> Bool {
            byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
        }

        private static func isEnd(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
        }
    }
}
