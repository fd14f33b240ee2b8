import Contracts
import Foundation

/// When a source usually speaks, learned from its own last weeks.
///
///     week   Mo ▁▁▁▁▁▁▁▂▆▇▇▇▆▇▇▆▅▃▂▂▃▂▁▁  Tu …      hours in which it spoke in most weeks are usual
///     silence        ├────────✕✕✕                    each usual hour without a word adds surprise;
///                                └ opens              three or four of them are a gap, nights add nothing
///
/// It knows hours and counts, nothing of who did what. A single week out of the ordinary, such as a holiday, does
/// not change it, because an hour is usual by the share of weeks in which anything came.
public struct SourceRhythm: Sendable, Equatable {
    /// Hours since 1970 with at least one live event, ascending.
    private let spoken: [Int]
    /// For each hour of the week: in how many weeks it was seen, and in how many of them the source spoke.
    private let seen: [Int]
    private let heard: [Int]

    /// - Parameters:
    ///   - spoken: Hours since 1970 in which live events were received, in any order.
    ///   - now: What lies before it is history.
    ///   - gaps: Hours inside earlier data gaps: they say nothing about the rhythm.
    public init(spoken: some Sequence<Int>, until now: Date, gaps: UncountedTime = .none) {
        let last = UTCHour.number(of: now)
        let oldest = last - TrackingLimits.rhythmWeeks * UTCHour.perWeek
        let hours = Set(spoken.filter { (oldest..<last).contains($0) })
        self.spoken = hours.sorted()
        var seen = [Int](repeating: 0, count: UTCHour.perWeek)
        var heard = seen
        if let first = self.spoken.first {
            for hour in first..<last {
                let isHeard = hours.contains(hour)
                if !isHeard, gaps.covers(UTCHour.start(of: hour)) { continue }
                seen[UTCHour.ofWeek(hour)] += 1
                if isHeard { heard[UTCHour.ofWeek(hour)] += 1 }
            }
        }
        self.seen = seen
        self.heard = heard
    }

    /// Whole weeks known.
    public var weeks: Int { seen.min() ?? 0 }

    /// Hours of the week in which the source usually speaks, ascending.
    public var usualHours: [Int] { (0..<UTCHour.perWeek).filter(isUsual) }

    /// When a silence that began at `since` becomes a gap; `nil` when nothing can be expected of the source.
    public func gapOpens(silentSince since: Date) -> Date? {
        let earliest = since.addingTimeInterval(TrackingLimits.silenceSecondsMin)
        return [bySurprise(since), byLongestSilence(since)].compactMap(\.self).min().map { max($0, earliest) }
    }

    private func isUsual(_ hourOfWeek: Int) -> Bool {
        seen[hourOfWeek] >= TrackingLimits.rhythmWeeksMin
            && Double(heard[hourOfWeek]) >= TrackingLimits.usualShareMin * Double(seen[hourOfWeek])
    }

    /// The end of the hour with which the silence has become too surprising. Whole hours count, from the first one
    /// that begins after the source was last heard.
    private func bySurprise(_ since: Date) -> Date? {
        var surprise = 0.0
        let first = UTCHour.number(of: since) + 1
        for hour in first..<(first + TrackingLimits.rhythmWeeks * UTCHour.perWeek) {
            let slot = UTCHour.ofWeek(hour)
            guard isUsual(slot) else { continue }
            // Half a week is added on either side (Krichevsky and Trofimov), so that never is no certainty.
            let chance = (Double(heard[slot]) + 0.5) / (Double(seen[slot]) + 1)
            surprise -= log(1 - chance)
            if surprise >= TrackingLimits.silenceSurpriseMin { return UTCHour.start(of: hour + 1) }
        }
        return nil
    }

    private func byLongestSilence(_ since: Date) -> Date? {
        guard spoken.count >= TrackingLimits.spokenHoursMin, weeks >= TrackingLimits.rhythmWeeksMin,
            let longest = zip(spoken, spoken.dropFirst()).map({ $1 - $0 }).max()
        else { return nil }
        let allowed = Double(longest) * UTCHour.seconds * TrackingLimits.longestSilenceFactor
        return since.addingTimeInterval(allowed)
    }
}

/// Hours of UTC, counted from 1970-01-01.
public enum UTCHour {
    public static let seconds: Double = 3_600
    public static let perWeek = 168

    public static func number(of date: Date) -> Int {
        Int((date.timeIntervalSince1970 / seconds).rounded(.down))
    }

    public static func start(of number: Int) -> Date {
        Date(timeIntervalSince1970: Double(number) * seconds)
    }

    /// 0 for Monday 0:00 to 1:00, 167 for Sunday 23:00 to 24:00.
    public static func ofWeek(_ number: Int) -> Int {
        // 1970-01-01 was a Thursday.
        ((number + 3 * 24) % perWeek + perWeek) % perWeek
    }
}
