import Contracts
import Foundation

/// A contact whose every field can be used: checked once, at the door.
struct CheckedContact: Sendable, Equatable {
    let learner: LearnerID
    let name: String?
    let email: EmailAddress?
    let phone: String?
    let locale: String?
    let timeZone: String?

    /// Surrounding white space is dropped, and an empty text counts as none.
    ///
    /// - Throws: ``NotificationError/invalidContact(_:)``, naming learner and field.
    init(_ contact: Contact) throws(NotificationError) {
        learner = contact.learner
        do {
            name = try Self.name(Self.trimmed(contact.name))
            email = try Self.email(Self.trimmed(contact.email))
            phone = try Self.phone(Self.trimmed(contact.phone))
            locale = try Self.locale(Self.trimmed(contact.locale))
            timeZone = try Self.timeZone(Self.trimmed(contact.timeZone))
        } catch .invalidContact(let problem) {
            throw .invalidContact("contact of learner \(contact.learner): \(problem)")
        }
    }

    private static func email(_ text: String?) throws(NotificationError) -> EmailAddress? {
        guard let text else { return nil }
        return try EmailAddress(text)
    }

    private static func trimmed(_ text: String?) -> String? {
        guard let text else { return nil }
        // Spaces alone: a line break around an address is an attack or a broken export, and is refused below.
        let bare = text.trimmingCharacters(in: CharacterSet(charactersIn: " "))
        return bare.isEmpty ? nil : bare
    }

    private static func name(_ text: String?) throws(NotificationError) -> String? {
        guard let text else { return nil }
        guard text.count <= NotificationLimits.nameLengthMax else {
            throw .invalidContact(
                "name must be at most \(NotificationLimits.nameLengthMax) characters, got \(text.count)")
        }
        guard !text.hasControlCharacter else { throw .invalidContact("name must have no control characters") }
        return text
    }

    private static func phone(_ text: String?) throws(NotificationError) -> String? {
        guard let text else { return nil }
        let digits = text.dropFirst()
        guard text.hasPrefix("+"), NotificationLimits.phoneDigits.contains(digits.count), digits.first != "0",
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else {
            throw .invalidContact("phone must be + and 8 to 15 digits (E.164), got \(text.count) characters")
        }
        return text
    }

    private static func locale(_ text: String?) throws(NotificationError) -> String? {
        guard let text else { return nil }
        let subtags = text.split(separator: "-", omittingEmptySubsequences: false)
        let areWell = subtags.allSatisfy { subtag in
            (1...8).contains(subtag.utf8.count)
                && subtag.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
        guard let first = subtags.first, (2...8).contains(first.count), first.allSatisfy(\.isLetter), areWell,
            text.count <= 35
        else { throw .invalidContact("locale must be a language tag such as en or pt-BR") }
        return text
    }

    private static func timeZone(_ text: String?) throws(NotificationError) -> String? {
        guard let text else { return nil }
        guard !text.hasControlCharacter, TimeZone(identifier: text) != nil else {
            throw .invalidContact("timeZone must be an IANA name such as Europe/London")
        }
        return text
    }
}

extension String {
    /// Line breaks, tabs, NUL, and the characters that Unicode calls line and paragraph separators.
    var hasControlCharacter: Bool {
        unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
    }
}
