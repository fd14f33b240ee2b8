import Foundation

/// A day in the calendar, in no time zone: what people mean by "due on Sunday".
public struct CivilDay: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let number: Int

    public init(number: Int) {
        self.number = number
    }

    /// Reads `2026-11-23`; `nil` for anything else, also for a day that does not exist.
    public init?(_ text: String) {
        guard text.utf8.count == 10, let midnight = RFC3339Day.midnight(of: text) else { return nil }
        number = Int((midnight.timeIntervalSince1970 / 86_400).rounded(.down))
    }

    /// The day that it is at `date` in `zone`.
    public init(containing date: Date, in zone: TimeZone) {
        let local = date.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: date))
        number = Int((local / 86_400).rounded(.down))
    }

    /// The Monday of this day's week, which may be the day itself.
    public var monday: CivilDay {
        self - weekday
    }

    /// 0 for Monday ... 6 for Sunday.
    public var weekday: Int {
        // 1970-01-01 was a Thursday.
        (((number + 3) % 7) + 7) % 7
    }

    public static func + (day: CivilDay, days: Int) -> CivilDay { CivilDay(number: day.number + days) }
    public static func - (day: CivilDay, days: Int) -> CivilDay { CivilDay(number: day.number - days) }
    public static func < (left: CivilDay, right: CivilDay) -> Bool { left.number < right.number }

    public var description: String {
        RFC3339Day.text(daysSince1970: number)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let day = CivilDay(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected a day like 2026-11-23, got \"\(text.prefix(32))\"")
        }
        self = day
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The days of a course run in one time zone, as instants: looked up once, because asking the calendar for
/// each learner and day would be most of the work of a simulation.
struct ZoneCalendar: Sendable {
    /// Day 0 is the run's first day; earlier ones are negative.
    let firstDay: Int
    /// Microseconds since 1970 at which each day begins here, and one more for the end of the last.
    private let starts: [Int64]
    /// Microseconds east of UTC at the beginning of each day.
    private let offsets: [Int64]
    private let zone: TimeZone

    /// - Parameters:
    ///   - days: Days counted from `start`.
    /// - Throws: ``CohortError/unknownTimeZone(_:)``, also where the machine has no time zone data.
    init(zone identifier: String, start: CivilDay, days: ClosedRange<Int>) throws {
        guard let zone = TimeZone(identifier: identifier) else {
            throw CohortError.unknownTimeZone(identifier)
        }
        self.zone = zone
        firstDay = days.lowerBound
        starts = (days.lowerBound...days.upperBound + 1).map { day in
            Self.instant(local: Int64((start + day).number) * Micros.day, zone: zone)
        }
        offsets = starts.map { Self.offset(at: $0, zone: zone) }
    }

    var lastDay: Int { firstDay + starts.count - 2 }

    /// The first instant of `day`, in microseconds since 1970.
    func start(of day: Int) -> Int64 { starts[day - firstDay] }

    /// The first instant after `day`.
    func end(of day: Int) -> Int64 { starts[day - firstDay + 1] }

    /// The instant at which a clock on the wall shows `sinceMidnight`.
    ///
    /// A time that the clocks skip in spring is read as if they had not been changed, so it comes out later,
    /// never lost; of a time that comes twice in autumn it is the first.
    func instant(day: Int, sinceMidnight: Int64) -> Int64 {
        let offset = offsets[day - firstDay]
        let plain = start(of: day) + sinceMidnight
        if offset == offsets[day - firstDay + 1] { return min(plain, end(of: day) - 1) }
        let local = start(of: day) + offset + sinceMidnight
        return min(max(Self.instant(local: local, zone: zone), start(of: day)), end(of: day) - 1)
    }

    private static func offset(at instant: Int64, zone: TimeZone) -> Int64 {
        Int64(zone.secondsFromGMT(for: Micros.date(instant))) * Micros.second
    }

    /// From microseconds on the wall clock to an instant.
    private static func instant(local: Int64, zone: TimeZone) -> Int64 {
        // The offset some hours before is the one in force before any change of that night.
        let before = offset(
            at: local - Micros.day / 2 - offset(at: local - Micros.day / 2, zone: zone), zone: zone)
        let early = local - before
        let after = offset(at: early, zone: zone)
        if after == before { return early }
        let late = local - after
        return offset(at: late, zone: zone) == after ? late : early
    }
}

/// Microseconds since 1970, whole numbers, so that equal seeds give equal bytes.
enum Micros {
    static let second: Int64 = 1_000_000
    static let minute: Int64 = 60 * second
    static let hour: Int64 = 60 * minute
    static let day: Int64 = 24 * hour

    static func date(_ micros: Int64) -> Date {
        Date(timeIntervalSince1970: Double(micros) / 1_000_000)
    }

    static func of(_ date: Date) -> Int64 {
        Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
    }
}
