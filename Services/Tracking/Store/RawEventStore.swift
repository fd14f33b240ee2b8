import Contracts
import Foundation
import PostgreSQL

/// What other platforms sent, as it came, of every event that was accepted from it.
struct RawEventStore: Sendable {
    let database: Database

    /// In the transaction that takes the events in. Whoever claimed an event's identity alone writes its raw form, so
    /// no two transactions meet here.
    static func keep(_ forms: [IngestWork.RawForm], on session: Session) throws {
        guard !forms.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO raw_event (identity, tenant, format, raw, received_at)
            SELECT * FROM unnest(\(forms.map(\.identity)), \(forms.map(\.tenant)), \(forms.map(\.format)),
                \(forms.map(\.raw)), \(forms.map(\.receivedAt)))
            """
        )
    }

    /// - Throws: ``TrackingError/unknownRawEvent(_:source:)`` where none is kept.
    func raw(_ request: GetRawEvent.Request, tenant: TenantID) async throws -> GetRawEvent.Response {
        let identity = EventHashes.identity(request.eventID, source: request.source, tenant: tenant)
        let rows = try await database.rows(
            "SELECT format, raw, received_at FROM raw_event WHERE identity = \(identity) AND tenant = \(tenant)"
        )
        guard let row = rows.first else {
            throw TrackingError.unknownRawEvent(request.eventID, source: request.source)
        }
        return GetRawEvent.Response(
            source: request.source, eventID: request.eventID, format: try row.decode("format"),
            raw: try row.decode("raw"), receivedAt: try row.decode("received_at"))
    }
}
