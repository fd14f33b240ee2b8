import Foundation

/// A value that can stand for a `$n` of a statement.
///
/// The standard types conform: `String` (text), `Int`, `Int64` (bigint), `Int32` (integer), `Int16`
/// (smallint), `Double`, `Bool`, `UUID`, `Date` (timestamptz, exact to the microsecond), `Data` (bytea),
/// ``JSONText`` (jsonb); optionals of these (NULL), and arrays of these, also with NULL elements.
/// Types with a raw value of such a type (identifiers, enumerations) need no conformance: `\(id)` takes them
/// as they are.
public protocol SQLBindable: Sendable {
    /// The type that the server is told.
    static var sqlType: SQLType { get }
    /// Appends the value in PostgreSQL's binary form, or says that it is NULL or cannot be sent.
    func encode(into writer: inout SQLWriter)
}

/// Collects the binary form of parameters.
public struct SQLWriter: Sendable {
    var bytes: [UInt8] = []
    var isNull = false
    /// Why a value cannot be sent. The value itself is never part of the sentence.
    var problem: String?

    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func appendNull() {
        isNull = true
    }

    mutating func refuse(_ reason: String) {
        if problem == nil { problem = reason }
    }

    mutating func append(text: String) {
        var text = text
        let holdsNUL = text.withUTF8 { utf8 in
            bytes.append(contentsOf: utf8)
            return utf8.baseAddress.map { memchr($0, 0, utf8.count) != nil } ?? false
        }
        // PostgreSQL's text cannot hold a NUL, and libraries written in C would cut the value short there.
        if holdsNUL { refuse("text with a NUL character cannot be stored") }
    }
}

/// A JSON document, bound and read as `jsonb`. The text is sent as it is; the server refuses what is not
/// JSON.
public struct JSONText: Sendable, Hashable {
    /// The document.
    public let text: String

    /// Takes a document that is already JSON.
    public init(_ text: String) {
        self.text = text
    }
}

extension String: SQLBindable {
    public static var sqlType: SQLType { .text }
    public func encode(into writer: inout SQLWriter) { writer.append(text: self) }
}

extension Int: SQLBindable {
    public static var sqlType: SQLType { .int8 }
    public func encode(into writer: inout SQLWriter) { writer.append(Int64(self)) }
}

extension Int64: SQLBindable {
    public static var sqlType: SQLType { .int8 }
    public func encode(into writer: inout SQLWriter) { writer.append(self) }
}

extension Int32: SQLBindable {
    public static var sqlType: SQLType { .int4 }
    public func encode(into writer: inout SQLWriter) { writer.append(self) }
}

extension Int16: SQLBindable {
    public static var sqlType: SQLType { .int2 }
    public func encode(into writer: inout SQLWriter) { writer.append(self) }
}

extension Double: SQLBindable {
    public static var sqlType: SQLType { .float8 }
    public func encode(into writer: inout SQLWriter) { writer.append(bitPattern) }
}

extension Bool: SQLBindable {
    public static var sqlType: SQLType { .bool }
    public func encode(into writer: inout SQLWriter) { writer.bytes.append(self ? 1 : 0) }
}

extension UUID: SQLBindable {
    public static var sqlType: SQLType { .uuid }
    public func encode(into writer: inout SQLWriter) {
        withUnsafeBytes(of: uuid) { writer.bytes.append(contentsOf: $0) }
    }
}

extension Data: SQLBindable {
    public static var sqlType: SQLType { .bytea }
    public func encode(into writer: inout SQLWriter) { writer.bytes.append(contentsOf: self) }
}

extension JSONText: SQLBindable {
    public static var sqlType: SQLType { .jsonb }
    public func encode(into writer: inout SQLWriter) {
        writer.bytes.append(1)  // The version of jsonb's binary form.
        writer.append(text: text)
    }
}

extension Date: SQLBindable {
    public static var sqlType: SQLType { .timestamptz }
    public func encode(into writer: inout SQLWriter) {
        guard let microseconds = PostgresTime.microseconds(of: self) else {
            return writer.refuse("a date must lie between the years 4713 BC and 294276")
        }
        writer.append(microseconds)
    }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    public static var sqlType: SQLType { Wrapped.sqlType }
    public func encode(into writer: inout SQLWriter) {
        switch self {
        case .some(let value): value.encode(into: &writer)
        case .none: writer.appendNull()
        }
    }
}

extension Array: SQLBindable where Element: SQLBindable {
    public static var sqlType: SQLType { Element.sqlType.array ?? .unknown }

    public func encode(into writer: inout SQLWriter) {
        guard Element.sqlType.array != nil else {
            return writer.refuse("an array of \(Element.sqlType) cannot be bound")
        }
        guard !isEmpty else {
            writer.append(Int32(0))  // No dimension: the empty array.
            writer.append(Int32(0))
            return writer.append(Element.sqlType.oid)
        }
        writer.append(Int32(1))
        let flagOffset = writer.bytes.count
        writer.append(Int32(0))
        writer.append(Element.sqlType.oid)
        writer.append(Int32(truncatingIfNeeded: count))
        writer.append(Int32(1))
        var hasNull = false
        for element in self {
            let lengthOffset = writer.bytes.count
            writer.append(Int32(-1))
            element.encode(into: &writer)
            if writer.isNull {
                writer.isNull = false
                hasNull = true
            } else {
                writer.overwrite(
                    Int32(truncatingIfNeeded: writer.bytes.count - lengthOffset - 4), at: lengthOffset)
            }
        }
        if hasNull { writer.overwrite(Int32(1), at: flagOffset) }
    }
}

extension SQLWriter {
    mutating func overwrite(_ number: Int32, at offset: Int) {
        withUnsafeBytes(of: number.bigEndian) { source in
            for (index, byte) in source.enumerated() { bytes[offset + index] = byte }
        }
    }
}

/// PostgreSQL counts microseconds from the start of 2000, Foundation seconds from the start of 2001.
enum PostgresTime {
    /// Seconds between the two, 366 days: 2000 was a leap year.
    private static let epochDistance = 31_622_400.0
    /// Limits of `timestamptz`, in microseconds from 2000.
    private static let earliest: Int64 = -211_813_488_000_000_000
    private static let latest: Int64 = 9_223_371_331_200_000_000

    static func microseconds(of date: Date) -> Int64? {
        let seconds = date.timeIntervalSinceReferenceDate
        // Whole seconds and the rest are scaled apart, so that no digit is lost far from the epoch.
        let whole = seconds.rounded(.down)
        guard whole.isFinite, abs(whole) < 9.2e12 else { return nil }
        let result =
            (Int64(whole) + Int64(epochDistance)) * 1_000_000
            + Int64(((seconds - whole) * 1_000_000).rounded())
        return (earliest..<latest).contains(result) ? result : nil
    }

    /// `nil` for the infinities, which a `Date` cannot say.
    static func date(microseconds: Int64) -> Date? {
        guard microseconds != .max, microseconds != .min else { return nil }
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Date(
            timeIntervalSinceReferenceDate: Double(seconds) - epochDistance + Double(rest) / 1_000_000)
    }

    static func date(days: Int32) -> Date? {
        guard days != .max, days != .min else { return nil }
        return Date(timeIntervalSinceReferenceDate: Double(days) * 86_400 - epochDistance)
    }
}
