import Foundation

/// How much a learner does in a course run lately: an index of activity that halves every week.
///
///     index(t) = Σ over days d of  ln(1 + actions on d) · 2^(-(t - d) / 7 days)   ÷   the same of a typical
///     learner
///
/// The logarithm keeps one wild evening from counting like a week of steady work. A typical active learner
/// does 20 actions on each of 3 days a week, for ever: that is 1. It never falls when somebody does more,
/// and falls without a break while nothing is done. Days are UTC days, and a day counts from its start.
///
/// Only days within ``windowDays`` of the newest one count. What is older weighs less than a thousandth of
/// what it did, and leaving it out makes the index a function of few rows, equal in whatever order events
/// arrived.
public struct EngagementScore: Sendable, Equatable {
    public static let halfLifeDays: Double = 7
    public static let windowDays = 70
    public static let typicalActionsPerActiveDay: Double = 20
    public static let typicalActiveDaysPerWeek: Double = 3

    /// Not negative, finite.
    public let value: Double
    /// The start of the newest active day, for which ``value`` holds; `nil` for no activity ever.
    public let asOf: Date?

    public static let none = EngagementScore(value: 0, asOf: nil)

    public init(value: Double, asOf: Date?) {
        self.value = value
        self.asOf = asOf
    }

    /// The index as of the newest of the given days, whatever their order.
    public init(days: some Sequence<DayActivity>) {
        let sorted = days.filter { $0.actions > 0 }.sorted { $0.day < $1.day }
        guard let newest = sorted.last?.day else {
            self = .none
            return
        }
        var sum = 0.0
        for day in sorted where day.day > newest - Self.windowDays {
            sum += log1p(Double(day.actions)) * Self.weight(afterDays: Double(newest - day.day))
        }
        self.init(value: sum / Self.typicalSum, asOf: UTCDay.start(of: newest))
    }

    /// The index at a later time, when nothing happened since. Never more than ``value``.
    public func value(at now: Date) -> Double {
        guard let asOf else { return 0 }
        return value * Self.weight(afterDays: max(0, now.timeIntervalSince(asOf)) / UTCDay.seconds)
    }

    private static func weight(afterDays days: Double) -> Double { exp2(-days / halfLifeDays) }

    /// The sum in the long run for the typical learner: a geometric series over the days.
    private static let typicalSum =
        log1p(typicalActionsPerActiveDay) * (typicalActiveDaysPerWeek / 7) / (1 - weight(afterDays: 1))
}

/// Days of UTC, counted from 1970-01-01.
public enum UTCDay {
    public static let seconds: Double = 86_400

    public static func number(of date: Date) -> Int {
        Int((date.timeIntervalSince1970 / seconds).rounded(.down))
    }

    public static func start(of number: Int) -> Date { Date(timeIntervalSince1970: Double(number) * seconds) }
}

/// What one learner did in one course run on one UTC day. Only what shows the learner studying counts.
public struct DayActivity: Sendable, Equatable {
    /// Days since 1970-01-01.
    public let day: Int
    public private(set) var eventCount: Int
    /// Single actions: an event that stands for many counts as many.
    public private(set) var actions: Int
    public private(set) var firstAt: Date
    public private(set) var lastAt: Date

    public init(day: Int, eventCount: Int, actions: Int, firstAt: Date, lastAt: Date) {
        self.day = day
        self.eventCount = eventCount
        self.actions = actions
        self.firstAt = firstAt
        self.lastAt = lastAt
    }

    /// The day of its first event.
    public init(at instant: Date, actions: Int) {
        self.init(
            day: UTCDay.number(of: instant), eventCount: 1, actions: actions, firstAt: instant,
            lastAt: instant)
    }

    /// Adds one more event of the same day, in whatever order.
    public mutating func add(at instant: Date, actions more: Int) {
        eventCount += 1
        actions += more
        firstAt = min(firstAt, instant)
        lastAt = max(lastAt, instant)
    }
}
