extension Settings {
    /// The declared settings as a Markdown table: name, default, unit, meaning.
    public static func table(of settings: [SettingDescription]) -> String {
        var lines = ["| variable | default | unit | meaning |", "| --- | --- | --- | --- |"]
        for setting in settings {
            let standard = setting.standard.map { $0.isEmpty ? "none" : "`\($0)`" } ?? "**required**"
            lines.append("| `\(setting.name)` | \(standard) | \(setting.unit) | \(setting.meaning) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Reads `250ms`, `1.5s`, `5m`, `2h` or `7d`. Nil for anything else, and for negative lengths.
    static func duration(from text: String) -> Duration? {
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400),
        ]
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = Double(text.dropLast(unit.suffix.count)), number.isFinite, number >= 0,
                number * unit.seconds < 1e12
            else { continue }
            return .milliseconds(Int64((number * unit.seconds * 1_000).rounded()))
        }
        return nil
    }

    /// The shortest text that ``duration(from:)`` reads back as `duration`, in whole milliseconds.
    static func words(_ duration: Duration) -> String {
        let milliseconds = Int64((duration / .milliseconds(1)).rounded())
        for (suffix, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)]
            as [(String, Int64)]
        where milliseconds != 0 && milliseconds % length == 0 {
            return "\(milliseconds / length)\(suffix)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }

    static func words(_ range: ClosedRange<Int>) -> String {
        range.upperBound == Int.max
            ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    }
}

/// Which clock a service reads its domain time from.
public enum ClockChoice: String, CaseIterable, Sendable {
    case system, simulated

    /// A new clock of this kind.
    public func makeClock() -> any ServiceClock {
        switch self {
        case .system: SystemClock()
        case .simulated: SimulatedClock()
        }
    }
}

/// Where a service listens and how much it says: the settings that every service has.
public struct CommonSettings: Sendable {
    public let httpHost: String
    public let httpPort: Int
    public let clock: ClockChoice
    public let logLevel: LogLevel

    /// - Parameter defaultPort: Where the service listens when nobody says otherwise.
    /// - Throws: ``SettingsError`` for the first value that cannot be used.
    public init(_ settings: Settings, defaultPort: Int) throws {
        httpHost = try settings.string(
            "HOLDFAST_HTTP_HOST", default: "127.0.0.1", unit: "address",
            doc: "The address to listen on; 0.0.0.0 for every one.")
        httpPort = try settings.int(
            "HOLDFAST_HTTP_PORT", default: defaultPort, in: 0...65_535, unit: "port",
            doc: "The port to listen on; 0 takes a free one, which the log then names.")
        clock = try settings.choice(
            "HOLDFAST_CLOCK", default: .system,
            doc: "Where domain time comes from; a simulated clock is set through `PUT /v1/clock`.")
        logLevel = try settings.choice(
            "HOLDFAST_LOG_LEVEL", default: .info, doc: "The least severe lines that are written.")
    }
}

/// How much is logged.
public enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical
}
