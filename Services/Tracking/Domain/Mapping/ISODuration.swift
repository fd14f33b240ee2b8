import Foundation

/// ISO 8601 durations: `PT1H30M`, `P1DT12H`, `PT3M14.407S`, `P2W`.
enum ISODuration {
    /// Seconds; `nil` for anything else, and for years and months, which have no fixed length.
    static func seconds(_ text: String) -> Double? {
        var rest = Substring(text)
        guard rest.popFirst() == "P", !rest.isEmpty else { return nil }
        let parts = rest.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        let days = sum(parts[0], units: [("W", 604_800), ("D", 86_400)])
        guard parts.count == 2 else { return days }
        guard !parts[1].isEmpty, let days,
            let time = sum(parts[1], units: [("H", 3_600), ("M", 60), ("S", 1)])
        else { return nil }
        return days + time
    }

    /// Each unit at most once and in this order, as in `1H30M`.
    private static func sum(_ text: Substring, units: [(letter: Character, seconds: Double)]) -> Double? {
        var rest = text
        var sum = 0.0
        for unit in units {
            let digits = rest.prefix { "0123456789.".contains($0) }
            guard rest.dropFirst(digits.count).first == unit.letter, let value = Double(digits) else {
                continue
            }
            sum += value * unit.seconds
            rest = rest.dropFirst(digits.count + 1)
        }
        return rest.isEmpty ? sum : nil
    }
}
