import Contracts
import Foundation
import PostgreSQL

/// Data gaps of the sources that feed a run. Each function runs in the caller's transaction.
extension SituationStore {
    func note(_ opened: DataGapOpened, tenant: TenantID, on session: Session) throws {
        try save(opened.source, opened.courseRuns, silentSince: opened.silentSince, closedAt: nil, tenant, session)
    }

    func note(_ closed: DataGapClosed, tenant: TenantID, on session: Session) throws {
        try save(
            closed.source, closed.courseRuns, silentSince: closed.silentSince, closedAt: closed.closedAt, tenant,
            session)
    }

    /// The newest gap of each source and run is kept; an older one never replaces it.
    private func save(
        _ source: SourceID, _ runs: [CourseRunID], silentSince: Date, closedAt: Date?, _ tenant: TenantID,
        _ session: Session
    ) throws {
        _ = try session.execute(
            """
            INSERT INTO data_gap AS known (tenant, course_run, source, silent_since, closed_at)
            SELECT \(tenant), run, \(source), \(silentSince), \(closedAt) FROM unnest(\(runs)) AS concerned(run)
            ON CONFLICT (tenant, course_run, source) DO UPDATE
               SET silent_since = excluded.silent_since, closed_at = excluded.closed_at
             WHERE known.silent_since <= excluded.silent_since
            """
        )
    }

    /// A column of ``situations(of:tenant:now:on:)``: the gaps of `course_run`'s sources as JSON, open ones first.
    static let gaps: SQL = """
        (SELECT json_agg(json_build_object('source', source, 'silentSince', to_json(silent_since),
                                           'closedAt', to_json(closed_at))
                         ORDER BY closed_at DESC NULLS FIRST)::text
           FROM data_gap WHERE data_gap.tenant = course_run.tenant AND data_gap.course_run = course_run.course_run)
        """

    static func gaps(_ row: Row) throws -> [LearnerSituation.SourceGap] {
        guard let text = try row.decode("gaps", as: String?.self) else { return [] }
        return try JSONCoding.decoder().decode([LearnerSituation.SourceGap].self, from: Data(text.utf8))
    }
}
