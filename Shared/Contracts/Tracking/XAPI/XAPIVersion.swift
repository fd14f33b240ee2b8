import Foundation

/// The editions of the Experience API that are spoken, and how a client asks for one.
public enum XAPIVersion: String, Choice {
    /// Experience API 1.0.3, for every client that says 1.0 or 1.0.x.
    case v1 = "1.0.3"
    /// IEEE 9274.1.1, for every client that says 2.0 or 2.0.x.
    case v2 = "2.0.0"

    /// The header in which a request says it and an answer repeats it.
    public static let header = "x-experience-api-version"
    /// What an answer says to a request that named no edition we speak.
    public static let latest = XAPIVersion.v2

    /// The edition that a header asks for; nil for anything but `1.0`, `1.0.x`, `2.0` and `2.0.x`.
    public init?(header text: String) {
        if Self.isPatch(text, of: "1.0") {
            self = .v1
        } else if Self.isPatch(text, of: "2.0") {
            self = .v2
        } else {
            return nil
        }
    }

    /// What a statement may call its own version when it comes in under this edition. Statements of 1.0 are valid in
    /// 2.0, not the other way round.
    public func allowsStatement(version text: String) -> Bool {
        switch self {
        case .v1: Self.isPatch(text, of: "1.0")
        case .v2: Self.isPatch(text, of: "1.0") || Self.isPatch(text, of: "2.0")
        }
    }

    /// The version of a statement that came in without one.
    public var ofBareStatement: String {
        switch self {
        case .v1: "1.0.0"
        case .v2: "2.0.0"
        }
    }

    /// What `/about` lists for a client of this edition. A client of 1.0 is not told of 2.0: a widespread library
    /// refuses to work with a number that it does not know.
    public var listed: [String] {
        let first = ["1.0.0", "1.0.1", "1.0.2", "1.0.3"]
        switch self {
        case .v1: return first
        case .v2: return first + ["2.0.0"]
        }
    }

    private static func isPatch(_ text: String, of minor: String) -> Bool {
        guard text != minor else { return true }
        guard text.hasPrefix(minor + ".") else { return false }
        let patch = text.utf8.dropFirst(minor.utf8.count + 1)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return (1...6).contains(patch.count) && patch.allSatisfy(digits.contains)
    }
}
