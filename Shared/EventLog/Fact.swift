import Contracts
import Foundation
import PostgreSQL

/// A fact as it stands in a log: its place, what it is about, and its body as JSON text.
public typealias Fact = LoggedFact

extension LoggedFact {
    /// The body in the type that the contract declares for it.
    ///
    /// - Throws: `DecodingError` when the body is not one; the caller has looked at ``type`` and ``version`` before.
    public func decode<Body: StreamFact>(_ body: Body.Type = Body.self) throws -> Body {
        try JSONCoding.decoder().decode(Body.self, from: Data(self.body.utf8))
    }

    /// Where the fact stands.
    public var position: LogPosition { LogPosition(partition: partition, seq: seq) }

    /// Tells this fact from another that took its place, as after a restore from a backup. The body is left out, for
    /// it may be erased.
    var mark: Int64 {
        var hash = FNV()
        for text in [
            RFC3339.string(from: recordedAt), RFC3339.string(from: occurredAt), tenant.rawValue, key, type,
        ] {
            hash.absorb(text)
            hash.absorb(0)
        }
        return Int64(bitPattern: hash.value)
    }

    /// The columns of `event_log` and `dead_letter` that make a fact.
    public init(row: Row) throws {
        let tenant: String = try row.decode("tenant")
        self.init(
            partition: try row.decode("partition"),
            seq: try row.decode("seq"),
            stream: try row.decode("stream"),
            tenant: TenantID(checked: tenant),
            key: try row.decode("key"),
            type: try row.decode("type"),
            version: try row.decode("version"),
            occurredAt: try row.decode("occurred_at"),
            recordedAt: try row.decode("recorded_at"),
            body: try row.decode("body"),
            traceparent: try row.decode("traceparent"))
    }
}

/// A place in a log.
public struct LogPosition: Sendable, Hashable, Comparable, Codable {
    /// 0 to 63.
    public let partition: Int
    /// 1 or more; 0 stands for the place before the first fact.
    public let seq: Int64

    public init(partition: Int, seq: Int64) {
        self.partition = partition
        self.seq = seq
    }

    public static func < (one: LogPosition, other: LogPosition) -> Bool {
        (one.partition, one.seq) < (other.partition, other.seq)
    }
}

/// A fact about to be said.
public struct NewFact: Sendable {
    public var tenant: TenantID
    /// What orders it: facts of one tenant and key are heard in the order in which they were appended.
    public var key: String
    public var type: String
    public var version: Int
    public var occurredAt: Date
    /// A JSON document without NUL characters. PostgreSQL refuses anything else, and with it the whole append.
    public var body: String
    /// The W3C trace context of what caused it.
    public var traceparent: String?

    public init(
        tenant: TenantID, key: String, type: String, version: Int, occurredAt: Date, body: String,
        traceparent: String? = nil
    ) {
        self.tenant = tenant
        self.key = key
        self.type = type
        self.version = version
        self.occurredAt = occurredAt
        self.body = body
        self.traceparent = traceparent
    }

    /// - Throws: `EncodingError` when the body cannot be written as JSON, e.g. for a number that is not finite.
    public init<Body: StreamFact>(
        _ body: Body, tenant: TenantID, occurredAt: Date, traceparent: String? = nil
    ) throws {
        self.init(
            tenant: tenant, key: body.key, type: Body.type, version: Body.version, occurredAt: occurredAt,
            body: String(decoding: try JSONCoding.encoder().encode(body), as: UTF8.self),
            traceparent: traceparent)
    }
}
