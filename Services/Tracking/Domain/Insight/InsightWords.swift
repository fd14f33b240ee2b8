import Contracts
import Foundation

/// Figures in words, for people.
enum InsightWords {
    static func days(_ count: Int) -> String { counted(count, "day", "days") }

    static func counted(_ count: Int, _ one: String, _ many: String) -> String {
        count == 1 ? "1 \(one)" : "\(Words.count(count)) \(many)"
    }

    /// `2026-11-26`, in UTC.
    static func day(_ date: Date) -> String { String(RFC3339.string(from: date).prefix(10)) }

    /// `12 times`, `2.5 times`.
    static func times(_ ratio: Double) -> String { "\(number(ratio)) times" }

    /// With one decimal below 10, where it has one.
    static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return abs(tenths) >= 10 || tenths == tenths.rounded()
            ? Words.count(Int(value.rounded())) : "\(tenths)"
    }

    /// To three significant digits: more would only look exact.
    static func rounded(_ value: Double) -> Double {
        guard value != 0, value.isFinite else { return value }
        let scale = pow(10, 2 - log10(abs(value)).rounded(.down))
        return (value * scale).rounded() / scale
    }

    static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
