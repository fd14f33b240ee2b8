import Foundation

/// A UUID that knows whose it is, so that mixing two up does not compile.
public struct ID<Subject>: RawRepresentable, Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    public let rawValue: UUID

    public init(rawValue: UUID) { self.rawValue = rawValue }

    /// Fails when `string` is not a UUID in its 36-character form.
    public init?(_ string: String) {
        guard let uuid = UUID(uuidString: string) else { return nil }
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

    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    /// The lower-case 36-character form, the only one that leaves the process.
    public var description: String { rawValue.uuidString.lowercased() }
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
