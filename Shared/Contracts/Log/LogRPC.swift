import Foundation

/// Reading a service's log and mending what failed in it: the same methods in every service that says or hears facts.
public struct LogRPC: Sendable {
    public let readLog: RPCMethod<ReadLog.Request, ReadLog.Response>
    public let getLogHeads: RPCMethod<Empty, GetLogHeads.Response>
    public let listDeadLetters: RPCMethod<ListDeadLetters.Request, ListDeadLetters.Response>
    public let replayDeadLetter: RPCMethod<ReplayDeadLetter.Request, Empty>
    public let getServiceStatus: RPCMethod<Empty, GetServiceStatus.Response>

    /// - Parameter service: The package and service, e.g. `holdfast.tracking.v1.TrackingService`.
    public init(service: String) {
        readLog = RPCMethod(path: "/\(service)/ReadLog", isIdempotent: true)
        getLogHeads = RPCMethod(path: "/\(service)/GetLogHeads", isIdempotent: true)
        listDeadLetters = RPCMethod(path: "/\(service)/ListDeadLetters", isIdempotent: true)
        replayDeadLetter = RPCMethod(path: "/\(service)/ReplayDeadLetter", isIdempotent: true)
        getServiceStatus = RPCMethod(path: "/\(service)/GetServiceStatus", isIdempotent: true)
    }
}

/// A run of one partition of the log, in order and without holes.
public enum ReadLog {
    public static let limitMax = 2_000

    public struct Request: Codable, Sendable, Equatable {
        /// 0...63.
        public var partition: Int
        /// Facts with a greater sequence number are wanted; 0 for all.
        public var after: Int64
        /// 1...``limitMax``.
        public var limit: Int

        public init(partition: Int, after: Int64, limit: Int) {
            self.partition = partition
            self.after = after
            self.limit = limit
        }
    }

    public struct Response: Codable, Sendable {
        public var facts: [LoggedFact]
        public init(facts: [LoggedFact]) { self.facts = facts }
    }
}

/// One fact as it stands in a log.
public struct LoggedFact: Codable, Sendable, Equatable {
    public var partition: Int
    public var seq: Int64
    public var stream: String
    public var tenant: TenantID
    public var key: String
    public var type: String
    public var version: Int
    public var occurredAt: Date
    public var recordedAt: Date
    /// The fact's body, a JSON document, as text.
    public var body: String {
        didSet { reading = BodyReading() }
    }
    public var traceparent: String?
    /// Shared by all copies of the fact.
    package private(set) var reading = BodyReading()

    private enum CodingKeys: CodingKey {
        case partition, seq, stream, tenant, key, type, version, occurredAt, recordedAt, body, traceparent
    }

    public init(
        partition: Int, seq: Int64, stream: String, tenant: TenantID, key: String, type: String, version: Int,
        occurredAt: Date, recordedAt: Date, body: String, traceparent: String?
    ) {
        self.partition = partition
        self.seq = seq
        self.stream = stream
        self.tenant = tenant
        self.key = key
        self.type = type
        self.version = version
        self.occurredAt = occurredAt
        self.recordedAt = recordedAt
        self.body = body
        self.traceparent = traceparent
    }
}

/// What the body of a fact was read as, so that of several who hear the same fact in a process one reads it.
///
/// Unchecked, because the compiler does not see that the lock guards what is known; a `Mutex`, with which it would, is
/// no part of Foundation.
package final class BodyReading: @unchecked Sendable, Equatable {
    private let lock = NSLock()
    private var known: LearningEventRecorded?

    /// What `read` answers, or what it answered the first time.
    package func learningEvent(_ read: () throws -> LearningEventRecorded) rethrows -> LearningEventRecorded {
        if let known = lock.withLock({ known }) { return known }
        let event = try read()
        lock.withLock { known = event }
        return event
    }

    /// It says nothing that the body does not.
    package static func == (one: BodyReading, other: BodyReading) -> Bool { true }
}

/// The last sequence number of each partition; 0 where nothing was ever said.
public enum GetLogHeads {
    public struct Response: Codable, Sendable, Equatable {
        /// One number a partition, 64 in all.
        public var heads: [Int64]
        public init(heads: [Int64]) { self.heads = heads }
    }
}

/// Facts that a service heard and could not apply.
public enum ListDeadLetters {
    public struct Request: Codable, Sendable, Equatable {
        public var page: PageRequest
        public init(page: PageRequest = PageRequest()) { self.page = page }
    }

    public struct Response: Codable, Sendable {
        public var deadLetters: [DeadLetter]
        public var nextPageToken: String
        public init(deadLetters: [DeadLetter], nextPageToken: String) {
            self.deadLetters = deadLetters
            self.nextPageToken = nextPageToken
        }
    }
}

public struct DeadLetter: Codable, Sendable, Equatable {
    public var id: Int64
    public var consumer: String
    public var stream: String
    public var partition: Int
    public var seq: Int64
    public var tenant: TenantID
    public var type: String
    /// Why the last attempt failed, without any bound value.
    public var reason: String
    public var attempts: Int
    public var failedAt: Date
    /// When it was applied after all; `nil` while it waits.
    public var replayedAt: Date?

    public init(
        id: Int64, consumer: String, stream: String, partition: Int, seq: Int64, tenant: TenantID, type: String,
        reason: String, attempts: Int, failedAt: Date, replayedAt: Date?
    ) {
        self.id = id
        self.consumer = consumer
        self.stream = stream
        self.partition = partition
        self.seq = seq
        self.tenant = tenant
        self.type = type
        self.reason = reason
        self.attempts = attempts
        self.failedAt = failedAt
        self.replayedAt = replayedAt
    }
}

public enum ReplayDeadLetter {
    public struct Request: Codable, Sendable, Equatable {
        public var id: Int64
        public init(id: Int64) { self.id = id }
    }
}
