import Contracts
import Foundation

/// A small step from one value to another.
///
/// Steps that *select* give nothing where they do not fit, so that the next rule of a list gets its turn. Steps that
/// *read* refuse what they cannot read, and the refusal names the field it came from.
enum MappingTransform: Sendable {
    // Selecting
    /// What comes after the first place where the text stands.
    case after(String)
    /// What comes before it; all of it where it does not stand.
    case upTo(String)
    /// The last part of an IRI or path.
    case lastSegment
    /// Of an object its `id`, of a text the text: platforms write a reference in both ways.
    case idOf
    /// A text that holds JSON, opened; an object as it is.
    case json
    // Writing
    case lowercase, trimmed, urlDecoded
    case prefix(String)
    // Reading
    case number, flag, percent, duration, rfc3339, unixSeconds, unixMilliseconds
    case time(TimePattern)
    /// A number, held between two bounds.
    case clamp(ClosedRange<Double>)

    /// The transforms without arguments, by the name a mapping calls them.
    static let named: [String: MappingTransform] = [
        "lastSegment": .lastSegment, "idOf": .idOf, "json": .json, "lowercase": .lowercase,
        "trimmed": .trimmed,
        "urlDecoded": .urlDecoded, "number": .number, "flag": .flag, "percent": .percent,
        "duration": .duration,
        "rfc3339": .rfc3339, "unixSeconds": .unixSeconds, "unixMilliseconds": .unixMilliseconds,
    ]

    /// - Parameter field: Where the value stood, for the refusal.
    func apply(_ value: FieldValue, field: String) throws(EventProblem) -> FieldValue? {
        switch self {
        case .after, .upTo, .lastSegment, .lowercase, .trimmed, .urlDecoded, .prefix:
            return value.text.flatMap(write).flatMap { $0.isEmpty ? nil : .text($0) }
        case .idOf: return Self.id(of: value)
        case .json: return Self.opened(value)
        case .flag: return .flag(try Self.flag(value, field))
        case .number: return .number(try Self.number(value, field))
        case .percent: return .number(try Self.number(value, field) / 100)
        case .clamp(let range):
            return .number(min(max(try Self.number(value, field), range.lowerBound), range.upperBound))
        case .duration:
            return .number(
                try Self.read(
                    value, field, "a duration like PT1H30M", value.text.flatMap(ISODuration.seconds)))
        case .rfc3339, .unixSeconds, .unixMilliseconds, .time: return .instant(try instant(value, field))
        }
    }

    private func write(_ text: String) -> String? {
        switch self {
        case .after(let mark): text.firstRange(of: mark).map { String(text[$0.upperBound...]) }
        case .upTo(let mark): text.firstRange(of: mark).map { String(text[..<$0.lowerBound]) } ?? text
        case .lastSegment: text.split { "/#:".contains($0) }.last.map(String.init)
        case .lowercase: text.lowercased()
        case .trimmed: text.trimmingCharacters(in: .whitespacesAndNewlines)
        case .urlDecoded: text.removingPercentEncoding
        case .prefix(let prefix): prefix + text
        default: nil
        }
    }

    private static func id(of value: FieldValue) -> FieldValue? {
        guard case .part(let record) = value else { return value.text.map(FieldValue.text) }
        return MappingPath("id").flatMap(record.value).flatMap { $0.text.map(FieldValue.text) }
    }

    private static func opened(_ value: FieldValue) -> FieldValue? {
        guard case .text(let text) = value else { return value }
        do {
            let tape = try JSONTape(Data(text.utf8), depthMax: TrackingLimits.bodyDepthMax)
            return .part(JSONRecord(tape))
        } catch {
            return nil
        }
    }

    // MARK: Reading

    private func instant(_ value: FieldValue, _ field: String) throws(EventProblem) -> Date {
        switch self {
        case .unixSeconds: return try Self.instant(try Self.number(value, field), value, field)
        case .unixMilliseconds: return try Self.instant(try Self.number(value, field) / 1_000, value, field)
        case .time(let pattern):
            return try Self.read(
                value, field, "a time like \(pattern.text)", value.text.flatMap(pattern.date))
        default: return try Self.time(value, field)
        }
    }

    /// A time of the years 0 to 9999: beyond them no calendar writes it, and no event is from there.
    static func instant(_ seconds: Double, _ value: FieldValue, _ field: String) throws(EventProblem) -> Date {
        let years = -62_167_219_200.0..<253_402_300_800.0
        return try read(
            value, field, "a time of the years 0 to 9999",
            years.contains(seconds) ? Date(timeIntervalSince1970: seconds) : nil)
    }

    /// The form that times have where a mapping says nothing else.
    static func time(_ value: FieldValue, _ field: String) throws(EventProblem) -> Date {
        if case .instant(let date) = value { return date }
        return try read(
            value, field, "a time like 2026-11-23T10:15:30.123456Z", value.text.flatMap(RFC3339.date))
    }

    static func number(_ value: FieldValue, _ field: String) throws(EventProblem) -> Double {
        try read(value, field, "a number", value.number)
    }

    static func flag(_ value: FieldValue, _ field: String) throws(EventProblem) -> Bool {
        if case .flag(let flag) = value { return flag }
        let words = ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false]
        return try read(value, field, "true or false", value.text.flatMap { words[$0.lowercased()] })
    }

    private static func read<Result>(
        _ value: FieldValue, _ field: String, _ expected: String, _ result: Result?
    ) throws(EventProblem) -> Result {
        guard let result else { throw EventProblem(field, expected: expected, got: value.words) }
        return result
    }
}
