import Contracts
import Foundation

/// Days as people in one time zone count them, from 1970-01-01 there. They last 23, 24 or 25 hours.
public enum LocalDay {
    public static func number(of instant: Date, in zone: TimeZone) -> Int {
        let local = instant.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: instant))
        return Int((local / UTCDay.seconds).rounded(.down))
    }

    /// The first instant of a day; of a day that a zone left out, the first instant after it.
    ///
    /// Where clocks are set at midnight, midnight may come twice or not at all: of the instants that are midnight by
    /// the offset of the day before or after, the first one that lies in the day.
    public static func start(of number: Int, in zone: TimeZone) -> Date {
        let midnight = Date(timeIntervalSince1970: Double(number) * UTCDay.seconds)
        let candidates = [-UTCDay.seconds, UTCDay.seconds]
            .map { midnight.addingTimeInterval(-Double(zone.secondsFromGMT(for: midnight.addingTimeInterval($0)))) }
            .sorted()
        return candidates.first { Self.number(of: $0, in: zone) >= number } ?? candidates[1]
    }

    /// 1 for Monday to 7 for Sunday. 1970-01-01 was a Thursday.
    public static func weekday(of number: Int) -> Int { ((number + 3) % 7 + 7) % 7 + 1 }

    /// `2026-12-24` as a day; `nil` for anything else.
    public static func number(of text: String) -> Int? {
        guard text.utf8.count == 10 else { return nil }
        return RFC3339.date(from: text + "T00:00:00Z").map { UTCDay.number(of: $0) }
    }

    /// A day as `2026-12-24`.
    public static func text(of number: Int) -> String {
        String(RFC3339.string(from: UTCDay.start(of: number)).prefix(10))
    }
}
