import Contracts
import Foundation
import PostgreSQL

/// Events that were not taken in, for people to look at.
struct QuarantineReads: Sendable {
    let database: Database

    /// Newest first. Reads `quarantined_event_newest`, or `quarantined_event_by_source`.
    func list(_ request: ListQuarantine.Request, tenant: TenantID) async throws -> ListQuarantine.Response {
        let filter = request.filter ?? QuarantineFilter()
        let size = try request.page.effectiveSize()
        let question = ["quarantine", tenant.rawValue, filter.question]
        let keys = try PageToken.keys(request.page.token, count: 1, question: question)
        guard let before = keys.map({ Int64($0[0]) }) ?? .max else { throw TrackingError.unknownPageToken }
        let events = try await database.rows(
            "SELECT \(Self.columns) FROM quarantined_event WHERE \(filter.condition(tenant: tenant)) "
                + "AND id < \(before) ORDER BY id DESC LIMIT \(size + 1)"
        ).map(QuarantinedEvent.init(row:))
        let page = Array(events.prefix(size))
        let next =
            events.count > size ? page.last.map { PageToken.text([String($0.id)], question: question) } : nil
        return ListQuarantine.Response(events: page, nextPageToken: next ?? "")
    }

    /// One group for each source and thing that is wrong, most events first.
    func summary(_ filter: QuarantineFilter?, tenant: TenantID) async throws -> [QuarantineGroup] {
        try await database.rows(
            """
            SELECT source, status, state, field, problem, count(*) AS events, min(received_at) AS oldest_at,
                max(received_at) AS newest_at, max(id) AS example_id,
                (array_agg(reason ORDER BY id DESC))[1] AS example_reason
            FROM quarantined_event WHERE \((filter ?? QuarantineFilter()).condition(tenant: tenant))
            GROUP BY source, status, state, field, problem
            ORDER BY count(*) DESC, source, status, state, field, problem LIMIT \(SummarizeQuarantine.groupsMax)
            """
        ).map { row in
            QuarantineGroup(
                source: try row.decode("source"), status: try row.decode("status"), state: try row.decode("state"),
                field: try row.decode("field"), problem: try row.decode("problem"), events: try row.decode("events"),
                oldestAt: try row.decode("oldest_at"), newestAt: try row.decode("newest_at"),
                exampleID: try row.decode("example_id"), exampleReason: try row.decode("example_reason"))
        }
    }

    /// One of them, with its audit; `nil` when there is none.
    func find(_ id: Int64, tenant: TenantID) async throws -> (event: QuarantinedEvent, audit: [AuditEntry])? {
        try await database.run { session in
            let rows = try session.rows(
                "SELECT \(Self.columns) FROM quarantined_event WHERE tenant = \(tenant) AND id = \(id)")
            guard let event = try rows.first.map(QuarantinedEvent.init(row:)) else { return nil }
            return (event, try AuditRows.list(event.auditSubject, tenant: tenant, on: session))
        }
    }

    /// What was taken in under the identity of an event that conflicts with it.
    struct Held: Sendable {
        let content: EventContent
        let context: String?
        /// `nil` when no event of the same learner has the id.
        let event: LearningEventRecorded?
    }

    /// Reads the identity, and one range of `event_log_timeline`: the log is not indexed by the sender's id.
    func held(by event: IncomingEvent, tenant: TenantID) async throws -> Held? {
        try await database.run { session in
            let rows = try session.rows(
                """
                SELECT content, context::text AS context FROM event_identity
                WHERE identity = \(EventHashes.identity(event, tenant: tenant))
                """
            )
            guard let row = rows.first else { return nil }
            let stored = try session.rows(
                """
                SELECT body::text AS body FROM learner_identity AS name
                JOIN event_log ON event_log.tenant = name.tenant
                    AND \(LearnerEvents.condition("event_log", of: "name.learner_id::text"))
                WHERE name.tenant = \(tenant) AND name.source = \(event.source) AND name.external_id = \(event.learner)
                  AND body ->> 'eventID' = \(event.id) AND body ->> 'source' = \(event.source) LIMIT 1
                """
            ).first.map { row in
                try JSONCoding.decoder().decode(
                    LearningEventRecorded.self, from: Data(try row.decode("body", as: String.self).utf8))
            }
            return Held(
                content: EventContent(stored: try row.decode("content")), context: try row.decode("context"),
                event: stored)
        }
    }

    static let columns: SQL = """
        id, source, event_id, status, reason, field, problem, state, raw, format, corrected, corrected_format, outcome,
        received_at, changed_at
        """
}

extension QuarantineFilter {
    /// For `WHERE`.
    func condition(tenant: TenantID) -> SQL {
        """
        tenant = \(tenant) AND (\(source)::text IS NULL OR source = \(source))
            AND (\(status)::text IS NULL OR status = \(status)) AND (\(state)::text IS NULL OR state = \(state))
            AND (\(field)::text IS NULL OR field = \(field)) AND (\(problem)::text IS NULL OR problem = \(problem))
            AND (\(since)::timestamptz IS NULL OR received_at >= \(since))
            AND (\(until)::timestamptz IS NULL OR received_at < \(until))
        """
    }

    /// What binds a page token to this filter.
    var question: String {
        [
            source?.rawValue, status?.rawValue, state?.rawValue, field, problem?.rawValue,
            since.map(RFC3339.string(from:)), until.map(RFC3339.string(from:)),
        ].map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: " ")
    }
}

extension QuarantinedEvent {
    init(row: Row) throws {
        self.init(
            id: try row.decode("id"), source: try row.decode("source"), eventID: try row.decode("event_id"),
            status: try row.decode("status"), reason: try row.decode("reason"), field: try row.decode("field"),
            problem: try row.decode("problem"), state: try row.decode("state"), raw: try row.decode("raw"),
            format: try row.decode("format"), corrected: try row.decode("corrected"),
            correctedFormat: try row.decode("corrected_format"),
            outcome: try row.decode("outcome", as: IngestStatus?.self),
            receivedAt: try row.decode("received_at"), changedAt: try row.decode("changed_at"))
    }

    /// Under which the steps taken on it are written down.
    var auditSubject: String { "quarantine/\(id)" }
}
