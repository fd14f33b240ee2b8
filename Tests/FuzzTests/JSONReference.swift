import Foundation
import Fuzzing

@testable import Tracking

/// The strict reader of JSON beside Foundation's, which is laxer in ways that are known by name.
enum JSONReference {
    static let depthMax = 32

    static let door = Door(
        "json", .json,
        corpus: Doors.corpus + [
            #"{"a":{"b":[1,-0.5e-3,true,false,null,"\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00"]},"":[],"x":{}}"#, "[]", "\"a\"", "-1.5e+10",
        ]
    ) { bytes in
        let data = Data(bytes)
        let tape: JSONTape
        do throws(JSONSyntaxError) {
            tape = try JSONTape(data, depthMax: depthMax)
        } catch {
            if let value = foundation(data), let sentence = contradiction(error, bytes, value) { throw Finding(sentence) }
            return .refused
        }
        try compare(tape, data)
        return .accepted
    }

    /// `nil` when Foundation refuses it.
    private static func foundation(_ data: Data) -> Any? {
        do {
            return try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
        } catch {
            return nil
        }
    }

    /// What is accepted here Foundation reads too, and as the same value. Left out: a number that no `Double` holds, which
    /// Foundation refuses; members of one name, of which it keeps another; and U+FEFF inside of a text, which it drops
    /// where it follows an escape, though RFC 8259 knows a byte order mark at the begin of the document alone.
    private static func compare(_ tape: JSONTape, _ data: Data) throws {
        let numbers = tape.nodes.indices.filter { tape.kind($0) == .number }
        if numbers.contains(where: { !tape.number($0).isFinite }) { return }
        guard let value = foundation(data) else { throw Finding("accepted, and Foundation refuses it") }
        guard !hasTwins(tape), !tape.canonical(JSONTape.root).unicodeScalars.contains("\u{FEFF}"),
            let canonical = foundation(Data(tape.canonical(JSONTape.root).utf8)) else { return }
        guard isEqual(value, canonical) else { throw Finding("read as another value than Foundation's") }
    }

    private static func isEqual(_ one: Any, _ other: Any) -> Bool {
        switch (one, other) {
        case (let one as [String: Any], let other as [String: Any]):
            one.count == other.count && one.allSatisfy { name, value in other[name].map { isEqual(value, $0) } ?? false }
        case (let one as [Any], let other as [Any]):
            one.count == other.count && zip(one, other).allSatisfy { isEqual($0, $1) }
        case (let one as String, let other as String): one == other
        case (let one as NSNumber, let other as NSNumber): one == other
        case (is NSNull, is NSNull): true
        default: false
        }
    }

    private static func hasTwins(_ tape: JSONTape) -> Bool {
        tape.nodes.indices.contains { node in
            guard tape.kind(node) == .object else { return false }
            var names: Set<String> = []
            return tape.members(node).contains { !names.insert($0.name).inserted }
        }
    }

    /// Foundation takes more: what it takes in UTF-16 or UTF-32, after a byte order mark, with a comma at the end of a
    /// container, with NUL, deeper, or in several texts. Anything else that it takes, and this reader does not, is a
    /// finding.
    private static func contradiction(_ error: JSONSyntaxError, _ bytes: [UInt8], _ value: Any) -> String? {
        let isOtherEncoding = bytes.prefix(4).contains(0) || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
        let isMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let isLastComma = ["']'", "'}'"].contains(error.got)
        let isLimit = error.expected.hasPrefix("at most") || error.expected.contains("NUL")
        if isOtherEncoding || isMark || isLastComma || isLimit { return nil }
        return "refused (\(error)), and Foundation accepts it"
    }
}
