import Contracts
import Foundation

/// Why stored bytes could not be read back as a state.
public struct StateDecodingError: Error, Hashable, CustomStringConvertible {
    public let description: String
}

// The stored form, version 1; all integers are varints (7 bits a byte, low first), signed ones zigzag first:
//
//     1 | status | enrolledAt µs | statusChangedAt µs | days: n, then (gap to the day before, mask, counts)
//       | results: n, then (key 8 bytes, mask, submittedOn, bankedOn, markedOn, mark 4 bytes)
//
// A mask says which counts or fields follow. A day takes 4 to 8 bytes, so a year of study fits in 2 kB.
extension EnrollmentState {
    static let encodingVersion: UInt8 = 1

    /// The state as bytes; equal states have equal bytes.
    public func encoded() -> Data {
        var writer = VarintWriter()
        writer.bytes.append(Self.encodingVersion)
        writer.bytes.append(status.map { Self.code(of: $0) } ?? 0)
        writer.write(time: enrolledAt)
        writer.write(time: statusChangedAt)
        writer.write(unsigned: UInt64(days.count))
        var before = 0
        for day in days {
            writer.write(signed: day.day.number - before)
            before = day.day.number
            writer.bytes.append((0..<8).reduce(UInt8(0)) { $0 | (day.actions[$1] > 0 ? 1 << UInt8($1) : 0) })
            for lane in 0..<8 where day.actions[lane] > 0 {
                writer.write(unsigned: UInt64(day.actions[lane]))
            }
        }
        writer.write(unsigned: UInt64(results.count))
        for result in results { writer.write(result) }
        return Data(writer.bytes)
    }

    /// Reads what ``encoded()`` wrote.
    ///
    /// - Throws: ``StateDecodingError`` when the bytes are cut, too long or of another version.
    public init(encoded data: Data) throws(StateDecodingError) {
        var reader = VarintReader(bytes: Array(data))
        let version = try reader.byte()
        guard version == Self.encodingVersion else {
            throw StateDecodingError(
                description: "expected state version \(Self.encodingVersion), got \(version)")
        }
        status = try Self.status(code: reader.byte())
        enrolledAt = try reader.time()
        statusChangedAt = try reader.time()
        var before = 0
        for _ in 0..<(try reader.count()) {
            before += try reader.signed()
            let mask = try reader.byte()
            var actions = SIMD8<UInt16>.zero
            for lane in 0..<8 where mask & (1 << UInt8(lane)) != 0 {
                actions[lane] = UInt16(truncatingIfNeeded: try reader.unsigned())
            }
            days.append(StudyDay(day: EpochDay(before), actions: actions))
        }
        for _ in 0..<(try reader.count()) { results.append(try reader.result()) }
        guard reader.isAtEnd else { throw StateDecodingError(description: "bytes follow the end of a state") }
    }

    private static func code(of status: EnrollmentStatus) -> UInt8 {
        switch status {
        case .enrolled: 1
        case .withdrawn: 2
        case .completed: 3
        }
    }

    private static func status(code: UInt8) throws(StateDecodingError) -> EnrollmentStatus? {
        switch code {
        case 0: nil
        case 1: .enrolled
        case 2: .withdrawn
        case 3: .completed
        default: throw StateDecodingError(description: "unknown status \(code)")
        }
    }
}

private struct VarintWriter {
    var bytes: [UInt8] = []

    mutating func write(unsigned value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func write(signed value: Int) {
        let wide = Int64(value)
        write(unsigned: UInt64(bitPattern: (wide << 1) ^ (wide >> 63)))
    }

    /// Microseconds; one zero byte for none.
    mutating func write(time: Date?) {
        bytes.append(time == nil ? 0 : 1)
        if let time { write(signed: Int((time.timeIntervalSince1970 * 1_000_000).rounded())) }
    }

    mutating func write(_ result: AssessmentResult) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: result.key.number >> UInt64(shift)))
        }
        let days = [result.submittedOn, result.bankedOn, result.markedOn]
        let mask = days.enumerated().reduce(UInt8(0)) { $0 | ($1.element == nil ? 0 : 1 << UInt8($1.offset)) }
        bytes.append(mask | (result.mark == nil ? 0 : 8))
        for case .some(let day) in days { write(signed: day.number) }
        if let mark = result.mark { write(unsigned: UInt64(mark.bitPattern)) }
    }
}

private struct VarintReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() throws(StateDecodingError) -> UInt8 {
        guard position < bytes.count else { throw StateDecodingError(description: "a state ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func unsigned() throws(StateDecodingError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return value }
        }
        throw StateDecodingError(description: "a number in a state has no end")
    }

    mutating func signed() throws(StateDecodingError) -> Int {
        let value = try unsigned()
        return Int(Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1))))
    }

    /// A number of entries; each takes at least two bytes, which bounds what damaged bytes can ask for.
    mutating func count() throws(StateDecodingError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(bytes.count) else {
            throw StateDecodingError(description: "a state promises \(value) entries in \(bytes.count) bytes")
        }
        return Int(value)
    }

    mutating func time() throws(StateDecodingError) -> Date? {
        guard try byte() != 0 else { return nil }
        return Date(timeIntervalSince1970: Double(try signed()) / 1_000_000)
    }

    mutating func result() throws(StateDecodingError) -> AssessmentResult {
        var key: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { key |= UInt64(try byte()) << shift }
        var result = AssessmentResult(key: AssessmentKey(number: key))
        let mask = try byte()
        if mask & 1 != 0 { result.submittedOn = EpochDay(try signed()) }
        if mask & 2 != 0 { result.bankedOn = EpochDay(try signed()) }
        if mask & 4 != 0 { result.markedOn = EpochDay(try signed()) }
        if mask & 8 != 0 { result.mark = Float(bitPattern: UInt32(truncatingIfNeeded: try unsigned())) }
        return result
    }
}
