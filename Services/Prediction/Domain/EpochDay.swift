import Foundation

/// A whole UTC day, counted from 1970-01-01.
///
/// Features look at days, not at hours, and every service and every learner must agree on where a day begins
/// before the course run's time zone is known: so days are UTC days.
public struct EpochDay: Hashable, Comparable, Sendable {
    public static let seconds = 86_400.0
    public let number: Int

    public init(_ number: Int) { self.number = number }

    /// The day that `date` falls on.
    public init(of date: Date) {
        number = Int((date.timeIntervalSince1970 / Self.seconds).rounded(.down))
    }

    /// The first moment of the day.
    public var start: Date { Date(timeIntervalSince1970: Double(number) * Self.seconds) }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    public static func - (left: Self, right: Self) -> Int { left.number - right.number }
    public static func + (left: Self, days: Int) -> Self { Self(left.number + days) }
    public static func - (left: Self, days: Int) -> Self { Self(left.number - days) }
}
