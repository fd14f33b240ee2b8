import Foundation

/// RFC 2045, 6.7: text as printable ASCII in short lines.
enum QuotedPrintable {
    /// Every line of the result is at most 76 octets and ends with CR LF; any line break in `text` counts as one.
    static func encode(_ text: String) -> Data {
        var result = Data()
        for line in lines(of: text) {
            encode(line: Array(line.utf8), into: &result)
            result.append(contentsOf: [13, 10])
        }
        return result
    }

    /// The lines of a text, whichever line breaks it has; a break at the end begins no further line.
    static func lines(of text: String) -> [String] {
        var lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private static func encode(line: [UInt8], into result: inout Data) {
        var column = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let isPlain =
                (33...126).contains(byte) && byte != UInt8(ascii: "=")
                // Space and tab may stand anywhere but at the end, where servers cut them off.
                || (byte == 32 || byte == 9) && !isLast
            let width = isPlain ? 1 : 3
            // One octet is kept for the "=" of a soft break, unless the line ends here.
            if column + width > (isLast ? 76 : 75) {
                result.append(contentsOf: [UInt8(ascii: "="), 13, 10])
                column = 0
            }
            if isPlain {
                result.append(byte)
            } else {
                result.append(contentsOf: [UInt8(ascii: "="), digit(byte >> 4), digit(byte & 15)])
            }
            column += width
        }
    }

    /// Reads what any encoder wrote; nil when an escape is not one.
    static func decode(_ data: Data) -> Data? {
        var result = Data()
        var rest = data[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                result.append(byte)
                continue
            }
            if rest.first == 10 {
                rest = rest.dropFirst()
            } else if rest.prefix(2).elementsEqual([13, 10]) {
                rest = rest.dropFirst(2)
            } else {
                guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value)
                else {
                    return nil
                }
                result.append(high << 4 | low)
            }
        }
        return result
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
