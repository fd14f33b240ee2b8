import Contracts
import Foundation
import PostgreSQL

/// Choosing quarantined events and writing down what people did about them.
struct QuarantineStore: Sendable {
    let database: Database

    /// Events that a change is for, oldest first, and where the next page begins.
    struct Selected: Sendable {
        let events: [QuarantinedEvent]
        let nextPageToken: String
    }

    /// By id: those that exist. By filter: a page of those that still wait, or are in the state that the filter names.
    ///
    /// - Throws: ``TrackingError/unreadable(_:)`` for a selection of none, or of too many.
    func select(_ selection: QuarantineSelection, tenant: TenantID) async throws -> Selected {
        if let ids = selection.ids {
            let most = TrackingLimits.quarantineChangesMax
            guard (1...most).contains(ids.count) else {
                throw TrackingError.unreadable("ids: expected 1 to \(most) ids, got \(Words.count(ids.count))")
            }
            let events = try await database.rows(
                "SELECT \(QuarantineReads.columns) FROM quarantined_event WHERE tenant = \(tenant) "
                    + "AND id = ANY(\(ids)) ORDER BY id"
            ).map(QuarantinedEvent.init(row:))
            return Selected(events: events, nextPageToken: "")
        }
        guard var filter = selection.filter else {
            throw TrackingError.unreadable("selection: expected ids or a filter, got neither")
        }
        filter.state = filter.state ?? .waiting
        let page = selection.page ?? PageRequest()
        let size = try page.effectiveSize()
        let question = ["quarantine-change", tenant.rawValue, filter.question]
        let keys = try PageToken.keys(page.token, count: 1, question: question)
        guard let after = keys.map({ Int64($0[0]) }) ?? 0 else { throw TrackingError.unknownPageToken }
        let events = try await database.rows(
            "SELECT \(QuarantineReads.columns) FROM quarantined_event WHERE \(filter.condition(tenant: tenant)) "
                + "AND id > \(after) ORDER BY id LIMIT \(size + 1)"
        ).map(QuarantinedEvent.init(row:))
        let chosen = Array(events.prefix(size))
        let next =
            events.count > size ? chosen.last.map { PageToken.text([String($0.id)], question: question) } : nil
        return Selected(events: chosen, nextPageToken: next ?? "")
    }

    /// A corrected event, or what a replay came to.
    struct Change: Sendable {
        let event: QuarantinedEvent
        var state: QuarantineState
        var corrected: String?
        /// Of ``corrected``; `nil` for our own.
        var correctedFormat: String?
        var outcome: IngestStatus?
        let action: String
        let note: String
    }

    /// Writes changes and their audit in one transaction.
    func save(_ changes: [Change], by actor: String, tenant: TenantID, now: Date) async throws {
        guard !changes.isEmpty else { return }
        try await database.transaction { session in
            try session.execute(
                """
                UPDATE quarantined_event AS event
                SET state = change.state, corrected = change.corrected, corrected_format = change.corrected_format,
                    outcome = change.outcome, changed_at = \(now)
                FROM unnest(\(changes.map(\.event.id)), \(changes.map(\.state)), \(changes.map(\.corrected)),
                    \(changes.map(\.correctedFormat)), \(changes.map(\.outcome)))
                    AS change (id, state, corrected, corrected_format, outcome)
                WHERE event.tenant = \(tenant) AND event.id = change.id
                """
            )
            try AuditRows.add(
                changes.map { .init(subject: $0.event.auditSubject, action: $0.action, note: $0.note) }, by: actor,
                tenant: tenant, at: now, on: session)
        }
    }
}
