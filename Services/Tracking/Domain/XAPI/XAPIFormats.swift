import Foundation

/// The formats that xAPI asks of texts: IRIs, mailboxes, hashes, UUIDs, media types.
enum XAPIFormats {
    /// An absolute IRI (RFC 3987): a scheme, a colon, and something that an IRI may hold.
    ///
    /// Brackets are let through everywhere, although the RFC has them in addresses alone: browsers write them into
    /// queries, and platforms send what browsers write.
    static func isIRI(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let scheme = text.utf8[..<colon]
        guard let first = scheme.first, isLetter(first), scheme.allSatisfy(isSchemeByte) else { return false }
        let rest = text.unicodeScalars[text.utf8.index(after: colon)...]
        guard !rest.isEmpty else { return false }
        return rest.allSatisfy { !isForbidden($0) } && hasWholeEscapes(text.utf8[colon...])
    }

    /// `mailto:` and one address of RFC 5321's usual form.
    static func isMailbox(_ text: String) -> Bool {
        guard text.hasPrefix("mailto:"), isIRI(text) else { return false }
        let address = text.dropFirst("mailto:".count)
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { !$0.isEmpty } && !address.contains { "?,;:\\".contains($0) }
    }

    /// A SHA-1 in hexadecimal digits.
    static func isSHA1(_ text: String) -> Bool { text.utf8.count == 40 && text.utf8.allSatisfy(isHex) }

    /// A SHA-2 of 224, 256, 384 or 512 bits in hexadecimal digits.
    static func isSHA2(_ text: String) -> Bool {
        [56, 64, 96, 128].contains(text.utf8.count) && text.utf8.allSatisfy(isHex)
    }

    /// A UUID in its form of 36 characters, in either case.
    ///
    /// Any bits will do: RFC 4122 gives a meaning to every variant, and later documents to further versions.
    static func uuid(_ text: String) -> UUID? {
        text.utf8.count == 36 ? UUID(uuidString: text) : nil
    }

    /// `type/subtype`, with parameters or without (RFC 2046).
    static func isMediaType(_ text: String) -> Bool {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        let names = parts[0].trimmingCharacters(in: .whitespaces).split(
            separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(isToken) else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return pair.count == 2 && isToken(Substring(pair[0].trimmingCharacters(in: .whitespaces)))
        }
    }

    static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
    }

    private static func isForbidden(_ scalar: UnicodeScalar) -> Bool {
        switch scalar {
        case "\u{0}"..."\u{20}", "<", ">", "\"", "{", "}", "|", "\\", "^", "`", "\u{7F}"..."\u{9F}": true
        default: scalar.properties.isWhitespace
        }
    }

    /// Every percent sign begins a byte in two hexadecimal digits.
    private static func hasWholeEscapes(_ bytes: Substring.UTF8View) -> Bool {
        var digitsDue = 0
        for byte in bytes {
            if digitsDue > 0 {
                guard isHex(byte) else { return false }
                digitsDue -= 1
            } else if byte == UInt8(ascii: "%") {
                digitsDue = 2
            }
        }
        return digitsDue == 0
    }

    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "!#$&-^_.+".utf8.contains($0) }
    }
}
