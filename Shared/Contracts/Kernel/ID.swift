import Foundation

/// A UUID that knows whose it is, so that mixing two up does not compile.
public struct ID<Subject>: RawRepresentable, Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    public let rawValue: UUID

    public init(rawValue: UUID) { self.rawValue = rawValue }

    /// Fails when `string` is not a UUID in its 36-character form.
    public init?(_ string: String) {
        guard let uuid = UUIDText.uuid(string) else { return nil }
        rawValue = uuid
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a UUID, got \"\(text)\"")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// By bytes, which is the order of the descriptions as well.
    public static func < (left: Self, right: Self) -> Bool {
        withUnsafeBytes(of: left.rawValue.uuid) { left in
            withUnsafeBytes(of: right.rawValue.uuid) { left.lexicographicallyPrecedes($0) }
        }
    }

    /// The lower-case 36-character form, the only one that leaves the process.
    public var description: String { UUIDText.text(rawValue) }
}

/// UUIDs in their 36-character form. Foundation goes through `printf` and `scanf` for it, and every event is read and
/// written with a few of them.
enum UUIDText {
    private static let digits = Array("0123456789abcdef".utf8)
    /// Whether a byte has a hyphen before it.
    private static func isAfterHyphen(_ index: Int) -> Bool { index == 4 || index == 6 || index == 8 || index == 10 }

    /// In lower case.
    static func text(_ uuid: UUID) -> String {
        String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            withUnsafeBytes(of: uuid.uuid) { bytes in
                for (index, byte) in bytes.enumerated() {
                    if isAfterHyphen(index) {
                        text[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    text[place] = digits[Int(byte >> 4)]
                    text[place + 1] = digits[Int(byte & 15)]
                    place += 2
                }
            }
            return place
        }
    }

    /// `nil` for anything but 32 hexadecimal digits, in either case, in five groups.
    static func uuid(_ text: String) -> UUID? {
        var text = text
        return text.withUTF8 { text in
            guard text.count == 36 else { return nil }
            var uuid: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
            var place = 0
            let isRead = withUnsafeMutableBytes(of: &uuid) { bytes in
                for index in bytes.indices {
                    if isAfterHyphen(index) {
                        guard text[place] == UInt8(ascii: "-") else { return false }
                        place += 1
                    }
                    guard let high = value(text[place]), let low = value(text[place + 1]) else { return false }
                    bytes[index] = high << 4 | low
                    place += 2
                }
                return true
            }
            return isRead ? UUID(uuid: uuid) : nil
        }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// The person who learns, as an opaque id; names and addresses live in Notification alone.
public typealias LearnerID = ID<Learner>
/// One decision to nudge; the id is derived from what was decided, so that a replay finds the same one.
public typealias NudgeID = ID<Nudge>
/// One message to one learner over one channel.
public typealias DeliveryID = ID<Delivery>
/// Something unusual that was found; the id is derived from what it is, so that finding it again gives the same one.
public typealias AnomalyID = ID<AnomalySubject>

/// Phantom types that name the subject of an ``ID``.
public enum Learner {}
public enum Nudge {}
public enum Delivery {}
public enum AnomalySubject {}
