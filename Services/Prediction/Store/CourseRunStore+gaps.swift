import Contracts
import Foundation
import PostgreSQL

/// Data gaps of the sources that feed a run.
extension CourseRunStore {
    /// Takes a gap, or its end. The copies of the run in memory are of an older revision from then on, and its summary
    /// is due, for it was made with other days.
    func note(_ gap: DataGapSpan, of source: SourceID, in name: Name, now: Date, on session: Session) throws {
        _ = try session.execute(
            """
            INSERT INTO data_gap AS known (tenant, course_run, source, silent_since, closed_at)
            VALUES (\(name.tenant), \(name.courseRun), \(source), \(gap.silentSince), \(gap.closedAt))
            ON CONFLICT (tenant, course_run, source, silent_since)
               DO UPDATE SET closed_at = coalesce(excluded.closed_at, known.closed_at)
            """
        )
        _ = try session.execute(
            """
            UPDATE course_run
               SET revision = revision + 1,
                   cohort_due_at = CASE WHEN cohort_due_at IS NULL THEN NULL ELSE least(cohort_due_at, \(now)) END
            WHERE tenant = \(name.tenant) AND course_run = \(name.courseRun)
            """
        )
    }

    /// Oldest first.
    func gaps(of name: Name, on session: Session) throws -> [DataGapSpan] {
        try session.rows(
            """
            SELECT silent_since, closed_at FROM data_gap
            WHERE tenant = \(name.tenant) AND course_run = \(name.courseRun) ORDER BY silent_since
            """
        ).map { DataGapSpan(silentSince: try $0.decode("silent_since"), closedAt: try $0.decode("closed_at")) }
    }
}
