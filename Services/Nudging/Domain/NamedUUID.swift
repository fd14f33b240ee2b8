import Crypto
import Foundation

/// UUIDs and shares derived from names, the same on every machine and at every time.
enum NamedUUID {
    /// A UUID of version 8 (RFC 9562) from the first 16 bytes of the name's SHA-256.
    static func make(_ name: String) -> UUID {
        var bytes = Array(SHA256.hash(data: Data(name.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// A number in 0..<1 from the name's SHA-256, uniform over names.
    static func share(_ name: String) -> Double {
        let bits = SHA256.hash(data: Data(name.utf8)).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(bits >> 11) / Double(UInt64(1) << 53)
    }
}
