import Foundation

/// Probability of dropping off within ``horizonDays`` days. Always finite and in 0...1.
public struct RiskScore: RawRepresentable, Comparable, Hashable, Sendable, Codable {
    /// How far ahead the score looks, in days.
    public static let horizonDays = 14
    public let rawValue: Double

    /// Fails when `rawValue` is not finite or lies outside 0...1.
    public init?(rawValue: Double) {
        guard rawValue.isFinite, (0...1).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let value = try container.decode(Double.self)
        guard let score = Self(rawValue: value) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a risk score must be in 0...1, got \(value)")
        }
        self = score
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A risk score in words. The bounds, and the hysteresis between bands, are Prediction's.
public enum RiskBand: String, Choice, Comparable {
    case low, moderate, high, critical

    public static func < (left: Self, right: Self) -> Bool { left.order < right.order }

    private var order: Int {
        switch self {
        case .low: 0
        case .moderate: 1
        case .high: 2
        case .critical: 3
        }
    }
}
