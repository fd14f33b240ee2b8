import Foundation

/// The one way in which Holdfast writes and reads JSON: RFC 3339 times in UTC with microseconds, absent for nil.
public enum JSONCoding {
    /// A new encoder; keys sorted, so that equal values have equal bytes.
    public static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(RFC3339.string(from: date))
        }
        return encoder
    }

    public static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = RFC3339.date(from: text) else {
                throw DecodingError.dataCorruptedError(
                    in: container,
                    debugDescription: "expected a time like 2026-11-23T10:15:30.123456Z, got \"\(text.prefix(64))\"")
            }
            return date
        }
        return decoder
    }
}

/// RFC 3339 times with a zone; written in UTC with exactly six decimals.
public enum RFC3339 {
    /// The microseconds since 1970 that four digits of a year can say: 0000-01-01 up to the end of 9999.
    private static let writable: Range<Double> = -62_167_219_200_000_000..<253_402_300_800_000_000

    /// `2026-11-23T10:15:30.123456Z`. Rounds to the nearest microsecond. Years 0000...9999: a time before or after
    /// them, as arithmetic on a time that somebody sent may give, is written as the first or last of them.
    public static func string(from date: Date) -> String {
        let exact = (date.timeIntervalSince1970 * 1_000_000).rounded()
        let micros = Int64(min(max(exact, writable.lowerBound), writable.upperBound.nextDown))
        let (days, inDay) = micros.quotientAndRemainderFlooring(by: 86_400_000_000)
        let (year, month, day) = civil(fromDays: days)
        let seconds = inDay / 1_000_000
        return String(unsafeUninitializedCapacity: 27) { text in
            var length = 0
            func write(_ value: Int64, width: Int, then end: Unicode.Scalar) {
                var rest = value
                for place in (length..<length + width).reversed() {
                    text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                text[length + width] = UInt8(ascii: end)
                length += width + 1
            }
            write(Int64(year), width: 4, then: "-")
            write(Int64(month), width: 2, then: "-")
            write(Int64(day), width: 2, then: "T")
            write(seconds / 3_600, width: 2, then: ":")
            write(seconds / 60 % 60, width: 2, then: ":")
            write(seconds % 60, width: 2, then: ".")
            write(inDay % 1_000_000, width: 6, then: "Z")
            return length
        }
    }

    /// Reads an RFC 3339 time; `nil` for anything else, also for a time without a zone, and for one whose zone puts it
    /// before the year 0000 or after 9999 in UTC, where it could not be written again.
    ///
    /// Decimals beyond the sixth are cut off. A leap second (`:60`) reads as the first of the next minute.
    public static func date(from text: String) -> Date? {
        var text = text
        return text.withUTF8(date)
    }

    private static func date(from text: UnsafeBufferPointer<UInt8>) -> Date? {
        var scanner = Scanner(bytes: text)
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2), scanner.skip("Tt "), let hour = scanner.digits(2), scanner.skip(":"),
            let minute = scanner.digits(2), scanner.skip(":"), let second = scanner.digits(2),
            let micros = scanner.fraction(), let offset = scanner.zone(), scanner.isAtEnd,
            (1...12).contains(month), (1...daysIn(month: month, year: year)).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let days = daysFromCivil(year: year, month: month, day: day)
        let seconds = Int64(days) * 86_400 + Int64(hour * 3_600 + minute * 60 + second - offset)
        let exact = Double(seconds) * 1_000_000 + Double(micros)
        return writable.contains(exact) ? Date(timeIntervalSince1970: exact / 1_000_000) : nil
    }

    // Days since 1970-01-01 to a date and back, after Howard Hinnant, "chrono-compatible low-level date algorithms".
    private static func civil(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func daysFromCivil(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private struct Scanner {
        let bytes: UnsafeBufferPointer<UInt8>
        var position = 0

        init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }

        mutating func digits(_ count: Int) -> Int? {
            guard position + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[position..<position + count] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            position += count
            return value
        }

        mutating func skip(_ anyOf: StaticString) -> Bool {
            guard position < bytes.count, anyOf.withUTF8Buffer({ $0.contains(bytes[position]) }) else { return false }
            position += 1
            return true
        }

        /// Microseconds of the optional fraction; `nil` for a dot without digits.
        mutating func fraction() -> Int? {
            guard skip(".,") else { return 0 }
            var micros = 0
            var count = 0
            while let digit = digits(1) {
                if count < 6 { micros = micros * 10 + digit }
                count += 1
            }
            guard count > 0 else { return nil }
            for _ in min(count, 6)..<6 { micros *= 10 }
            return micros
        }

        /// Seconds east of UTC.
        mutating func zone() -> Int? {
            if skip("Zz") { return 0 }
            let sign = skip("+") ? 1 : skip("-") ? -1 : 0
            guard sign != 0, let hours = digits(2) else { return nil }
            _ = skip(":")
            guard let minutes = digits(2), hours < 24, minutes < 60 else { return nil }
            return sign * (hours * 3_600 + minutes * 60)
        }
    }
}

extension Int64 {
    /// Quotient and remainder with a remainder that is never negative, for a positive divisor.
    func quotientAndRemainderFlooring(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
