import Foundation

/// Quarters of an hour, counted from 1970-01-01 UTC, and the hours of a week that they lie in.
public enum HeatCell {
    private static let seconds = Double(TrackingLimits.heatCellMinutes) * 60

    public static func number(of instant: Date) -> Int { Int((instant.timeIntervalSince1970 / seconds).rounded(.down)) }

    public static func start(of number: Int) -> Date { Date(timeIntervalSince1970: Double(number) * seconds) }

    /// Adds counts of quarters up by weekday (Monday first) and hour, as clocks in `zone` showed them.
    public static func week(_ counts: some Sequence<(quarter: Int, count: Int)>, in zone: TimeZone) -> [[Int]] {
        var week = [[Int]](repeating: [Int](repeating: 0, count: 24), count: 7)
        for (quarter, count) in counts {
            let local = quarter * TrackingLimits.heatCellMinutes * 60 + zone.secondsFromGMT(for: start(of: quarter))
            let day = Int((Double(local) / UTCDay.seconds).rounded(.down))
            let hour = (local - day * Int(UTCDay.seconds)) / 3_600
            week[LocalDay.weekday(of: day) - 1][hour] += count
        }
        return week
    }
}
