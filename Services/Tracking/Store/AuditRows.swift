import Contracts
import Foundation
import PostgreSQL

/// What people did, written in the transaction in which it happens.
enum AuditRows {
    /// A step about to be written down.
    struct Step: Sendable {
        let subject: String
        let action: String
        let note: String
    }

    static func add(
        _ steps: [Step], by actor: String, tenant: TenantID, at now: Date, on session: Session
    ) throws {
        guard !steps.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO audit_entry (tenant, subject, at, actor, action, note)
            SELECT \(tenant), subject, \(now), \(actor), action, note
            FROM unnest(\(steps.map(\.subject)), \(steps.map(\.action)), \(steps.map(\.note)))
                AS step (subject, action, note)
            """
        )
    }

    /// Oldest first, at most the newest ``TrackingLimits/auditEntriesShown``. Reads `audit_entry_by_subject`.
    static func list(_ subject: String, tenant: TenantID, on session: Session) throws -> [AuditEntry] {
        try session.rows(
            """
            SELECT at, actor, action, note FROM audit_entry
            WHERE tenant = \(tenant) AND subject = \(subject)
            ORDER BY id DESC LIMIT \(TrackingLimits.auditEntriesShown)
            """
        ).map { row in
            AuditEntry(
                at: try row.decode("at"), actor: try row.decode("actor"), action: try row.decode("action"),
                note: try row.decode("note"))
        }.reversed()
    }
}
