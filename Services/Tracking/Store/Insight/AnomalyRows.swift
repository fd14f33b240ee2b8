import Contracts
import Foundation
import PostgreSQL

/// Reading and writing `anomaly`, which holds what was said.
enum AnomalyRows {
    /// All columns of ``anomaly(_:)``, for `SELECT`.
    static let columns: SQL = """
        id, course_run, kind, severity, learner_id, other_learner_id, activity_id, module_id, words,
        evidence::text AS evidence, first_at, last_at, detected_at, closed_at
        """

    static func anomaly(_ row: Row) throws -> Anomaly {
        let evidence = try JSONCoding.decoder().decode(
            [AnomalyFigure].self, from: Data(try row.decode("evidence", as: String.self).utf8))
        return Anomaly(
            id: try row.decode("id"), kind: try row.decode("kind"), severity: try row.decode("severity"),
            courseRun: try row.decode("course_run"), learner: try row.decode("learner_id"),
            otherLearner: try row.decode("other_learner_id"), activity: try row.decode("activity_id"),
            module: try row.decode("module_id"), words: try row.decode("words"), evidence: evidence,
            firstAt: try row.decode("first_at"), lastAt: try row.decode("last_at"),
            detectedAt: try row.decode("detected_at"), closedAt: try row.decode("closed_at"))
    }

    /// What was found. Heard twice, it is there once.
    static func save(_ said: [(tenant: TenantID, anomaly: Anomaly)], on session: Session) throws {
        guard !said.isEmpty else { return }
        let anomalies = said.map(\.anomaly)
        let encoder = JSONCoding.encoder()
        let evidence = try anomalies.map {
            JSONText(String(decoding: try encoder.encode($0.evidence), as: UTF8.self))
        }
        try session.execute(
            """
            INSERT INTO anomaly (id, tenant, course_run, kind, severity, learner_id, other_learner_id, activity_id,
                module_id, words, evidence, first_at, last_at, detected_at)
            SELECT * FROM unnest(\(anomalies.map(\.id)), \(said.map(\.tenant)), \(anomalies.map(\.courseRun)),
                \(anomalies.map(\.kind)), \(anomalies.map(\.severity)), \(anomalies.map { $0.learner?.rawValue }),
                \(anomalies.map { $0.otherLearner?.rawValue }), \(anomalies.map { $0.activity?.rawValue }),
                \(anomalies.map { $0.module?.rawValue }), \(anomalies.map(\.words)), \(evidence),
                \(anomalies.map(\.firstAt)), \(anomalies.map(\.lastAt)), \(anomalies.map(\.detectedAt)))
            ON CONFLICT (id) DO NOTHING
            """
        )
    }

    /// What is over.
    static func close(_ said: [AnomalyClosed], on session: Session) throws {
        guard !said.isEmpty else { return }
        try session.execute(
            """
            UPDATE anomaly SET closed_at = closed.closed_at, last_at = closed.last_at
            FROM unnest(\(said.map(\.id)), \(said.map(\.lastAt)), \(said.map(\.closedAt)))
                AS closed (id, last_at, closed_at)
            WHERE anomaly.id = closed.id
            """
        )
    }
}
