import Contracts
import Foundation
import PostgreSQL

/// Keeps xAPI statements, and puts the learning events that they are into the log, in one transaction.
///
/// Locks: the tenant's order of statements first, then what ``IngestStore`` takes, in its order. Whoever takes in
/// events alone never takes the first, so nobody waits in a circle.
struct StatementStore: Sendable {
    /// The statements of one request on their way in.
    struct Work: Sendable {
        let tenant: TenantID
        let batch: XAPIBatch
        /// The Agent, as JSON.
        let authority: String
        let traceparent: String?
    }

    let database: Database
    let ingest: IngestStore
    let mapping: XAPIMapping
    /// The service's time, read when the lock is held: it becomes `stored`.
    let now: @Sendable () -> Date

    /// Stores what is new; what is there already, and the same, is left as it is.
    ///
    /// - Returns: The receipts of the events that the new statements are.
    /// - Throws: ``TrackingError/conflictingStatement(_:)`` when another statement stands under one of the ids;
    ///   `DatabaseError`. In both cases nothing was stored.
    func record(_ work: Work) async throws -> [IngestReceipt] {
        guard !work.batch.statements.isEmpty else { return [] }
        return try await database.transaction { session in try record(work, on: session) }
    }

    private func record(_ work: Work, on session: Session) throws -> [IngestReceipt] {
        try StatementOrder.lock(work.tenant, on: session)
        let fresh = try fresh(work, on: session)
        guard !fresh.isEmpty else { return [] }
        let now = now()
        let times = try StatementOrder.next(fresh.count, now: now, tenant: work.tenant, on: session)
        try save(work.batch.attachments, work.tenant, on: session)
        try insert(fresh, times, work, on: session)
        var entries: [(term: UUID, storedAt: Date)] = []
        for (statement, time) in zip(fresh, times) {
            let terms = try StatementTerms.all(statement.terms, authority: work.authority, tenant: work.tenant)
            entries += terms.map { ($0, time) }
        }
        try StatementTerms.add(entries, on: session)
        if try hasReferences(fresh, work.tenant, on: session) {
            try void(fresh, work.tenant, on: session)
            try StatementTerms.follow(fresh.map(\.id), tenant: work.tenant, on: session)
        }
        try ActivityStore.learn(fresh.flatMap(\.definitions), tenant: work.tenant, on: session)
        return try recordEvents(fresh, work, now: now, on: session)
    }

    /// The statements that are not there yet.
    private func fresh(_ work: Work, on session: Session) throws -> [XAPIStatement] {
        let rows = try session.rows(
            """
            SELECT id, digest, timestamp_at FROM xapi_statement
            WHERE tenant = \(work.tenant) AND id = ANY(\(work.batch.statements.map(\.id)))
            """
        )
        var known: [UUID: (digest: Data, timestamp: Date?)] = [:]
        for row in rows {
            known[try row.decode("id")] = (try row.decode("digest"), try row.decode("timestamp_at"))
        }
        return try work.batch.statements.filter { statement in
            guard let stored = known[statement.id] else { return true }
            // A timestamp that either side left out was assigned, and does not count.
            let isSameTime =
                statement.timestamp.map { mine in stored.timestamp.map { mine.isSameMicrosecond(as: $0) } ?? true }
                ?? true
            guard stored.digest == statement.digest, isSameTime else {
                throw TrackingError.conflictingStatement(statement.id)
            }
            return false
        }
    }

    private func save(
        _ attachments: [RecordStatements.Attachment], _ tenant: TenantID, on session: Session
    ) throws {
        // The same file may come twice in a request, and a row can be put in once.
        let files = Dictionary(attachments.map { ($0.sha2, $0) }) { first, _ in first }.values.sorted {
            $0.sha2 < $1.sha2
        }
        guard !files.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO xapi_attachment (tenant, sha2, content_type, content, is_genuine)
            SELECT \(tenant), * FROM unnest(\(files.map(\.sha2)), \(files.map(\.contentType)),
                \(files.map(\.content)), \(files.map(\.isGenuine)))
            ON CONFLICT (tenant, sha2) DO UPDATE
            SET content_type = excluded.content_type, content = excluded.content, is_genuine = true
            WHERE excluded.is_genuine AND NOT xapi_attachment.is_genuine
            """
        )
    }

    private func insert(_ statements: [XAPIStatement], _ times: [Date], _ work: Work, on session: Session) throws {
        try session.execute(
            """
            INSERT INTO xapi_statement (tenant, stored_at, id, raw, version, timestamp_at, digest, target_id,
                is_voiding, is_voided, authority)
            SELECT \(work.tenant), *, false, \(work.authority)
            FROM unnest(\(times), \(statements.map(\.id)), \(statements.map(\.raw)), \(statements.map(\.version)),
                \(statements.map(\.timestamp)), \(statements.map(\.digest)), \(statements.map(\.target)),
                \(statements.map(\.isVoiding)))
            """
        )
    }

    /// Whether one of the statements is about another, or another that came before is about one of them: few are, and
    /// the rest is spared two longer questions.
    private func hasReferences(
        _ statements: [XAPIStatement], _ tenant: TenantID, on session: Session
    ) throws -> Bool {
        if statements.contains(where: { $0.target != nil }) { return true }
        let row = try session.rows(
            """
            SELECT EXISTS (
                SELECT FROM xapi_statement WHERE tenant = \(tenant) AND target_id = ANY(\(statements.map(\.id)))
            ) AS is_referred_to
            """
        ).first
        return try row?.decode("is_referred_to") ?? false
    }

    /// Voids what the new statements void, and those of them that were voided before they came (Data 2.3.2). A voiding
    /// statement stays, whatever refers to it.
    private func void(_ statements: [XAPIStatement], _ tenant: TenantID, on session: Session) throws {
        let ids = statements.map(\.id) + statements.compactMap { $0.isVoiding ? $0.target : nil }
        try session.execute(
            """
            UPDATE xapi_statement AS statement SET is_voided = true
            WHERE statement.tenant = \(tenant) AND statement.id = ANY(\(ids))
              AND NOT statement.is_voiding AND NOT statement.is_voided
              AND EXISTS (
                SELECT FROM xapi_statement AS voiding
                WHERE voiding.tenant = \(tenant) AND voiding.target_id = statement.id AND voiding.is_voiding)
            """
        )
    }

    private func recordEvents(
        _ statements: [XAPIStatement], _ work: Work, now: Date, on session: Session
    ) throws -> [IngestReceipt] {
        let items = statements.compactMap { statement -> IncomingItem? in
            guard let event = mapping.event(statement, now: now) else { return nil }
            let tape = statement.view.tape
            return IncomingItem(
                source: event.source, id: event.id.rawValue, event: .success(event),
                raw: RawSlice(tape.bytes, tape.range(statement.node)))
        }
        guard !items.isEmpty else { return [] }
        let request = IngestRequest(
            tenant: work.tenant, batch: IncomingBatch(isBackfill: false, items: items), receivedAt: now,
            traceparent: work.traceparent)
        return try ingest.record([request], on: session).first ?? []
    }
}

extension Date {
    /// The same to PostgreSQL, which keeps microseconds.
    fileprivate func isSameMicrosecond(as other: Date) -> Bool {
        abs(timeIntervalSince(other)) < 0.000_000_6
    }
}
