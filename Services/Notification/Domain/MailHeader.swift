import Foundation

/// One field of a mail's head, as its lines (RFC 5322, 2.2; RFC 2047).
struct MailHeader: Sendable, Equatable {
    let name: String
    /// Folded where it is long, without the last CR LF.
    let lines: String

    /// A text for people: encoded where it is not plain ASCII.
    ///
    /// - Throws: ``NotificationError/unsendable(_:_:)`` when it has a control character: a line break in a header
    ///   begins another header.
    init(_ name: String, text: String) throws(NotificationError) {
        try Self.check(name, text)
        let words = Self.isPlain(text) ? text.split(separator: " ").map(String.init) : Self.encodedWords(text)
        self.init(name, folding: words)
    }

    /// A display name and an address.
    init(_ name: String, mailbox: Mailbox) throws(NotificationError) {
        try Self.check(name, mailbox.name ?? "")
        let words = mailbox.name.map(Self.phrase) ?? []
        self.init(
            name, folding: words.isEmpty ? [mailbox.address.text] : words + ["<\(mailbox.address.text)>"])
    }

    /// A value that stands as it is: an id, a link in angle brackets, a media type.
    init(_ name: String, token: String) throws(NotificationError) {
        try Self.check(name, token)
        guard token.unicodeScalars.allSatisfy({ (32...126).contains($0.value) }) else {
            throw .unsendable(.unsafeText, "the header \(name) must be plain ASCII")
        }
        self.init(name, folding: token.split(separator: " ").map(String.init))
    }

    private init(_ name: String, folding words: [String]) {
        self.name = name
        var text = "\(name):"
        var column = text.utf8.count
        for (index, word) in words.enumerated() {
            // Never before the first word: some readers take that fold for a space at the value's beginning.
            if index > 0, column + 1 + word.utf8.count > NotificationLimits.lineLengthWanted {
                text += "\r\n"
                column = 0
            }
            text += " \(word)"
            column += 1 + word.utf8.count
        }
        lines = text
    }

    private static func check(_ name: String, _ value: String) throws(NotificationError) {
        guard !value.hasControlCharacter else {
            throw .unsendable(.unsafeText, "the header \(name) must have no control characters")
        }
        guard value.utf8.count <= NotificationLimits.lineLengthMax - name.utf8.count - 2 else {
            throw .unsendable(.unsafeText, "the header \(name) is too long: \(value.utf8.count) octets")
        }
    }

    /// Whether a text can stand as it is. What looks like an encoded word is encoded, so that it stays what it was.
    private static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { (32...126).contains($0.value) } && !text.contains("=?")
            && !text.contains("  ") && text.first != " " && text.last != " "
            && text.split(separator: " ").allSatisfy { $0.utf8.count <= 70 }
    }

    /// A display name: bare words, a quoted string, or encoded words.
    private static func phrase(_ text: String) -> [String] {
        guard isPlain(text) else { return encodedWords(text) }
        let isBare = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "-"),
                UInt8(ascii: "'"):
                true
            default: false
            }
        }
        if isBare { return text.split(separator: " ").map(String.init) }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        // One word: a fold inside the quotation marks would be part of the name.
        return ["\"\(escaped)\""]
    }

    /// `=?UTF-8?B?…?=`, each at most 75 octets with whole characters, as RFC 2047 asks. Decoders drop the space
    /// between two of them.
    static func encodedWords(_ text: String) -> [String] {
        // 60 octets a word with its frame, so that the first one fits beside the header's name.
        let bytesMax = 36
        var words: [String] = []
        var part: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if part.count + bytes.count > bytesMax {
                words.append("=?UTF-8?B?\(Data(part).base64EncodedString())?=")
                part = []
            }
            part += bytes
        }
        if !part.isEmpty { words.append("=?UTF-8?B?\(Data(part).base64EncodedString())?=") }
        return words
    }
}

/// Who a mail is from or to.
public struct Mailbox: Sendable, Equatable {
    public let name: String?
    public let address: EmailAddress

    /// - Throws: ``NotificationError/invalidContact(_:)`` when the name has a control character.
    public init(name: String?, address: EmailAddress) throws(NotificationError) {
        if let name, name.hasControlCharacter {
            throw .invalidContact("a display name must have no control characters")
        }
        self.name = name
        self.address = address
    }
}
