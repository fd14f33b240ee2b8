import Contracts
import Crypto
import Foundation

/// The identities that Tracking derives from texts. Each is part of what is stored: none may ever change.
enum EventHashes {
    /// Who is meant by a name never seen before: 122 bits of SHA-256, in a UUID of version 8 (RFC 9562).
    static func learner(_ name: ExternalLearnerID, source: SourceID, tenant: TenantID) -> LearnerID {
        var bytes = Array(
            digest(["holdfast learner", tenant.rawValue, source.rawValue, name.rawValue]).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return LearnerID(rawValue: uuid(bytes))
    }

    /// Which event is meant: tenant, source and the sender's id.
    static func identity(_ event: IncomingEvent, tenant: TenantID) -> UUID {
        identity(event.id, source: event.source, tenant: tenant)
    }

    static func identity(_ id: EventID, source: SourceID, tenant: TenantID) -> UUID {
        uuid(digest([tenant.rawValue, source.rawValue, id.rawValue]))
    }

    /// What is kept in quarantine once, however often it is sent.
    static func fingerprint(tenant: TenantID, source: SourceID, status: IngestStatus, raw: String) -> UUID {
        uuid(digest([tenant.rawValue, source.rawValue, status.rawValue, raw]))
    }

    /// SHA-256 over the parts, each after its length, so that no two lists of parts run together into the same bytes.
    static func digest(_ parts: [String]) -> [UInt8] {
        // One call of the hash over all of it: each call costs as much as a hundred bytes do.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + 8 + $1.utf8.count })
        for part in parts {
            withUnsafeBytes(of: UInt64(part.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: part.utf8)
        }
        return Array(SHA256.hash(data: bytes))
    }

    private static func uuid(_ b: [UInt8]) -> UUID {
        UUID(
            uuid: (
                b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
                b[15]
            ))
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
        let values = event.content.map(\.value)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for value in values {
            let mark = Self.mark(value)
            bytes.append(UInt8(mark >> 8))
            bytes.append(UInt8(mark & 0xFF))
        }
        bytes.append(contentsOf: EventHashes.digest(values).prefix(18))
        self.init(bytes)
    }

    /// - Parameter bytes: 32 of them, as the table's constraint has it.
    init(stored bytes: Data) {
        self.init(Array(bytes))
    }

    private init(_ bytes: [UInt8]) {
        func word(_ place: Int) -> UInt64 {
            bytes[8 * place..<8 * place + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(1), word(2), word(3))
    }

    var bytes: Data {
        var data = Data(capacity: 32)
        for word in [words.0, words.1, words.2, words.3] {
            withUnsafeBytes(of: word.bigEndian) { data.append(contentsOf: $0) }
        }
        return data
    }

    static func == (left: EventContent, right: EventContent) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) { hasher.combine(words.3) }

    /// The fields in which this event differs from another. Empty when only the long hash tells them apart,
    /// which happens to one difference in 65,536.
    func differences(from other: EventContent) -> [String] {
        let (mine, others) = (Array(bytes), Array(other.bytes))
        return Self.fields.enumerated().compactMap { index, field in
            mine[2 * index..<2 * index + 2] == others[2 * index..<2 * index + 2] ? nil : field
        }
    }

    private static let fields = [
        "learner", "courseRun", "verb", "activity", "result", "occurredAt", "context",
    ]

    /// FNV-1a, folded to 16 bits.
    private static func mark(_ text: String) -> UInt16 {
        var hash: UInt32 = 0x811C_9DC5
        for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return UInt16(truncatingIfNeeded: hash ^ hash >> 16)
    }
}
