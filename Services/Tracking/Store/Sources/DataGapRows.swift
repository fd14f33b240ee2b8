import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Reading and writing data gaps, in the caller's transaction.
///
/// Who opens or closes a gap locks its row first, then the enrollments of its runs in the order in which the
/// projection locks them, then the log's counters.
enum DataGapRows {
    /// An open gap.
    struct Open: Sendable {
        let tenant: TenantID
        let source: SourceID
        let silentSince: Date
    }

    static func open(on session: Session) throws -> [Open] {
        try session.rows("SELECT tenant, source, silent_since FROM data_gap WHERE closed_at IS NULL").map { row in
            Open(
                tenant: try row.decode("tenant"), source: try row.decode("source"),
                silentSince: try row.decode("silent_since"))
        }
    }

    /// Times that do not count as silence of the learners of each run. Runs without any are left out.
    ///
    /// - Parameter instant: As was known then; now when left out.
    static func uncounted(
        of runs: some Sequence<RunKey>, asOf instant: Date = .distantFuture, on session: Session
    ) throws -> [RunKey: UncountedTime] {
        let runs = Set(runs).sorted()
        guard !runs.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            SELECT wanted.place, gap.silent_since,
                CASE WHEN gap.closed_at <= \(instant) THEN gap.closed_at END AS closed_at
            FROM unnest(\(runs.map(\.tenant)), \(runs.map(\.courseRun))) WITH ORDINALITY
                AS wanted (tenant, course_run, place)
            JOIN data_gap_run USING (tenant, course_run)
            JOIN data_gap AS gap USING (tenant, source, silent_since)
            WHERE gap.opened_at <= \(instant)
            """
        )
        var spans: [RunKey: [UncountedTime.Span]] = [:]
        for row in rows {
            let run = runs[try row.decode("place", as: Int.self) - 1]
            spans[run, default: []].append(
                UncountedTime.Span(from: try row.decode("silent_since"), until: try row.decode("closed_at")))
        }
        return spans.mapValues(UncountedTime.init)
    }

    /// Opens a gap; none is opened that is open already.
    ///
    /// Learners whose slipping was noticed after the source had fallen silent are looked at again, for nobody knows
    /// whether they did; and those who were heard elsewhere meanwhile, whose pause was a shorter one.
    ///
    /// - Returns: What is to be said; empty when somebody else opened it.
    static func open(
        _ gap: Open, at openedAt: Date, runs: [CourseRunID], on session: Session
    ) throws -> [NewFact] {
        let opened = try session.execute(
            """
            INSERT INTO data_gap (tenant, source, silent_since, opened_at)
            VALUES (\(gap.tenant), \(gap.source), \(gap.silentSince), \(openedAt))
            ON CONFLICT DO NOTHING
            """
        )
        guard opened > 0 else { return [] }
        try session.execute(
            """
            INSERT INTO data_gap_run (tenant, course_run, source, silent_since)
            SELECT \(gap.tenant), run, \(gap.source), \(gap.silentSince) FROM unnest(\(runs)) AS fed (run)
            """
        )
        try unsettle(
            gap,
            where: """
                (state IN ('slipping', 'dormant') AND state_since >= \(gap.silentSince)
                    OR last_activity_at > \(gap.silentSince))
                """, on: session)
        return try chunks(runs).map { runs in
            try NewFact(
                DataGapOpened(
                    source: gap.source, silentSince: gap.silentSince, openedAt: openedAt, courseRuns: runs),
                tenant: gap.tenant, occurredAt: openedAt)
        }
    }

    /// Closes a gap. Learners who stood still meanwhile are looked at again.
    ///
    /// - Returns: What is to be said; empty when somebody else closed it.
    static func close(
        _ gap: Open, at closedAt: Date, reason: DataGapEnd, on session: Session
    ) throws -> [NewFact] {
        let closed = try session.execute(
            """
            UPDATE data_gap SET closed_at = \(closedAt), reason = \(reason)
            WHERE tenant = \(gap.tenant) AND source = \(gap.source) AND silent_since = \(gap.silentSince)
              AND closed_at IS NULL
            """
        )
        guard closed > 0 else { return [] }
        try unsettle(
            gap,
            where: """
                (status = 'enrolled' AND last_activity_at IS NOT NULL AND state <> 'dormant'
                    OR last_activity_at > \(gap.silentSince))
                """, on: session)
        let runs = try session.rows(
            """
            SELECT course_run FROM data_gap_run
            WHERE tenant = \(gap.tenant) AND source = \(gap.source) AND silent_since = \(gap.silentSince)
            ORDER BY course_run
            """
        ).map { try $0.decode("course_run", as: CourseRunID.self) }
        return try chunks(runs).map { runs in
            try NewFact(
                DataGapClosed(
                    source: gap.source, silentSince: gap.silentSince, closedAt: closedAt, reason: reason,
                    courseRuns: runs),
                tenant: gap.tenant, occurredAt: closedAt)
        }
    }

    /// Lets the sweep settle enrollments of the gap's runs anew as soon as it can: their calendar has changed.
    private static func unsettle(_ gap: Open, where condition: SQL, on session: Session) throws {
        try session.execute(
            """
            WITH held AS MATERIALIZED (
                SELECT enrollment.tenant, enrollment.course_run, enrollment.learner_id
                FROM data_gap_run JOIN enrollment USING (tenant, course_run)
                WHERE tenant = \(gap.tenant) AND source = \(gap.source) AND silent_since = \(gap.silentSince)
                  AND review_at IS DISTINCT FROM \(EnrollmentRecord.unsettled) AND \(condition)
                ORDER BY enrollment.tenant, enrollment.learner_id, enrollment.course_run
                FOR UPDATE OF enrollment
            )
            UPDATE enrollment SET review_at = \(EnrollmentRecord.unsettled) FROM held
            WHERE enrollment.tenant = held.tenant AND enrollment.course_run = held.course_run
              AND enrollment.learner_id = held.learner_id
            """
        )
    }

    /// As many runs a fact as it may name; one empty chunk for none, so that the gap is said all the same.
    private static func chunks(_ runs: [CourseRunID]) -> [[CourseRunID]] {
        guard !runs.isEmpty else { return [[]] }
        return stride(from: 0, to: runs.count, by: DataGapOpened.courseRunsMax).map {
            Array(runs[$0..<min($0 + DataGapOpened.courseRunsMax, runs.count)])
        }
    }
}
