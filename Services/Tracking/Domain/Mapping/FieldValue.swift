import Contracts
import Foundation

/// One value on its way from a record to an event.
enum FieldValue: Sendable, Equatable {
    case text(String)
    /// As it was written, because ids may have more digits than a `Double` holds.
    case number(spelling: String)
    case flag(Bool)
    case instant(Date)
    /// An object or array of a JSON record, for rules that look further into it.
    case part(JSONRecord)

    static func number(_ value: Double) -> FieldValue {
        let isWhole = value == value.rounded() && abs(value) < 1e15
        return .number(spelling: isWhole ? String(Int64(value)) : "\(value)")
    }

    /// The value where a text is wanted: ids and keys of tables. Nothing for objects and arrays.
    var text: String? {
        switch self {
        case .text(let text): text
        case .number(let spelling): spelling
        case .flag(let flag): flag ? "true" : "false"
        case .instant(let date): RFC3339.string(from: date)
        case .part: nil
        }
    }

    /// The value where a number is wanted, also of a text that is one, as rows of a table have it.
    var number: Double? {
        let spelling: String
        switch self {
        case .text(let text): spelling = text
        case .number(let text): spelling = text
        case .flag, .instant, .part: return nil
        }
        guard let value = Double(spelling), value.isFinite else { return nil }
        return value
    }

    /// What stands there, for a sentence.
    var words: String {
        switch self {
        case .text(let text): "the text \"\(JSONTape.clipped(text))\""
        case .number(let spelling): "the number \(JSONTape.clipped(spelling))"
        case .flag(let flag): flag ? "true" : "false"
        case .instant(let date): RFC3339.string(from: date)
        case .part(let record): record.tape.words(record.node)
        }
    }

    /// As JSON, for the free part of an event. Nothing for objects and arrays, and for numbers that nobody can hold.
    var json: String? {
        switch self {
        case .number(let spelling):
            guard let value = Double(spelling), abs(value) < 1e300, value == 0 || abs(value) > 1e-300 else {
                return nil
            }
            return spelling
        case .flag(let flag): return flag ? "true" : "false"
        case .text, .instant:
            guard let text else { return nil }
            var quoted = ""
            JSONTape.writeQuoted(text, to: &quoted)
            return quoted
        case .part: return nil
        }
    }
}
