import Contracts
import Foundation
import PostgreSQL

/// Facts that a consumer could not apply, and the way to apply them after all.
public struct DeadLetters: Sendable {
    private let consumer: String
    private let stream: String
    private let database: Database
    private let handle: @Sendable ([Fact], Session) throws -> Void

    /// - Parameter handle: the consumer's own handler, see ``LogConsumer/deadLetters``.
    public init(
        consumer: String, stream: String, database: Database,
        handle: @escaping @Sendable ([Fact], Session) throws -> Void
    ) {
        self.consumer = consumer
        self.stream = stream
        self.database = database
        self.handle = handle
    }

    /// Dead letters in the order in which they were parked, replayed ones included.
    ///
    /// - Parameters:
    ///   - after: the id of the last one of the page before; 0 for the first page.
    ///   - limit: 1 to 1,000.
    public func list(after: Int64 = 0, limit: Int = 100) async throws -> [DeadLetter] {
        try await database.rows(
            """
            SELECT id, consumer, stream, partition, seq, tenant, type, reason, attempts, failed_at, replayed_at
            FROM dead_letter
            WHERE consumer = \(consumer) AND stream = \(stream) AND id > \(after)
            ORDER BY id
            LIMIT \(min(max(limit, 1), 1_000))
            """
        ).map(DeadLetter.init(row:))
    }

    /// How many wait to be replayed.
    public func waiting() async throws -> Int {
        try await database.rows(
            """
            SELECT count(*) AS waiting FROM dead_letter
            WHERE consumer = \(consumer) AND stream = \(stream) AND replayed_at IS NULL
            """
        ).first?.decode("waiting") ?? 0
    }

    /// Applies a dead letter: its effect and the note that it was replayed are one commit, so that it has one effect
    /// however often and by however many this is called.
    ///
    /// Later facts of the same key were applied long ago; the handler must bear a late one, as it must bear an
    /// event that arrives late.
    ///
    /// - Throws: ``EventLogError/noSuchDeadLetter(id:)``, or what the handler throws; then nothing changed.
    public func replay(id: Int64) async throws {
        try await database.transaction { [consumer, stream, handle] session in
            let rows = try session.rows(
                """
                UPDATE dead_letter SET replayed_at = clock_timestamp()
                WHERE id = \(id) AND consumer = \(consumer) AND stream = \(stream) AND replayed_at IS NULL
                RETURNING partition, seq, stream, tenant, key, type, version, occurred_at, recorded_at,
                    body::text AS body, traceparent
                """)
            guard let row = rows.first else { throw EventLogError.noSuchDeadLetter(id: id) }
            try handle([Fact(row: row)], session)
        }
    }

    /// The longest reason that is kept, in characters.
    static let reasonMax = 500

    /// Parks a fact, in the transaction that moves the position past it.
    static func park(
        _ fact: Fact, consumer: String, reason: any Error, attempts: Int, on session: Session
    ) throws {
        let reason = String(String(describing: reason).replacing("\0", with: "").prefix(reasonMax))
        _ = try session.execute(
            """
            INSERT INTO dead_letter (consumer, stream, partition, seq, tenant, key, type, version, occurred_at,
                recorded_at, body, traceparent, reason, attempts, failed_at)
            VALUES (\(consumer), \(fact.stream), \(Int16(fact.partition)), \(fact.seq), \(fact.tenant.rawValue),
                \(fact.key), \(fact.type), \(fact.version), \(fact.occurredAt), \(fact.recordedAt),
                \(fact.body)::json, \(fact.traceparent), \(reason), \(attempts), clock_timestamp())
            """)
    }
}

extension DeadLetter {
    init(row: Row) throws {
        let tenant: String = try row.decode("tenant")
        self.init(
            id: try row.decode("id"), consumer: try row.decode("consumer"), stream: try row.decode("stream"),
            partition: try row.decode("partition"), seq: try row.decode("seq"),
            tenant: TenantID(checked: tenant), type: try row.decode("type"),
            reason: try row.decode("reason"), attempts: try row.decode("attempts"),
            failedAt: try row.decode("failed_at"), replayedAt: try row.decode("replayed_at"))
    }
}
