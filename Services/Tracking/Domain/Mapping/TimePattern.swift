import Foundation

/// Times as spreadsheets and exports write them: `dd/MM/yy, HH:mm` in a zone of their own.
///
/// `yyyy` `yy` `MM` `MMM` (Jan, in English) `dd` `HH` `hh` with `a` (AM, PM) `mm` `ss`; every other character stands
/// for itself. Numbers may be written without the leading zero.
struct TimePattern: Sendable {
    /// As it is written.
    let text: String
    private let parts: [Part]
    private let calendar: Calendar

    private enum Part: Sendable, Equatable {
        case year, shortYear, month, monthName, day, hour, halfDayHour, halfDay, minute, second
        case literal(Character)
    }

    private static let letters: [(letters: String, part: Part)] = [
        ("yyyy", .year), ("yy", .shortYear), ("MMM", .monthName), ("MM", .month), ("dd", .day), ("HH", .hour),
        ("hh", .halfDayHour), ("mm", .minute), ("ss", .second), ("a", .halfDay),
    ]

    /// - Parameter zone: An IANA name.
    /// - Returns: `nil` where the pattern has no year, month and day, another letter, or the zone is not known.
    init?(_ text: String, zone: String) {
        guard let zone = TimeZone(identifier: zone) else { return nil }
        var parts: [Part] = []
        var rest = Substring(text)
        while let character = rest.first {
            if let known = Self.letters.first(where: { rest.hasPrefix($0.letters) }) {
                parts.append(known.part)
                rest = rest.dropFirst(known.letters.count)
            } else {
                guard !character.isLetter || character == "T" else { return nil }
                parts.append(.literal(character))
                rest = rest.dropFirst()
            }
        }
        let hasYear = parts.contains(.year) || parts.contains(.shortYear)
        let hasMonth = parts.contains(.month) || parts.contains(.monthName)
        guard hasYear, hasMonth, parts.contains(.day) else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.text = text
        self.parts = parts
        self.calendar = calendar
    }

    /// `nil` where the text does not have this form or there is no such day. A time that a clock shows twice is the
    /// first.
    func date(_ text: String) -> Date? {
        var fields = DateComponents(hour: 0, minute: 0, second: 0)
        var isAfternoon = false
        var rest = Substring(text)
        for part in parts {
            switch part {
            case .literal(let character):
                guard rest.popFirst() == character else { return nil }
            case .monthName:
                guard let month = Self.months.firstIndex(of: rest.prefix(3).lowercased()) else { return nil }
                fields.month = month + 1
                rest = rest.dropFirst(3)
            case .halfDay:
                let mark = rest.prefix(2).uppercased()
                guard mark == "AM" || mark == "PM" else { return nil }
                isAfternoon = mark == "PM"
                rest = rest.dropFirst(2)
            default:
                guard let number = Self.number(&rest, digitsMax: part == .year ? 4 : 2) else { return nil }
                Self.set(part, number, in: &fields)
            }
        }
        guard rest.isEmpty, let hour = fields.hour else { return nil }
        if parts.contains(.halfDay) { fields.hour = hour % 12 + (isAfternoon ? 12 : 0) }
        guard fields.isValidDate(in: calendar) else { return nil }
        return calendar.date(from: fields)
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private static func number(_ rest: inout Substring, digitsMax: Int) -> Int? {
        let digits = rest.prefix(digitsMax).prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return Int(digits)
    }

    private static func set(_ part: Part, _ number: Int, in fields: inout DateComponents) {
        switch part {
        case .year: fields.year = number
        case .shortYear: fields.year = 2000 + number
        case .month: fields.month = number
        case .day: fields.day = number
        case .hour, .halfDayHour: fields.hour = number
        case .minute: fields.minute = number
        case .second: fields.second = number
        case .monthName, .halfDay, .literal: break
        }
    }
}
