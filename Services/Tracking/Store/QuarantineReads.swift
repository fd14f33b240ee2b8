import Contracts
import Foundation
import PostgreSQL

/// Events that were not taken in, for people to look at.
struct QuarantineReads: Sendable {
    let database: Database

    /// Newest first. Reads `quarantined_event_newest`.
    func list(_ request: ListQuarantine.Request, tenant: TenantID) async throws -> ListQuarantine.Response {
        let size = try request.page.effectiveSize()
        let question = ["quarantine", tenant.rawValue]
        let keys = try PageToken.keys(request.page.token, count: 1, question: question)
        guard let before = keys.map({ Int64($0[0]) }) ?? .max else { throw TrackingError.unknownPageToken }
        let rows = try await database.rows(
            """
            SELECT id, source, event_id, status, reason, raw, received_at
            FROM quarantined_event WHERE tenant = \(tenant) AND id < \(before)
            ORDER BY id DESC LIMIT \(size + 1)
            """
        )
        let events = try rows.prefix(size).map { row in
            QuarantinedEvent(
                id: try row.decode("id"), source: try row.decode("source"),
                eventID: try row.decode("event_id"),
                status: try row.decode("status"), reason: try row.decode("reason"),
                raw: try row.decode("raw"),
                receivedAt: try row.decode("received_at"))
        }
        let next =
            rows.count > size ? events.last.map { PageToken.text([String($0.id)], question: question) } : nil
        return ListQuarantine.Response(events: events, nextPageToken: next ?? "")
    }
}
