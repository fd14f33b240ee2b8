import Contracts
import Crypto
import Foundation

/// The identities that Tracking derives from texts. Each is part of what is stored: none may ever change.
enum EventHashes {
    /// Who is meant by a name never seen before: 122 bits of SHA-256, in a UUID of version 8 (RFC 9562).
    static func learner(_ name: ExternalLearnerID, source: SourceID, tenant: TenantID) -> LearnerID {
        LearnerID(rawValue: named(["holdfast learner", tenant.rawValue, source.rawValue, name.rawValue]))
    }

    /// Which event is meant: tenant, source and the sender's id.
    static func identity(_ event: IncomingEvent, tenant: TenantID) -> UUID {
        identity(event.id, source: event.source, tenant: tenant)
    }

    static func identity(_ id: EventID, source: SourceID, tenant: TenantID) -> UUID {
        uuid([tenant.rawValue, source.rawValue, id.rawValue])
    }

    /// What is kept in quarantine once, however often it is sent.
    static func fingerprint(tenant: TenantID, source: SourceID, status: IngestStatus, raw: String) -> UUID {
        uuid([tenant.rawValue, source.rawValue, status.rawValue, raw])
    }

    /// The first half of ``digest(_:)``.
    static func uuid(_ parts: [String]) -> UUID {
        digest(parts).withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// The same, as a UUID of version 8.
    static func named(_ parts: [String]) -> UUID {
        var bytes = uuid(parts).uuid
        bytes.6 = bytes.6 & 0x0F | 0x80
        bytes.8 = bytes.8 & 0x3F | 0x80
        return UUID(uuid: bytes)
    }

    /// SHA-256 over the parts, each after its length, so that no two lists of parts run together into the same bytes.
    static func digest(_ parts: [String]) -> SHA256.Digest {
        // One call of the hash over all of it: each call costs as much as a hundred bytes do.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + 8 + $1.utf8.count })
        for var part in parts {
            withUnsafeBytes(of: UInt64(part.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            part.withUTF8 { bytes.append(contentsOf: $0) }
        }
        return SHA256.hash(data: bytes)
    }
}

/// What an event says, in 32 bytes: enough to tell the same event from another under its id, and to name the
/// fields in which they differ, without keeping the event a second time.
///
///     │ learner │ courseRun │ verb │ activity │ result │ occurredAt │ context │ SHA-256 over all, cut │
///       2 bytes    2           2       2          2         2            2           18
struct EventContent: Hashable, Sendable {
    /// The 32 bytes, 8 in each word, the first highest. Held in place: there is one for every event that comes in.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ event: IncomingEvent) {
        let values = event.content
        var marks: (UInt64, UInt64) = (0, 0)
        for (place, value) in values.enumerated() {
            // Four of them in the first word and three in the second, which the hash fills up.
            let mark = UInt64(Self.mark(value)) << UInt64(48 - 16 * (place % 4))
            if place < 4 { marks.0 |= mark } else { marks.1 |= mark }
        }
        words = EventHashes.digest(values).withUnsafeBytes { digest in
            let head = UInt64(digest[0]) << 8 | UInt64(digest[1])
            func word(_ place: Int) -> UInt64 {
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            }
            return (marks.0, marks.1 | head, word(2), word(10))
        }
    }

    /// - Parameter bytes: 32 of them, as the table's constraint has it.
    init(stored bytes: Data) {
        words = bytes.withUnsafeBytes { bytes in
            func word(_ place: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    var bytes: Data {
        let bigEndian = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return withUnsafeBytes(of: bigEndian) { Data($0) }
    }

    static func == (left: EventContent, right: EventContent) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) { hasher.combine(words.3) }

    /// The fields in which this event differs from another. Empty when only the long hash tells them apart,
    /// which happens to one difference in 65,536.
    func differences(from other: EventContent) -> [String] {
        let (mine, others) = (Array(bytes), Array(other.bytes))
        return IncomingEvent.contentFields.enumerated().compactMap { index, field in
            mine[2 * index..<2 * index + 2] == others[2 * index..<2 * index + 2] ? nil : field
        }
    }

    /// FNV-1a, folded to 16 bits.
    private static func mark(_ text: String) -> UInt16 {
        var (text, hash) = (text, UInt32(0x811C_9DC5))
        text.withUTF8 { for byte in $0 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 } }
        return UInt16(truncatingIfNeeded: hash ^ hash >> 16)
    }
}
