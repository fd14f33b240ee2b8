import Foundation

/// A short text key given by the outside world: checked once, then trusted.
///
/// 1...`lengthMax` characters, no control characters, no surrounding white space.
public protocol CheckedName: RawRepresentable<String>, Hashable, Sendable, Codable, Comparable,
    CustomStringConvertible
{
    static var lengthMax: Int { get }
    init(checked rawValue: String)
}

extension CheckedName {
    /// Fails when the text is empty, too long, has control characters, or begins or ends with white space.
    public init?(rawValue: String) {
        if let isName = Self.isPlainName(rawValue) {
            guard isName else { return nil }
            self.init(checked: rawValue)
            return
        }
        guard !rawValue.isEmpty, rawValue.count <= Self.lengthMax,
            !rawValue.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }),
            rawValue.first?.isWhitespace == false, rawValue.last?.isWhitespace == false
        else { return nil }
        self.init(checked: rawValue)
    }

    public init?(_ text: String) { self.init(rawValue: text) }

    /// The same answer for a text of printable ASCII, byte by byte; `nil` for any other text. Names are checked for
    /// each event, and looking up properties of characters takes far longer.
    private static func isPlainName(_ text: String) -> Bool? {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
            guard let first = bytes.first, let last = bytes.last else { return false }
            return bytes.count <= lengthMax && first != 0x20 && last != 0x20
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = Self(rawValue: text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected 1 to \(Self.lengthMax) characters without control characters or "
                    + "surrounding white space, got \(text.count) characters")
        }
        self = name
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public var description: String { rawValue }
}

/// One customer of an installation; nothing crosses from one tenant to another.
public struct TenantID: CheckedName {
    public static let lengthMax = 64
    /// The tenant of an installation that has only one.
    public static let standard = TenantID(checked: "default")
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
}

/// One dated offering of a course, e.g. `BBB-2026J`.
public struct CourseRunID: CheckedName {
    public static let lengthMax = 128
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
}

/// A course as designed, of which there are runs, e.g. `BBB`.
public struct CourseID: CheckedName {
    public static let lengthMax = 128
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
}

/// A part of a course run, unique inside it, e.g. `week-3`.
public struct ModuleID: CheckedName {
    public static let lengthMax = 128
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
}

/// A skill, or knowledge component, that activities teach or ask for.
public struct SkillID: CheckedName {
    public static let lengthMax = 128
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
}

/// The thing acted on: a page, a video, a quiz; an IRI or the platform's own key.
public struct ActivityID: CheckedName {
    public static let lengthMax = 512
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
}

/// The platform or program that sent an event, e.g. `moodle-main`.
public struct SourceID: CheckedName {
    public static let lengthMax = 64
    /// The source of events posted without one.
    public static let api = SourceID(checked: "api")
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
}

/// A learner as a platform names them; Tracking alone maps it to a ``LearnerID``.
public struct ExternalLearnerID: CheckedName {
    public static let lengthMax = 256
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
}

/// The sender's own id of an event; with the source it makes replays recognisable.
public struct EventID: CheckedName {
    public static let lengthMax = 128
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
}
