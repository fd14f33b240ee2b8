import Contracts
import Foundation

/// Times and spans as xAPI writes them.
enum XAPITime {
    /// A moment by ISO 8601, extended or basic form; with a zone, unless `zoneIsOptional`, and then UTC.
    ///
    /// An offset of minus zero says that the zone is unknown (RFC 3339, 4.3), which xAPI forbids.
    static func instant(_ text: String, zoneIsOptional: Bool) -> Date? {
        // Nearly every time: RFC 3339.
        if !["-00:00", "-0000"].contains(where: text.hasSuffix), let date = RFC3339.date(from: text) { return date }
        var spelled = text
        guard let zone = text.firstMatch(of: /(Z|z|[+\-]\d{2}(:?\d{2})?)$/), hasClock(before: zone.range, text) else {
            return zoneIsOptional ? read(spelled + "Z") : nil
        }
        if zone.output.0.hasPrefix("-"), zone.output.0.allSatisfy({ "-0:".contains($0) }) { return nil }
        if zone.output.0.count == 3 { spelled += ":00" }
        return read(spelled)
    }

    /// Whether what stands before the zone has a time of day: the `-18` of `2026-01-18` is a day.
    private static func hasClock(before zone: Range<String.Index>, _ text: String) -> Bool {
        text[..<zone.lowerBound].contains { "Tt ".contains($0) }
    }

    private static func read(_ text: String) -> Date? {
        guard
            let parts = text.wholeMatch(
                of: /(\d{4})-?(\d{2})-?(\d{2})[Tt ](\d{2}):?(\d{2})(?::?(\d{2}))?([.,]\d+)?(Z|z|[+\-]\d{2}:?\d{2})/)?
                .output
        else { return nil }
        let fraction = parts.7.map { "." + $0.dropFirst() } ?? ""
        // A fraction belongs to seconds; one of minutes is allowed by ISO 8601 and written by nobody.
        guard parts.6 != nil || fraction.isEmpty else { return nil }
        return RFC3339.date(
            from: "\(parts.1)-\(parts.2)-\(parts.3)T\(parts.4):\(parts.5):\(parts.6 ?? "00")\(fraction)\(parts.8)")
    }

    /// A span by ISO 8601 4.4.3.2: `PnW`, or `PnYnMnDTnHnMnS` with at least one part, of which the last may have a
    /// fraction.
    struct Span: Equatable {
        var years = 0.0
        var months = 0.0
        var days = 0.0
        var seconds = 0.0

        /// Its length; nil when it has years or months, which have none.
        var exactSeconds: Double? { years == 0 && months == 0 ? days * 86_400 + seconds : nil }
    }

    static func span(_ text: String) -> Span? {
        if let weeks = text.wholeMatch(of: /P(\d+(?:[.,]\d+)?)W/) {
            return number(weeks.output.1).map { Span(days: $0 * 7) }
        }
        guard
            let parts = text.wholeMatch(
                of: /P(?:(\d+(?:[.,]\d+)?)Y)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)D)?(T.+)?/
            )?.output
        else { return nil }
        let clock = parts.4 ?? "T"
        guard
            let times = clock.wholeMatch(
                of: /T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?/)?.output
        else { return nil }
        let numbers = [parts.1, parts.2, parts.3, times.1, times.2, times.3]
        let given = numbers.compactMap { $0 }
        guard !given.isEmpty, parts.4 == nil || [times.1, times.2, times.3].contains(where: { $0 != nil }),
            given.dropLast().allSatisfy({ $0.utf8.allSatisfy(XAPIFormats.isDigit) })
        else { return nil }
        let values = numbers.map { $0.flatMap(number) ?? 0 }
        return Span(
            years: values[0], months: values[1], days: values[2],
            seconds: values[3] * 3_600 + values[4] * 60 + values[5])
    }

    private static func number(_ text: Substring) -> Double? { Double(text.replacing(",", with: ".")) }
}
