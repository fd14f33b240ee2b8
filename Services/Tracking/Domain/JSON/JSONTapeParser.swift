/// The strict pass over a JSON text that fills a ``JSONTape``. The text is valid UTF-8 already.
struct JSONTapeParser {
    private let bytes: [UInt8]
    private let depthMax: Int
    private var position = 0
    private var nodes: [JSONTape.Node] = []

    init(bytes: [UInt8], depthMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
        nodes.reserveCapacity(bytes.count / 12 + 4)
    }

    /// One value and nothing after it.
    mutating func document() throws(JSONSyntaxError) -> [JSONTape.Node] {
        try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw fail("the end of the document") }
        return nodes
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) {
        skipSpace()
        guard position < bytes.count else { throw fail("a value") }
        switch bytes[position] {
        case UInt8(ascii: "{"): try object(depth: depth + 1)
        case UInt8(ascii: "["): try array(depth: depth + 1)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true", .true)
        case UInt8(ascii: "f"): try word("false", .false)
        case UInt8(ascii: "n"): try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw fail("a value")
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) {
        let node = try open(.object, depth: depth)
        skipSpace()
        if skip(UInt8(ascii: "}")) { return close(node) }
        while true {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw fail("a member's name in quotation marks")
            }
            try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw fail("a colon") }
            try value(depth: depth)
            skipSpace()
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "}")) else { throw fail("a comma or a closing brace") }
            return close(node)
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) {
        let node = try open(.array, depth: depth)
        skipSpace()
        if skip(UInt8(ascii: "]")) { return close(node) }
        while true {
            try value(depth: depth)
            skipSpace()
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "]")) else { throw fail("a comma or a closing bracket") }
            return close(node)
        }
    }

    private mutating func open(_ kind: JSONTape.Kind, depth: Int) throws(JSONSyntaxError) -> Int {
        guard depth <= depthMax else {
            throw JSONSyntaxError(offset: position, expected: "at most \(depthMax) levels", got: "one more")
        }
        nodes.append(JSONTape.Node(kind: kind, start: position, end: position, next: 0))
        position += 1
        return nodes.count - 1
    }

    private mutating func close(_ node: Int) {
        nodes[node].end = position
        nodes[node].next = nodes.count
    }

    private mutating func string() throws(JSONSyntaxError) {
        let start = position + 1
        var hasEscapes = false
        position = start
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                nodes.append(
                    JSONTape.Node(
                        kind: .string, hasEscapes: hasEscapes, start: start, end: position,
                        next: nodes.count + 1))
                position += 1
                return
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try escape()
            case 0..<0x20: throw fail("control characters to be escaped")
            default: position += 1
            }
        }
        throw fail("a closing quotation mark")
    }

    private mutating func escape() throws(JSONSyntaxError) {
        guard position + 1 < bytes.count else { throw fail("a closing quotation mark") }
        guard bytes[position + 1] == UInt8(ascii: "u") else {
            guard Self.character(escaped: bytes[position + 1]) != nil else { throw fail("an escape of JSON") }
            position += 2
            return
        }
        let unit = try unicodeEscape()
        switch unit {
        case 0:
            throw JSONSyntaxError(
                offset: position - 6, expected: "text without NUL characters", got: "\\u0000")
        case 0xD800...0xDBFF:
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u"), (0xDC00...0xDFFF).contains(try unicodeEscape())
            else { throw fail("the second half of a surrogate pair") }
        case 0xDC00...0xDFFF: throw fail("the first half of a surrogate pair before the second")
        default: return
        }
    }

    /// Reads `\uXXXX` at the position and goes past it.
    private mutating func unicodeEscape() throws(JSONSyntaxError) -> UInt16 {
        guard position + 6 <= bytes.count, let unit = Self.hex(bytes[position + 2..<position + 6]) else {
            throw fail("four hexadecimal digits")
        }
        position += 6
        return unit
    }

    private mutating func number() throws(JSONSyntaxError) {
        let start = position
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            try digits()
        }
        append(.number, from: start)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        guard position > start else { throw fail("a digit") }
    }

    private mutating func word(_ word: StaticString, _ kind: JSONTape.Kind) throws(JSONSyntaxError) {
        let start = position
        let matches = word.withUTF8Buffer { bytes[position...].starts(with: $0) }
        guard matches else { throw fail("a value") }
        position += word.utf8CodeUnitCount
        append(kind, from: start)
    }

    private mutating func append(_ kind: JSONTape.Kind, from start: Int) {
        nodes.append(JSONTape.Node(kind: kind, start: start, end: position, next: nodes.count + 1))
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private func fail(_ expected: String) -> JSONSyntaxError {
        let got: String
        if position >= bytes.count {
            got = "the end of the text"
        } else if (0x21...0x7E).contains(bytes[position]) {
            got = "'\(Character(UnicodeScalar(bytes[position])))'"
        } else {
            got = "byte \(bytes[position])"
        }
        return JSONSyntaxError(offset: position, expected: expected, got: got)
    }

    static func hex(_ digits: ArraySlice<UInt8>) -> UInt16? {
        var unit: UInt16 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                unit = unit << 4 | UInt16(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                unit = unit << 4 | UInt16(digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }

    static func character(escaped: UInt8) -> UnicodeScalar? {
        switch escaped {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): UnicodeScalar(escaped)
        case UInt8(ascii: "b"): "\u{8}"
        case UInt8(ascii: "f"): "\u{C}"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "r"): "\r"
        case UInt8(ascii: "t"): "\t"
        default: nil
        }
    }
}
