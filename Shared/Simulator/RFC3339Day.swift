import Contracts
import Foundation

/// Days as text, through the one reader and writer of times that the project has.
enum RFC3339Day {
    static func midnight(of text: String) -> Date? {
        RFC3339.date(from: text + "T00:00:00Z")
    }

    static func text(daysSince1970 number: Int) -> String {
        String(RFC3339.string(from: Date(timeIntervalSince1970: Double(number) * 86_400)).prefix(10))
    }
}
