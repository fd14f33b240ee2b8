import Simulator

/// Changes that know what a JSON text is made of: they swap, repeat, drop and forge whole tokens, so that most of what
/// they leave still looks like JSON and reaches the code behind the parser.
enum JSONMutations {
    /// Values that are right, and seldom seen: the text stays JSON, and what reads its meaning is put to the test.
    static let values: [[UInt8]] = [
        "null", "true", "false", "{}", "[]", "\"\"", "0", "-0", "0.0", "-0.0e-0", "1e400", "-1e-400", "1E+2", "2147483648",
        "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "7.0", "\"7\"", "\"-1\"",
        "0.1000000000000000055511151231257827", "\"\\ud83d\\ude00\"", "\"\\u00e9\"", "\"a\\\"b\\\\\"", "\"\u{7F}\"",
        "\"\u{FFFF}\"", "\"e\u{301}\"", "\" x\"", "\"x\\n\"", "\"2026-11-23T10:15:30Z\"", "\"2026-02-30T10:15:30Z\"",
        "\"9999-12-31T23:59:60+23:59\"", "\"0000-01-01T00:00:00+23:59\"", "\"9999-12-31T23:59:59-23:59\"", "\"PT1H\"", "\"P999999999Y\"", "\"https://x.example/a?b#c\"", "\"mailto:a@x.example\"",
        "\"javascript:x\"", "[[]]", "[null]", "{\"a\":{\"a\":{}}}", "{\"\":1}", "{\"a\":1,\"a\":2}",
    ].map { Array($0.utf8) }

    /// Those, and what no strict reader takes.
    static let tokens: [[UInt8]] =
        values
        + [
            "01", "+1", ".5", "5.", "1e", "0x10", "NaN", "Infinity", "-Infinity", "tru", "nul", "'x'", "//x\n", "/*x*/",
            "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\x\"", "\"\\u12\"", "\"\t\"", ",", ":", "{", "}", "[", "]",
            "\"", " ", "\n", "\\",
        ].map { Array($0.utf8) }

    static func mutate(_ bytes: inout [UInt8], _ source: inout SplitMix64, corpus: [[UInt8]]) {
        let ranges = tokens(of: bytes)
        guard !ranges.isEmpty else { return bytes = tokens[source.index(below: tokens.count)] }
        let range = ranges[source.index(below: ranges.count)]
        // A brace, a comma or a colon is left alone where a value is put in the place of another.
        let place = ranges[source.index(below: ranges.count)...].first { $0.count > 1 || isWord(bytes[$0.lowerBound]) }
        switch source.index(below: 13) {
        case 0, 1, 2, 10, 11: bytes.replaceSubrange(place ?? range, with: values[source.index(below: values.count)])
        case 12: bytes.replaceSubrange(range, with: tokens[source.index(below: tokens.count)])
        case 3: bytes.insert(contentsOf: tokens[source.index(below: tokens.count)], at: range.lowerBound)
        case 4: bytes.removeSubrange(range)
        case 5: swap(&bytes, range, ranges[source.index(below: ranges.count)])
        case 6: copyFrom(corpus, to: &bytes, range, &source)
        case 7: repeatMember(&bytes, range, ranges, &source)
        case 8: nest(&bytes, range, &source)
        default: lengthen(&bytes, range, &source)
        }
    }

    /// Where the tokens stand, white space left out. What is not JSON is a token a byte.
    static func tokens(of bytes: [UInt8]) -> [Range<Int>] {
        bytes.withUnsafeBufferPointer { bytes in words.withUnsafeBufferPointer { tokens(of: bytes, words: $0) } }
    }

    // Most of the time of a campaign without optimisation is spent here, so it works on plain memory and numbers.
    private static func tokens(of bytes: UnsafeBufferPointer<UInt8>, words: UnsafeBufferPointer<Bool>) -> [Range<Int>] {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        let count = bytes.count
        var ranges: [Range<Int>] = []
        var position = 0
        while position < count {
            let start = position
            let byte = bytes[start]
            position += 1
            if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { continue }
            if byte == quote {
                while position < count, bytes[position] != quote { position += bytes[position] == backslash ? 2 : 1 }
                position = min(position + 1, count)
            } else if words[Int(byte)] {
                while position < count, words[Int(bytes[position])] { position += 1 }
            }
            ranges.append(start..<position)
        }
        return ranges
    }

    /// Whether a byte is part of a number or of a word like `true`.
    private static let words: [Bool] = {
        var words = [Bool](repeating: false, count: 256)
        for byte in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.".utf8 { words[Int(byte)] = true }
        return words
    }()

    private static func isWord(_ byte: UInt8) -> Bool { words[Int(byte)] }

    private static func swap(_ bytes: inout [UInt8], _ one: Range<Int>, _ other: Range<Int>) {
        guard !one.overlaps(other) else { return }
        let (first, second) = one.lowerBound < other.lowerBound ? (one, other) : (other, one)
        let (left, right) = (Array(bytes[first]), Array(bytes[second]))
        bytes.replaceSubrange(second, with: left)
        bytes.replaceSubrange(first, with: right)
    }

    private static func copyFrom(
        _ corpus: [[UInt8]], to bytes: inout [UInt8], _ range: Range<Int>, _ source: inout SplitMix64
    ) {
        let other = corpus[source.index(below: corpus.count)]
        let ranges = tokens(of: other)
        guard !ranges.isEmpty else { return }
        bytes.replaceSubrange(range, with: other[ranges[source.index(below: ranges.count)]])
    }

    /// The same few tokens once more, with a comma: where they are a member, its name is there twice.
    private static func repeatMember(
        _ bytes: inout [UInt8], _ range: Range<Int>, _ ranges: [Range<Int>], _ source: inout SplitMix64
    ) {
        guard let index = ranges.firstIndex(of: range) else { return }
        let last = ranges[min(index + 2, ranges.count - 1)]
        let part = Array(bytes[range.lowerBound..<last.upperBound])
        let times = source.chance(0.05) ? 300 : 1
        bytes.insert(contentsOf: (0..<times).flatMap { _ in part + [UInt8(ascii: ",")] }, at: range.lowerBound)
    }

    /// Deeper, by a little or beyond every limit.
    private static func nest(_ bytes: inout [UInt8], _ range: Range<Int>, _ source: inout SplitMix64) {
        let depth = source.chance(0.1) ? 20_000 : 1 + source.index(below: 40)
        let isArray = source.chance(0.5)
        let (open, close) = isArray ? ("[", "]") : ("{\"a\":", "}")
        let isClosed = !source.chance(0.1)
        bytes.insert(contentsOf: String(repeating: isClosed ? close : "", count: depth).utf8, at: range.upperBound)
        bytes.insert(contentsOf: String(repeating: open, count: depth).utf8, at: range.lowerBound)
    }

    /// A text or number that goes on and on.
    private static func lengthen(_ bytes: inout [UInt8], _ range: Range<Int>, _ source: inout SplitMix64) {
        let unit = [UInt8(ascii: "9"), UInt8(ascii: "a"), UInt8(ascii: "\\"), 0xC3][source.index(below: 4)]
        let length = source.chance(0.05) ? 70_000 : 1 + source.index(below: 400)
        bytes.insert(contentsOf: [UInt8](repeating: unit, count: length), at: (range.lowerBound + range.upperBound) / 2)
    }
}
