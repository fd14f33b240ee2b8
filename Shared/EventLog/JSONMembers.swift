import Foundation

/// The members of a JSON object, found without decoding their values, so that a body stays the text it is.
///
/// It finds where names and values begin and end and is no validator: what it reads was written by the relay from
/// documents that PostgreSQL had checked. Anything it cannot follow gives nil. Every hearer reads every fact so, hence
/// places instead of a dictionary of texts.
struct JSONMembers {
    private let bytes: [UInt8]
    private var members: [Member] = []
    /// A name that is written with an escape is found, too, only not as fast.
    private var hasEscapedName = false

    private struct Member {
        /// With its quotes.
        let name: Range<Int>
        let value: Range<Int>
    }

    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard let found = bytes.withUnsafeBufferPointer({ Self.find(in: $0) }) else { return nil }
        members = found
        hasEscapedName = found.contains { bytes[$0.name].contains(UInt8(ascii: "\\")) }
    }

    private static func find(in bytes: UnsafeBufferPointer<UInt8>) -> [Member]? {
        var scanner = Scanner(bytes: bytes)
        guard scanner.skip(UInt8(ascii: "{")) else { return nil }
        var members: [Member] = []
        if scanner.skip(UInt8(ascii: "}")) { return members }
        members.reserveCapacity(16)
        repeat {
            scanner.skipSpace()
            guard let name = scanner.value(), isQuoted(bytes[name]), scanner.skip(UInt8(ascii: ":")) else { return nil }
            scanner.skipSpace()
            guard let value = scanner.value() else { return nil }
            members.append(Member(name: name, value: value))
        } while scanner.skip(UInt8(ascii: ","))
        return scanner.skip(UInt8(ascii: "}")) ? members : nil
    }

    private static func isQuoted(_ text: some RandomAccessCollection<UInt8>) -> Bool {
        text.count >= 2 && text.first == UInt8(ascii: "\"") && text.last == UInt8(ascii: "\"")
    }

    /// Where the value of a member stands; of several with one name the last.
    private func value(_ name: StaticString) -> Range<Int>? {
        if hasEscapedName {
            return members.last { Self.text(bytes[$0.name]) == "\(name)" }?.value
        }
        return bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            return members.last { member in
                let length = member.name.count - 2
                return length == name.utf8CodeUnitCount
                    && memcmp(start + member.name.lowerBound + 1, name.utf8Start, length) == 0
            }?.value
        }
    }

    /// The value of a member as it is written; nil when there is none.
    func raw(_ name: StaticString) -> String? {
        value(name).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// The text of a member that is a string; nil for any other.
    func text(_ name: StaticString) -> String? {
        value(name).flatMap { Self.text(bytes[$0]) }
    }

    /// The value of a member that is `true` or `false`; nil for any other.
    func flag(_ name: StaticString) -> Bool? {
        guard let range = value(name) else { return nil }
        if bytes[range].elementsEqual("true".utf8) { return true }
        return bytes[range].elementsEqual("false".utf8) ? false : nil
    }

    /// Whether there is a member, whatever it is.
    func has(_ name: StaticString) -> Bool { value(name) != nil }

    /// The members of a member that is an object; nil for any other.
    func object(_ name: StaticString) -> JSONMembers? {
        value(name).flatMap { JSONMembers(Array(bytes[$0])) }
    }

    private static func text(_ quoted: ArraySlice<UInt8>) -> String? {
        guard isQuoted(quoted) else { return nil }
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
        let bytes: UnsafeBufferPointer<UInt8>
        var position = 0

        init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

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
