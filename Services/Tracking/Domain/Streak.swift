import Foundation

/// Days in a row on which a learner studied, as the learner's own calendar counts them.
///
/// - A day on which nothing was expected (a holiday, a pause of the learner's, a weekday that is not in the plan)
///   neither counts nor ends the streak.
/// - Every ``TrackingLimits/daysPerFreeze`` active days of a streak earn a freeze; at most
///   ``TrackingLimits/freezesMax`` are held. A missed day takes one; without one the streak ends, and with it what
///   was earned.
/// - Today is not missed before it is over.
public struct Streak: Sendable, Equatable {
    /// Active days of the streak that goes on; 0 for none.
    public private(set) var current = 0
    public private(set) var longest = 0
    /// Freezes that can still be used.
    public private(set) var freezes = 0
    /// Missed days of the current streak that a freeze was used for, oldest first.
    public private(set) var frozen: [Int] = []
    /// The first day of the current streak.
    public private(set) var startedOn: Int?
    private var towardsFreeze = 0

    /// - Parameters:
    ///   - active: Local days with activity, in any order.
    ///   - today: The local day now.
    ///   - isExpected: Whether anything was expected on a day without activity.
    public init(active: Set<Int>, today: Int, isExpected: (Int) -> Bool) {
        guard let first = active.min(), first <= today else { return }
        for day in first...today {
            if active.contains(day) {
                study(on: day)
            } else if day < today, current > 0, isExpected(day) {
                miss(day)
            }
        }
    }

    private mutating func study(on day: Int) {
        if current == 0 { startedOn = day }
        current += 1
        longest = max(longest, current)
        towardsFreeze += 1
        if towardsFreeze == TrackingLimits.daysPerFreeze {
            towardsFreeze = 0
            freezes = min(freezes + 1, TrackingLimits.freezesMax)
        }
    }

    private mutating func miss(_ day: Int) {
        guard freezes > 0 else {
            (current, freezes, towardsFreeze) = (0, 0, 0)
            (frozen, startedOn) = ([], nil)
            return
        }
        freezes -= 1
        frozen.append(day)
    }

    /// Local days with activity, from what is known of UTC days.
    ///
    /// A UTC day lies in two local days at most: no zone has a whole local day inside of one. So the first and the last
    /// event of the UTC day say which of the two had any.
    public static func localDays(_ spans: some Sequence<(firstAt: Date, lastAt: Date)>, in zone: TimeZone) -> Set<Int> {
        spans.reduce(into: []) { days, span in
            days.insert(LocalDay.number(of: span.firstAt, in: zone))
            days.insert(LocalDay.number(of: span.lastAt, in: zone))
        }
    }
}
