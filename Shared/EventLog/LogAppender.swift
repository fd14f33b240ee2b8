import Contracts
import Foundation
import PostgreSQL

/// Writes facts into the service's log, inside the transaction that changes the state they describe.
public struct LogAppender: Sendable {
    public let stream: String
    private let numbering: Numbering

    /// How numbers are given.
    package enum Numbering: Sendable {
        /// From the counter row, locked until the commit: no holes, and in the order of commits.
        case gapless
        /// From a sequence, as an outbox with a serial key would. Only to prove that the tests notice.
        case sequence
    }

    /// - Parameter stream: the one stream this service says, e.g. `risk-scores`.
    public init(stream: String) {
        self.init(stream: stream, numbering: .gapless)
    }

    package init(stream: String, numbering: Numbering) {
        self.stream = stream
        self.numbering = numbering
    }

    /// Facts from which on they are copied instead of inserted. COPY needs a statement more, and each row is cheaper.
    private static let copiedFrom = 32

    /// Appends facts in the order given and returns their places in that order.
    ///
    /// The counters of the partitions touched stay locked until the caller's transaction ends, so keep what follows
    /// short: append last. They are locked in the order of their numbers, so concurrent batches never deadlock, as
    /// long as a transaction appends once.
    ///
    /// - Parameters:
    ///   - session: inside a transaction; outside, the facts are committed at once.
    ///   - recordedAt: the service's clock.
    /// - Throws: `DatabaseError`, or ``EventLogError/bodyHoldsNUL(type:)``; then none is appended.
    @discardableResult
    public func append(
        _ facts: [NewFact], on session: Session, recordedAt: Date
    ) throws -> [LogPosition] {
        guard !facts.isEmpty else { return [] }
        for fact in facts where Self.holdsNUL(fact.body) { throw EventLogError.bodyHoldsNUL(type: fact.type) }
        // Numbers that were given and facts that bear them must not be parted.
        guard session.isInTransaction else {
            return try session.transaction { try append(facts, on: $0, recordedAt: recordedAt) }
        }
        var batch = Batch(facts)
        switch numbering {
        case .gapless where facts.count >= Self.copiedFrom:
            try batch.read(session.rows(Self.advancing(batch) + " SELECT partition, base FROM advanced"))
            let positions = try facts.indices.map { try batch.position($0) }
            try copy(batch, at: positions, on: session, recordedAt: recordedAt)
            return positions
        case .gapless:
            try batch.read(session.rows(Self.statement(batch, stream: stream, recordedAt: recordedAt)))
        case .sequence:
            try batch.read(session.rows(Self.serialStatement(batch, stream: stream, recordedAt: recordedAt)))
        }
        return try facts.indices.map { try batch.position($0) }
    }

    /// Sorted by partition, so that neighbours go to the same pages of the index.
    private func copy(_ batch: Batch, at positions: [LogPosition], on session: Session, recordedAt: Date) throws {
        try session.copyIn(
            "event_log",
            columns: [
                "partition", "seq", "stream", "tenant", "key", "type", "version", "occurred_at", "recorded_at", "body",
                "traceparent",
            ], rows: batch.byPartition
        ) { row, index in
            row.append(Int16(positions[index].partition))
            row.append(positions[index].seq)
            row.append(stream)
            row.append(batch.facts[index].tenant.rawValue)
            row.append(batch.facts[index].key)
            row.append(batch.facts[index].type)
            row.append(Int32(batch.facts[index].version))
            row.append(batch.facts[index].occurredAt)
            row.append(recordedAt)
            row.append(batch.facts[index].body)
            row.append(batch.facts[index].traceparent)
        }
    }

    /// Whether a document has a NUL in one of its strings: an escape that is not itself escaped. PostgreSQL would keep
    /// such a document, and everybody who reads the string later would fail.
    private static func holdsNUL(_ body: String) -> Bool {
        var body = body
        return body.withUTF8 { bytes in
            guard let start = bytes.baseAddress, let first = memchr(start, CInt(UInt8(ascii: "\\")), bytes.count) else {
                return false
            }
            var place = UnsafeRawPointer(first) - UnsafeRawPointer(start)
            while place < bytes.count {
                guard bytes[place] == UInt8(ascii: "\\") else {
                    place += 1
                    continue
                }
                if bytes[place...].starts(with: nulEscape) { return true }
                place += 2
            }
            return false
        }
    }

