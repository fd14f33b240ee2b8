import Foundation

/// An address of RFC 5321 in its plain form: no comments, no quoting, no literals, ASCII alone.
///
/// What passes here can stand in an SMTP command and in a header as it is: it has no control character, no space, no
/// angle bracket and no comma.
public struct EmailAddress: Sendable, Hashable {
    /// As given: the part before the @ may mean different people in different cases.
    public let text: String

    /// - Throws: ``NotificationError/invalidContact(_:)`` with what is wrong; never with the address itself.
    public init(_ text: String) throws(NotificationError) {
        if let problem = Self.problem(in: text) { throw .invalidContact("email \(problem)") }
        self.text = text
    }

    /// The part after the @, in lower case.
    public var domain: String {
        guard let at = text.lastIndex(of: "@") else { return "" }
        return text[text.index(after: at)...].lowercased()
    }

    /// The form under which one address is found again: domains and, in practice, mailboxes ignore case.
    public var normalised: String { text.lowercased() }

    /// What is wrong with `text` as an address; nil when nothing is.
    private static func problem(in text: String) -> String? {
        guard text.utf8.count <= NotificationLimits.addressLengthMax else {
            return "must be at most \(NotificationLimits.addressLengthMax) octets, got \(text.utf8.count)"
        }
        guard
            text.unicodeScalars.allSatisfy({ $0.isASCII && !$0.properties.isWhitespace && $0.value >= 0x20 }),
            !text.utf8.contains(0x7F)
        else { return "must be ASCII without spaces or control characters" }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return "must have one @, got \(parts.count - 1)" }
        let local = parts[0]
        guard !local.isEmpty, local.utf8.count <= NotificationLimits.localPartLengthMax,
            !local.hasPrefix("."), !local.hasSuffix("."), !local.contains(".."),
            local.utf8.allSatisfy({ isAtomByte($0) || $0 == UInt8(ascii: ".") })
        else { return "must have 1 to 64 letters, digits, dots or signs before the @, without quoting" }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2 || parts[1] == "localhost", labels.allSatisfy(isLabel) else {
            return "must name a domain such as example.org after the @"
        }
        return nil
    }

    /// `atext` of RFC 5322.
    private static func isAtomByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        !label.isEmpty && label.utf8.count <= 63 && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
