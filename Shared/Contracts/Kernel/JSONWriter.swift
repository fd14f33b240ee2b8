import Foundation

/// Gathers a JSON text as bytes. Appending to a `String` checks and counts at every step; here that is done once, at
/// the end.
package struct JSONWriter {
    private var bytes: [UInt8] = []

    package init(capacity: Int) { bytes.reserveCapacity(capacity) }

    package var data: Data { Data(bytes) }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// JSON as it stands: punctuation, names in quotation marks, numbers, words.
    package mutating func raw(_ json: StaticString) {
        json.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// JSON as it stands.
    package mutating func raw(_ json: String) {
        var json = json
        json.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// JSON as it stands.
    package mutating func raw(_ json: ArraySlice<UInt8>) {
        bytes.append(contentsOf: json)
    }

    /// A text in quotation marks, with what must be escaped escaped.
    package mutating func quoted(_ value: String) {
        var value = value
        bytes.append(UInt8(ascii: "\""))
        value.withUTF8 { utf8 in
            var plain = utf8.startIndex
            for place in utf8.indices where Self.mustBeEscaped(utf8[place]) {
                bytes.append(contentsOf: utf8[plain..<place])
                escape(utf8[place])
                plain = place + 1
            }
            bytes.append(contentsOf: utf8[plain...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        guard byte < 0x20 else { return bytes.append(byte) }
        raw("u00")
        for digit in [byte >> 4, byte & 15] {
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
