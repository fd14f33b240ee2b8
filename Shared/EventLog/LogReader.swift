import Contracts
import PostgreSQL

/// Reads a log itself, which is the truth, where the stream is only its copy.
public protocol LogReader: Sendable {
    /// The facts of one partition that follow `after`, in order and without holes, `limit` at most.
    func read(partition: Int, after: Int64, limit: Int) async throws -> [Fact]
    /// The last number of each partition, 64 of them; 0 where nothing was said.
    func heads() async throws -> [Int64]
}

/// Reads the log of this service, from its own database.
public struct LocalLogReader: LogReader {
    private let database: Database

    public init(_ database: Database) {
        self.database = database
    }

    public func read(partition: Int, after: Int64, limit: Int) async throws -> [Fact] {
        try await database.run { session in
            try Self.read(partition: partition, after: after, limit: limit, on: session)
        }
    }

    /// The same inside somebody's transaction.
    public static func read(
        partition: Int, after: Int64, through: Int64 = .max, limit: Int, on session: Session
    ) throws -> [Fact] {
        try session.rows(
            """
            SELECT partition, seq, stream, tenant, key, type, version, occurred_at, recorded_at,
                body::text AS body, traceparent
            FROM event_log
            WHERE partition = \(Int16(partition)) AND seq > \(after) AND seq <= \(through)
            ORDER BY seq
            LIMIT \(limit)
            """
        ).map(Fact.init(row:))
    }

    public func heads() async throws -> [Int64] {
        var heads = [Int64](repeating: 0, count: EventLog.partitionCount)
        for row in try await database.rows("SELECT partition, seq FROM log_head") {
            heads[try row.decode("partition", as: Int.self)] = try row.decode("seq")
        }
        return heads
    }
}

/// Reads another service's log through whatever two closures do: calls of `ReadLog` and `GetLogHeads`.
public struct ClosureLogReader: LogReader {
    private let readFacts: @Sendable (_ partition: Int, _ after: Int64, _ limit: Int) async throws -> [Fact]
    private let readHeads: @Sendable () async throws -> [Int64]

    public init(
        read: @escaping @Sendable (_ partition: Int, _ after: Int64, _ limit: Int) async throws -> [Fact],
        heads: @escaping @Sendable () async throws -> [Int64]
    ) {
        readFacts = read
        readHeads = heads
    }

    public func read(partition: Int, after: Int64, limit: Int) async throws -> [Fact] {
        try await readFacts(partition, after, limit)
    }

    public func heads() async throws -> [Int64] {
        try await readHeads()
    }
}
