import Foundation

/// A type that a column can be read into. The standard types conform; types with a raw value need not.
public protocol SQLDecodable: Sendable {
    /// Reads one value in PostgreSQL's binary form.
    static func decode(_ cell: SQLCell) throws -> Self
}

/// One value of an answer, valid only while it is being decoded.
public struct SQLCell {
    /// The type that the server names.
    public let type: SQLType
    /// The binary form, or `nil` for NULL.
    public let bytes: UnsafeRawBufferPointer?

    /// Why a value cannot be read as asked.
    struct Mismatch: Error {
        let found: String
    }

    /// The bytes, where NULL is a mismatch.
    func present() throws -> UnsafeRawBufferPointer {
        guard let bytes else { throw Mismatch(found: "NULL") }
        return bytes
    }

    var mismatch: Mismatch { Mismatch(found: "\(type)") }

    func number<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
        let bytes = try present()
        guard bytes.count == MemoryLayout<Number>.size else {
            throw Mismatch(found: "\(type) of \(bytes.count) bytes")
        }
        return Number(bigEndian: bytes.loadUnaligned(as: Number.self))
    }

    func text(_ bytes: UnsafeRawBufferPointer) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Mismatch(found: "\(type) that is not UTF-8")
        }
        return text
    }

    /// Any whole number that fits, whatever its width on the server; `numeric` too when it has no fraction.
    func integer<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
        let wide: Int64 =
            switch type {
            case .int8: try number(Int64.self)
            case .int4: Int64(try number(Int32.self))
            case .int2: Int64(try number(Int16.self))
            case .objectID: Int64(try number(UInt32.self))
            case .numeric: try wholeNumeric()
            default: throw bytes == nil ? Mismatch(found: "NULL") : mismatch
            }
        guard let result = Number(exactly: wide) else {
            throw Mismatch(found: "\(type) outside of \(Number.min)...\(Number.max)")
        }
        return result
    }

    private func wholeNumeric() throws -> Int64 {
        guard let number = Int64(try NumericText.decode(present())) else {
            throw Mismatch(found: "numeric with a fraction or too large")
        }
        return number
    }
}

extension String: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> String {
        let bytes = try cell.present()
        switch cell.type {
        case .text, .varchar, .bpchar, .name, .char, .json, .unknown: return try cell.text(bytes)
        case .jsonb: return try cell.text(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
        case .numeric: return try NumericText.decode(bytes)
        // Enumerations and the like of the database's own have their label as binary form.
        case let type where type.oid >= SQLType.firstUserDefined: return try cell.text(bytes)
        default: throw cell.mismatch
        }
    }
}

extension JSONText: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> JSONText {
        let bytes = try cell.present()
        switch cell.type {
        case .json: return JSONText(try cell.text(bytes))
        case .jsonb: return JSONText(try cell.text(UnsafeRawBufferPointer(rebasing: bytes.dropFirst())))
        default: throw cell.mismatch
        }
    }
}

extension Int: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> Int { try cell.integer(Int.self) }
}

extension Int64: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> Int64 { try cell.integer(Int64.self) }
}

extension Int32: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> Int32 { try cell.integer(Int32.self) }
}

extension Int16: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> Int16 { try cell.integer(Int16.self) }
}

extension Double: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> Double {
        let bytes = try cell.present()
        switch cell.type {
        case .float8: return Double(bitPattern: try cell.number(UInt64.self))
        case .float4: return Double(Float(bitPattern: try cell.number(UInt32.self)))
        case .int4: return Double(try cell.number(Int32.self))
        case .int2: return Double(try cell.number(Int16.self))
        case .numeric:
            guard let number = Double(try NumericText.decode(bytes)) else { throw cell.mismatch }
            return number
        default: throw cell.mismatch
        }
    }
}

extension Bool: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> Bool {
        _ = try cell.present()
        guard cell.type == .bool else { throw cell.mismatch }
        return try cell.number(UInt8.self) != 0
    }
}

extension UUID: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> UUID {
        let bytes = try cell.present()
        guard cell.type == .uuid, bytes.count == 16 else { throw cell.mismatch }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

extension Data: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> Data {
        let bytes = try cell.present()
        guard cell.type == .bytea else { throw cell.mismatch }
        return Data(bytes)
    }
}

extension Date: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> Date {
        _ = try cell.present()
        let date: Date? =
            switch cell.type {
            case .timestamptz: PostgresTime.date(microseconds: try cell.number(Int64.self))
            case .date: PostgresTime.date(days: try cell.number(Int32.self))
            default: throw cell.mismatch
            }
        guard let date else { throw SQLCell.Mismatch(found: "an infinite \(cell.type)") }
        return date
    }
}

extension Optional: SQLDecodable where Wrapped: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}

extension Array: SQLDecodable where Element: SQLDecodable {
    public static func decode(_ cell: SQLCell) throws -> [Element] {
        var rest = try cell.present()
        guard cell.type.element != nil else { throw cell.mismatch }
        func take() throws -> Int32 {
            guard rest.count >= 4 else { throw SQLCell.Mismatch(found: "a cut-off \(cell.type)") }
            defer { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(4)) }
            return Int32(bigEndian: rest.loadUnaligned(as: Int32.self))
        }
        let dimensions = try take()
        _ = try take()  // Whether there are NULLs: each element says so itself.
        let element = SQLType(oid: UInt32(bitPattern: try take()))
        if dimensions == 0 { return [] }
        guard dimensions == 1 else {
            throw SQLCell.Mismatch(found: "\(cell.type) of \(dimensions) dimensions")
        }
        let count = Int(try take())
        _ = try take()  // The lower bound.
        var values: [Element] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            let length = Int(try take())
            guard length >= 0 else {
                values.append(try Element.decode(SQLCell(type: element, bytes: nil)))
                continue
            }
            guard rest.count >= length else { throw SQLCell.Mismatch(found: "a cut-off \(cell.type)") }
            let bytes = UnsafeRawBufferPointer(rebasing: rest.prefix(length))
            values.append(try Element.decode(SQLCell(type: element, bytes: bytes)))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(length))
        }
        return values
    }
}

/// The binary form of `numeric`: groups of four decimal digits. Sums of bigint and averages come so.
enum NumericText {
    private static let negative: UInt16 = 0x4000
    private static let specials: [UInt16: String] = [0xC000: "nan", 0xD000: "inf", 0xF000: "-inf"]

    static func decode(_ bytes: UnsafeRawBufferPointer) throws -> String {
        func word(_ index: Int) -> UInt16 {
            UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
        }
        guard bytes.count >= 8, bytes.count >= 8 + 2 * Int(word(0)) else {
            throw SQLCell.Mismatch(found: "a cut-off numeric")
        }
        let groups = Int(word(0))
        let weight = Int(Int16(bitPattern: word(1)))
        let sign = word(2)
        let scale = Int(word(3))
        if let special = specials[sign] { return special }
        func group(_ position: Int) -> String {
            let index = weight - position
            let digits = index >= 0 && index < groups ? String(word(4 + index)) : "0"
            return String(repeating: "0", count: 4 - digits.count) + digits
        }
        var whole = ""
        for position in stride(from: weight, through: 0, by: -1) { whole += group(position) }
        whole = String(whole.drop { $0 == "0" })
        var fraction = ""
        var position = -1
        while fraction.count < scale {
            fraction += group(position)
            position -= 1
        }
        fraction = String(fraction.prefix(scale))
        return (sign == negative ? "-" : "") + (whole.isEmpty ? "0" : whole)
            + (fraction.isEmpty ? "" : "." + fraction)
    }
}
