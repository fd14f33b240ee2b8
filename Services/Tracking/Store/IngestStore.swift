import Contracts
import EventLog
import Foundation
import PostgreSQL

/// One call's events on their way into the log.
struct IngestRequest: Sendable {
    let tenant: TenantID
    let batch: IncomingBatch
    let receivedAt: Date
    let traceparent: String?
}

/// Takes in events: recognises replays, finds out who is meant, appends to the log, and keeps what is bad,
/// all in one transaction for as many calls as have gathered.
///
/// Locks are taken in one order everywhere, so that concurrent batches wait for each other instead of dying:
/// names, then events, then bad events, each sorted, then the log's counters.
struct IngestStore: Sendable {
    private let database: Database
    private let log = LogAppender(stream: StreamName.learnerEvents)
    private let claims = IdentityClaims()

    init(database: Database) {
        self.database = database
    }

    /// Receipts for every item of every request, in their order, after the commit.
    ///
    /// - Throws: `DatabaseError`; then nothing was taken in, unless its `isOutcomeUnknown` says that nobody
    ///   knows. Sending the same again is right in both cases.
    func record(_ requests: [IngestRequest]) async throws -> [[IngestReceipt]] {
        try await database.transaction { session in
            try record(requests, on: session)
        }
    }

    /// The same inside a transaction that does something else first, such as keeping statements.
    func record(_ requests: [IngestRequest], on session: Session) throws -> [[IngestReceipt]] {
        guard let now = requests.map(\.receivedAt).max() else { return [] }
        var work = IngestWork(requests)
        let learners = try LearnerNames.resolve(work.names, at: now, on: session)
        work.settle(stored: try claims.claim(work.candidates, on: session))
        try quarantine(work.rejected, on: session)
        try RawEventStore.keep(work.rawForms, on: session)
        // Last, and once: the log's counters stay locked from here to the commit.
        try log.append(work.facts(learners), on: session, recordedAt: now)
        return work.receipts
    }

    private func quarantine(_ rejected: [IngestWork.Rejected], on session: Session) throws {
        guard !rejected.isEmpty else { return }
        let sorted = rejected.sorted { $0.fingerprint.uuidString < $1.fingerprint.uuidString }
        try session.execute(
            """
            INSERT INTO quarantined_event (tenant, fingerprint, source, event_id, status, reason, raw, format,
                received_at)
            SELECT * FROM unnest(\(sorted.map(\.tenant)), \(sorted.map(\.fingerprint)),
                \(sorted.map(\.source)),
                \(sorted.map(\.eventID)), \(sorted.map(\.status)), \(sorted.map(\.reason)),
                    \(sorted.map(\.raw)), \(sorted.map(\.format)),
                \(sorted.map(\.receivedAt)))
            ON CONFLICT DO NOTHING
            """
        )
    }
}
