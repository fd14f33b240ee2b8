import Contracts
import Foundation

/// One learner's study in one run, in one row: days, and how many activities were begun and how deep. It depends on
/// which events came, not on their order.
public struct StudyProfile: Sendable, Equatable {
    public let key: StudyKey
    /// Single actions by UTC day, days since 1970-01-01. Only what shows the learner studying.
    public var days: [Int: Int]
    public var lastActivityAt: Date?
    /// Activities with any event.
    public var begun: Int
    /// Those of them in which the learner gave something of their own.
    public var deep: Int
    /// Activities answered right within ``TrackingLimits/quickAnswerSeconds`` of opening them.
    public var quickAnswers: Int
    /// The newest events, oldest first, at most ``TrackingLimits/recentEventsMax``.
    public var recent: [RecentEvent]

    public init(
        key: StudyKey, days: [Int: Int] = [:], lastActivityAt: Date? = nil, begun: Int = 0, deep: Int = 0,
        quickAnswers: Int = 0, recent: [RecentEvent] = []
    ) {
        self.key = key
        self.days = days
        self.lastActivityAt = lastActivityAt
        self.begun = begun
        self.deep = deep
        self.quickAnswers = quickAnswers
        self.recent = recent
    }

    public var actions: Int { days.values.reduce(0, +) }

    /// Takes in that the learner studied.
    mutating func addActivity(at instant: Date, actions: Int) {
        days[UTCDay.number(of: instant), default: 0] += actions
        lastActivityAt = max(lastActivityAt ?? instant, instant)
    }

    /// What of it is compared with others in the run: bucket by measure and period.
    ///
    /// - Parameter weeks: Weeks of which the figures are wanted; the figures of the whole run come with them.
    func buckets(ofWeeks weeks: Set<Int>) -> [StudyMeasure.Place: Int] {
        guard !days.isEmpty || begun > 0 else { return [:] }
        var buckets: [StudyMeasure.Place: Int] = [:]
        func put(_ measure: StudyMeasure, _ period: Int, _ value: Int) {
            guard value > 0 else { return }
            buckets[StudyMeasure.Place(measure: measure, period: period)] = Distribution.bucket(of: value)
        }
        put(.runActiveDays, StudyMeasure.wholeRun, days.count)
        put(.runActions, StudyMeasure.wholeRun, actions)
        put(.runActivities, StudyMeasure.wholeRun, begun)
        put(.runDeepActivities, StudyMeasure.wholeRun, deep)
        for week in weeks {
            let figures = self.figures(ofWeek: week)
            put(.weekActiveDays, week, figures.activeDays)
            put(.weekActions, week, figures.actions)
        }
        return buckets
    }

    /// Active days and actions of one week.
    public func figures(ofWeek week: Int) -> (activeDays: Int, actions: Int) {
        UTCWeek.days(of: week).reduce(into: (0, 0)) { sum, day in
            guard let actions = days[day] else { return }
            sum.0 += 1
            sum.1 += actions
        }
    }
}

/// Weeks of UTC that begin on Monday, counted from the one of 1969-12-29.
public enum UTCWeek {
    /// The week that holds a day since 1970-01-01, which was a Thursday.
    public static func number(ofDay day: Int) -> Int { Int((Double(day + 3) / 7).rounded(.down)) }

    public static func number(of date: Date) -> Int { number(ofDay: UTCDay.number(of: date)) }

    /// Monday to Sunday.
    public static func days(of week: Int) -> Range<Int> { week * 7 - 3..<week * 7 + 4 }

    public static func start(of week: Int) -> Date { UTCDay.start(of: days(of: week).lowerBound) }
}
