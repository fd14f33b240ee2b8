import Foundation

/// Hours of the recipient's day in which nothing is sent; may span midnight.
public struct QuietHours: Sendable, Equatable {
    public let fromHour: Int
    public let untilHour: Int

    /// - Parameters:
    ///   - fromHour: First quiet hour on the local clock, 0...23.
    ///   - untilHour: First hour that is quiet no more, 0...23; equal to `fromHour` for no quiet hours.
    public init(fromHour: Int, untilHour: Int) {
        self.fromHour = fromHour
        self.untilHour = untilHour
    }

    /// When sending is allowed again, or `nil` when it is allowed at `now`.
    ///
    /// Looks at the local wall clock, so a day of 23 or 25 hours is right: the answer is the first instant after
    /// `now` at which the wall clock shows an allowed hour. Steps of a quarter of an hour, the finest offset between
    /// zones in use, find it.
    public func end(after now: Date, in zone: TimeZone) -> Date? {
        guard isQuiet(now, in: zone) else { return nil }
        let step: TimeInterval = 900
        var instant = (now.timeIntervalSince1970 / step).rounded(.down) * step
        // At most a day of quiet, and one hour more where a clock is set back.
        for _ in 0..<(26 * 4) {
            instant += step
            let candidate = Date(timeIntervalSince1970: instant)
            if !isQuiet(candidate, in: zone) { return candidate }
        }
        return Date(timeIntervalSince1970: instant)
    }

    func isQuiet(_ instant: Date, in zone: TimeZone) -> Bool {
        let local = instant.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: instant))
        let hour = Int((local / 3_600).rounded(.down)) % 24
        let inDay = hour < 0 ? hour + 24 : hour
        if fromHour <= untilHour { return inDay >= fromHour && inDay < untilHour }
        return inDay >= fromHour || inDay < untilHour
    }
}
