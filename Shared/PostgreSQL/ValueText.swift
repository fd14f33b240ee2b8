import Foundation

/// Values as PostgreSQL's input functions read them. COPY uses it, so that a number fits a column of any
/// width.
enum ValueText {
    static func text(of cell: SQLCell) throws -> String {
        if cell.type.element != nil { return try array(cell) }
        switch cell.type {
        case .int2, .int4, .int8: return String(try cell.integer(Int64.self))
        case .bool: return try Bool.decode(cell) ? "t" : "f"
        case .float8: return number(try Double.decode(cell))
        case .uuid: return try UUID.decode(cell).uuidString
        case .timestamptz: return timestamp(try cell.number(Int64.self))
        case .bytea: return hexadecimal(try cell.present())
        case .json, .jsonb: return try JSONText.decode(cell).text
        default: return try String.decode(cell)
        }
    }

    /// Swift prints the shortest digits that read back as the same number; only the special ones are spelled
    /// otherwise.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "Infinity" : "-Infinity" }
        return "\(value)"
    }

    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text = Array("\\x".utf8)
        text.reserveCapacity(2 + bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Elements in quotation marks, so that commas, braces and the word NULL are only text.
    private static func array(_ cell: SQLCell) throws -> String {
        let elements = try [Element].decode(cell).map { element -> String in
            guard let text = element.text else { return "NULL" }
            return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return "{" + elements.joined(separator: ",") + "}"
    }

    private struct Element: SQLDecodable {
        let text: String?

        static func decode(_ cell: SQLCell) throws -> Element {
            Element(text: cell.bytes == nil ? nil : try ValueText.text(of: cell))
        }
    }

    /// `2026-11-23 22:08:42.000001+00`, for years before 1 with ` BC`.
    static func timestamp(_ microseconds: Int64) -> String {
        let perDay: Int64 = 86_400_000_000
        var (days, rest) = microseconds.quotientAndRemainder(dividingBy: perDay)
        if rest < 0 {
            days -= 1
            rest += perDay
        }
        let date = civil(days + 10_957)
        let seconds = rest / 1_000_000
        let year = date.year > 0 ? date.year : 1 - date.year
        return padded(year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2) + " "
            + padded(seconds / 3_600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
            + "." + padded(rest % 1_000_000, 6) + "+00" + (date.year > 0 ? "" : " BC")
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }

    /// The Gregorian date of a day counted from 1 January 1970. The year is made to start in March, so that
    /// the leap day is its last and months follow one formula; eras of 400 years repeat exactly.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