    private static let nulEscape = Array(#"\u0000"#.utf8)

    /// The facts as columns, and the place of each within its partition.
    private struct Batch {
        let facts: [NewFact]
        let partitions: [Int16]
        let places: [Int64]
        /// Facts of each partition touched.
        let counts: [(partition: Int16, facts: Int64)]
        /// The last number before this batch.
        var bases: [Int: Int64] = [:]

        init(_ facts: [NewFact]) {
            var counts: [Int16: Int64] = [:]
            var places: [Int64] = []
            places.reserveCapacity(facts.count)
            let partitions = facts.map { Int16(EventLog.partition(tenant: $0.tenant, key: $0.key)) }
            for partition in partitions {
                counts[partition, default: 0] += 1
                places.append(counts[partition, default: 0])
            }
            self.facts = facts
            self.partitions = partitions
            self.places = places
            self.counts = counts.map { ($0.key, $0.value) }.sorted { $0.partition < $1.partition }
        }

        /// Indices of the facts, by partition and place.
        var byPartition: [Int] {
            var next: [Int16: Int] = [:]
            var before = 0
            for (partition, facts) in counts {
                next[partition] = before
                before += Int(facts)
            }
            var order = [Int](repeating: 0, count: facts.count)
            for (index, partition) in partitions.enumerated() {
                order[next[partition, default: 0]] = index
                next[partition, default: 0] += 1
            }
            return order
        }

        /// Takes the last numbers that the statement found.
        mutating func read(_ rows: [Row]) throws {
            for row in rows {
                bases[try row.decode("partition", as: Int.self)] = try row.decode("base", as: Int64.self)
            }
        }

        func position(_ index: Int) throws -> LogPosition {
            let partition = Int(partitions[index])
            guard let base = bases[partition] else { throw EventLogError.isNotMigrated(partition: partition) }
            return LogPosition(partition: partition, seq: base + places[index])
        }
    }

    /// Gives the batch its numbers. `held` locks the counters in the order of their numbers; `advanced` can touch a
    /// counter only after `held` gave it, so it locks in the same order.
    private static func advancing(_ batch: Batch) -> SQL {
        """
        WITH batch AS (
            SELECT * FROM unnest(\(batch.counts.map(\.partition)), \(batch.counts.map(\.facts)))
                AS batch (partition, facts)
        ), held AS MATERIALIZED (
            SELECT log_head.partition, log_head.seq FROM log_head
            WHERE log_head.partition = ANY(\(batch.counts.map(\.partition)))
            ORDER BY log_head.partition
            FOR UPDATE
        ), advanced AS (
            UPDATE log_head SET seq = held.seq + batch.facts
            FROM held JOIN batch USING (partition)
            WHERE log_head.partition = held.partition
            RETURNING log_head.partition, held.seq AS base
        )
        """
    }

    /// One statement, so that a few facts cost one round trip.
    private static func statement(_ batch: Batch, stream: String, recordedAt: Date) -> SQL {
        """
        \(advancing(batch)), written AS (
            INSERT INTO event_log (partition, seq, stream, tenant, key, type, version, occurred_at, recorded_at,
                body, traceparent)
            SELECT fact.partition, advanced.base + fact.place, \(stream), fact.tenant, fact.key, fact.type,
                fact.version, fact.occurred_at, \(recordedAt), fact.body::json, fact.traceparent
            FROM \(columns(batch)) JOIN advanced USING (partition)
        )
        SELECT partition, base FROM advanced
        """
    }

    private static func serialStatement(_ batch: Batch, stream: String, recordedAt: Date) -> SQL {
        """
        WITH numbered AS MATERIALIZED (
            SELECT fact.*, nextval(('event_log_serial_' || fact.partition)::regclass) AS seq FROM \(columns(batch))
        ), written AS (
            INSERT INTO event_log (partition, seq, stream, tenant, key, type, version, occurred_at, recorded_at,
                body, traceparent)
            SELECT partition, seq, \(stream), tenant, key, type, version, occurred_at, \(recordedAt), body::json,
                traceparent
            FROM numbered
        ), head AS (
            UPDATE log_head SET seq = greatest(log_head.seq, top.seq)
            FROM (SELECT partition, max(seq) AS seq FROM numbered GROUP BY partition) AS top
            WHERE log_head.partition = top.partition
        )
        SELECT partition, min(seq) - 1 AS base FROM numbered GROUP BY partition
        """
    }

    private static func columns(_ batch: Batch) -> SQL {
        """
        unnest(\(batch.partitions), \(batch.places), \(batch.facts.map(\.tenant.rawValue)),
            \(batch.facts.map(\.key)), \(batch.facts.map(\.type)), \(batch.facts.map { Int32($0.version) }),
            \(batch.facts.map(\.occurredAt)), \(batch.facts.map(\.body)),
            \(batch.facts.map(\.traceparent)))
            AS fact (partition, place, tenant, key, type, version, occurred_at, body, traceparent)
        """
    }
}
