import Contracts
import Foundation

/// The days on which a run expects its learners to study, counted in the run's time zone.
///
/// Days are numbers of the calendar in that zone, counted from 1970-01-01.
public struct StudyDays: Sendable {
    private let zone: TimeZone
    /// 1 for Monday to 7 for Sunday; empty for all.
    private let weekdays: Set<Int>
    /// First and last day of each break.
    private let breaks: [ClosedRange<Int>]
    /// The same of stretches in which nothing can be expected of this learner.
    private let quiet: [ClosedRange<Int>]

    /// - Parameter run: `nil` for a run that nobody declared: every day, in UTC.
    public init(_ run: CourseRunDefinition?) {
        self.init(run, holidays: [], plan: nil, gaps: .none)
    }

    /// - Parameters:
    ///   - run: `nil` for a run that nobody declared: every day, in UTC.
    ///   - holidays: Of the whole tenant.
    ///   - plan: The learner's own; its weekdays come before the run's.
    ///   - gaps: When the run's sources were silent. A day of which a gap took anything says nothing.
    public init(_ run: CourseRunDefinition?, holidays: [Holiday], plan: LearnerPlan?, gaps: UncountedTime) {
        let zone = run.flatMap { TimeZone(identifier: $0.timeZone) } ?? .gmt
        self.zone = zone
        let own = Set(plan?.studyWeekdays ?? [])
        weekdays = own.isEmpty ? Set(run?.studyWeekdays ?? []) : own
        func days(_ stretches: [(Date, Date)]) -> [ClosedRange<Int>] {
            stretches.compactMap { startsAt, endsAt in
                let first = Self.number(of: startsAt, zone)
                // The end is the first instant after the last day.
                let last = Self.number(of: endsAt.addingTimeInterval(-1), zone)
                return first <= last ? first...last : nil
            }
        }
        breaks = days((run?.breaks ?? []).map { ($0.startsAt, $0.endsAt) })
        quiet = days(
            holidays.compactMap { $0.span(in: zone) } + (plan?.pauses ?? []).map { ($0.from, $0.until) }
                + gaps.spans.map { ($0.from, $0.until) })
    }

    /// The day that it is at `date`.
    public func number(of date: Date) -> Int { Self.number(of: date, zone) }

    private static func number(of date: Date, _ zone: TimeZone) -> Int {
        let local = date.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: date))
        return Int((local / UTCDay.seconds).rounded(.down))
    }

    public func isStudyDay(_ day: Int) -> Bool {
        guard !breaks.contains(where: { $0.contains(day) }), !isQuiet(day) else { return false }
        return weekdays.isEmpty || weekdays.contains(Self.weekday(of: day))
    }

    /// Whether nothing can be expected on a day for a reason that others in the run need not share.
    public func isQuiet(_ day: Int) -> Bool { quiet.contains { $0.contains(day) } }

    /// 1 for Monday to 7 for Sunday.
    public static func weekday(of day: Int) -> Int { (((day + 3) % 7) + 7) % 7 + 1 }

    /// Study days among `days`.
    public func count(in days: Range<Int>) -> Int { days.count(where: isStudyDay) }

    /// The end of the `count`th study day after `day`, as an instant.
    ///
    /// - Returns: `nil` when it lies more than ``TrackingLimits/forecastDaysMax`` days ahead.
    public func end(ofStudyDay count: Int, after day: Int) -> Date? {
        var left = count
        for next in day + 1...day + TrackingLimits.forecastDaysMax where isStudyDay(next) {
            left -= 1
            if left <= 0 { return instant(startOf: next + 1) }
        }
        return nil
    }

    /// The instant at which a day begins in the zone, to the offset in force half a day before.
    private func instant(startOf day: Int) -> Date {
        let local = UTCDay.start(of: day)
        return local.addingTimeInterval(-Double(zone.secondsFromGMT(for: local.addingTimeInterval(-43_200))))
    }
}
