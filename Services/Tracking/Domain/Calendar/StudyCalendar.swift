import Contracts
import Foundation

/// When a learner is expected to study in a run: from its start to its end, on its weekdays or on those of the
/// learner's own plan, but for breaks, holidays, the learner's pauses, and data gaps, of which nobody knows anything.
///
/// Inactivity is counted in this time alone. Its unit is the study week: as many days of 24 hours as a week has study
/// days. So somebody who is expected on Tuesdays only is judged after one Tuesday that was left out, not after seven.
public struct StudyCalendar: Sendable, Equatable {
    public let timeZone: TimeZone
    /// Nothing is expected before; `nil` for a run that nobody declared.
    public let startsAt: Date?
    /// Nothing is expected from here on.
    public let endsAt: Date?
    /// 1 for Monday to 7 for Sunday; never empty.
    public let weekdays: Set<Int>
    /// When nothing is expected in between, in order and apart from each other.
    public let off: [Range<Date>]

    /// Every day of every week, for ever: what holds where nobody declared anything.
    public static let everyDay = StudyCalendar(run: nil, holidays: [], plan: nil)

    /// - Parameters:
    ///   - run: As declared; `nil` when it is not.
    ///   - holidays: Of the whole tenant.
    ///   - plan: The learner's own; its weekdays come before the run's.
    ///   - gaps: When the run's sources were silent. One that lasts has no end yet.
    public init(run: RunCalendar?, holidays: [Holiday], plan: LearnerPlan?, gaps: UncountedTime = .none) {
        let zone = Self.zone(run?.timeZone ?? plan?.timeZone)
        timeZone = zone
        startsAt = run?.startsAt
        endsAt = run?.endsAt
        let days = Set(plan?.studyWeekdays ?? []).isEmpty ? run?.studyWeekdays ?? [] : plan?.studyWeekdays ?? []
        let known = Set(days).intersection(1...7)
        weekdays = known.isEmpty ? Set(1...7) : known
        off = Self.merged(
            (run?.breaks ?? []).map { ($0.startsAt, $0.endsAt) } + holidays.compactMap { $0.span(in: zone) }
                + (plan?.pauses ?? []).map { ($0.from, $0.until) } + gaps.spans.map { ($0.from, $0.until) })
    }

    /// Seconds of expected time in a study week.
    public var weekSeconds: Double { Double(weekdays.count) * UTCDay.seconds }

    /// The first instant by which `seconds` of expected time have passed since `start`; `nil` when that never happens,
    /// or cannot be said while a data gap lasts.
    public func instant(after seconds: Double, from start: Date) -> Date? {
        var left = seconds
        var at = max(start, startsAt ?? start)
        while true {
            if let pause = off.first(where: { $0.contains(at) }) { at = pause.upperBound }
            if at == .distantFuture { return nil }
            if let endsAt, at >= endsAt { return nil }
            let (isExpected, end) = stretch(at)
            guard let end else { return at.addingTimeInterval(left) }
            if isExpected {
                let room = end.timeIntervalSince(at)
                if left <= room { return at.addingTimeInterval(left) }
                left -= room
            }
            at = end
        }
    }

    /// Whether anything is expected on a day of the calendar's zone.
    public func isExpected(day: Int) -> Bool {
        let (start, end) = (LocalDay.start(of: day, in: timeZone), LocalDay.start(of: day + 1, in: timeZone))
        if let startsAt, end <= startsAt { return false }
        if let endsAt, start >= endsAt { return false }
        return weekdays.contains(LocalDay.weekday(of: day))
            && !off.contains { $0.lowerBound <= start && $0.upperBound >= end }
    }

    // MARK: - Private parts

    /// Whether studying is expected at an instant that lies in no pause, and until when that stays so; `nil` for ever.
    private func stretch(_ at: Date) -> (isExpected: Bool, end: Date?) {
        var ends = [endsAt, off.first { $0.lowerBound > at }?.lowerBound]
        guard weekdays.count < 7 else { return (true, ends.compactMap(\.self).min()) }
        let day = LocalDay.number(of: at, in: timeZone)
        ends.append(LocalDay.start(of: day + 1, in: timeZone))
        return (weekdays.contains(LocalDay.weekday(of: day)), ends.compactMap(\.self).min())
    }

    private static func zone(_ name: String?) -> TimeZone {
        name.flatMap(TimeZone.init(identifier:)) ?? .gmt
    }

    private static func merged(_ spans: [(Date, Date)]) -> [Range<Date>] {
        var merged: [Range<Date>] = []
        for (start, end) in spans.filter({ $0.0 < $0.1 }).sorted(by: { $0.0 < $1.0 }) {
            if let last = merged.last, start <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, end)
            } else {
                merged.append(start..<end)
            }
        }
        return merged
    }
}

/// What a run's declaration says about its calendar.
public struct RunCalendar: Codable, Sendable, Equatable {
    public var timeZone: String
    public var startsAt: Date
    public var endsAt: Date
    public var breaks: [CalendarBreak]
    public var studyWeekdays: [Int]

    public init(_ run: CourseRunDefinition) {
        timeZone = run.timeZone
        startsAt = run.startsAt
        endsAt = run.endsAt
        breaks = run.breaks
        studyWeekdays = run.studyWeekdays
    }
}

/// What a learner said about studying.
public struct LearnerPlan: Codable, Sendable, Equatable {
    /// IANA name; `nil` when the learner never said.
    public var timeZone: String?
    /// 1 for Monday to 7 for Sunday; empty when the learner never said.
    public var studyWeekdays: [Int] = []
    /// By their begin, each once.
    public var pauses: [Pause] = []

    public struct Pause: Codable, Sendable, Equatable {
        public var from: Date
        public var until: Date
    }

    public init() {}

    public mutating func take(_ change: PlanChange) {
        switch change {
        case .settings(let said):
            timeZone = said.timeZone
            studyWeekdays = said.studyWeekdays
        case .pause(let said):
            pauses.removeAll { $0.from == said.from }
            if said.until > said.from { pauses.append(Pause(from: said.from, until: said.until)) }
            pauses = Array(pauses.sorted { $0.from < $1.from }.suffix(TrackingLimits.pausesMax))
        }
    }
}

/// One thing that a learner said about studying.
public enum PlanChange: Sendable {
    case settings(StudySettingsChanged)
    case pause(LearnerPauseChanged)
}

extension Holiday {
    /// From the start of the first day to the end of the last.
    func span(in zone: TimeZone) -> (Date, Date)? {
        guard let first = LocalDay.number(of: startsOn), let last = LocalDay.number(of: endsOn) else { return nil }
        return (LocalDay.start(of: first, in: zone), LocalDay.start(of: last + 1, in: zone))
    }
}
