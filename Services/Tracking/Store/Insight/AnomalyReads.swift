import Contracts
import Foundation
import PostgreSQL

/// What was found unusual, newest first.
struct AnomalyReads: Sendable {
    let database: Database

    /// Reads `anomaly_newest`, `anomaly_newest_of_run`, or the indexes by learner.
    func list(_ request: ListAnomalies.Request, tenant: TenantID) async throws -> ListAnomalies.Response {
        let size = try request.page.effectiveSize()
        let question: [String?] = [
            "anomalies", tenant.rawValue, request.courseRun?.rawValue, request.learner?.description,
            request.kind?.rawValue, request.isOpen.map { "\($0)" },
        ]
        let before = try end(request.page.token, question)
        let rows = try await database.rows(
            "SELECT " + AnomalyRows.columns
                + """
                 FROM anomaly WHERE tenant = \(tenant)
                  AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
                  AND (\(request.learner)::uuid IS NULL OR learner_id = \(request.learner)
                    OR other_learner_id = \(request.learner))
                  AND (\(request.kind)::text IS NULL OR kind = \(request.kind))
                  AND (\(request.isOpen)::boolean IS NULL OR (closed_at IS NULL) = \(request.isOpen))
                  AND (\(before == nil)::boolean OR (detected_at, id) < (\(before?.at), \(before?.id)))
                ORDER BY detected_at DESC, id DESC LIMIT \(size + 1)
                """)
        let anomalies = try rows.prefix(size).map(AnomalyRows.anomaly)
        let next =
            rows.count > size
            ? anomalies.last.map {
                PageToken.text([RFC3339.string(from: $0.detectedAt), $0.id.description], question: question)
            } : nil
        return ListAnomalies.Response(anomalies: anomalies, nextPageToken: next ?? "")
    }

    private func end(_ token: String?, _ question: [String?]) throws(TrackingError) -> (at: Date, id: AnomalyID)? {
        guard let keys = try PageToken.keys(token, count: 2, question: question) else { return nil }
        guard let at = RFC3339.date(from: keys[0]), let id = AnomalyID(keys[1]) else { throw .unknownPageToken }
        return (at, id)
    }
}
