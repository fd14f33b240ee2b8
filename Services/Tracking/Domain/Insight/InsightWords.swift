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

    static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
