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

    /// - Parameters:
    ///   - run: `nil` for a run that nobody declared: every day, in UTC.
    ///   - quiet: Further stretches in which nobody expects anything to be heard: a learner's own pause, a source
    ///     that sent nothing.
    public init(_ run: CourseRunDefinition?, quiet: [DateInterval] = []) {
        let zone = run.flatMap { TimeZone(identifier: $0.timeZone) } ?? .gmt
        self.zone = zone
        weekdays = Set(run?.studyWeekdays ?? [])
        let declared = (run?.breaks ?? []).map { ($0.startsAt, $0.endsAt) }
        breaks = (declared + quiet.map { ($0.start, $0.end) }).compactMap { startsAt, endsAt in
            let first = Self.number(of: startsAt, zone)
            // The end is the first instant after the last day.
            let last = Self.number(of: endsAt.addingTimeInterval(-1), zone)
            return first <= last ? first...last : nil
        }
    }

    /// The day that it is at `date`.
    public func number(of date: Date) -> Int { Self.number(of: date, zone) }

    private static func number(of date: Date, _ zone: TimeZone) -> Int {
        let local = date.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: date))
        return Int((local / UTCDay.seconds).rounded(.down))
    }

    public func isStudyDay(_ day: Int) -> Bool {
        guard !breaks.contains(where: { $0.contains(day) }) else { return false }
        return weekdays.isEmpty || weekdays.contains(Self.weekday(of: day))
    }

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
