import Contracts
import Foundation
import PostgreSQL
import Synchronization

/// Course runs, with a copy in memory of what scoring reads of them at every batch.
final class CourseRunStore: Sendable {
    /// Runs kept in memory; beyond that the copy starts anew.
    static let cachedMax = 512

    private struct Cached {
        var revision: Int64
        var context: CourseRunContext
    }

    private let cache = Mutex<[Name: Cached]>([:])

    struct Name: Hashable, Sendable {
        var tenant: TenantID
        var courseRun: CourseRunID
    }

    /// Takes a declaration. Returns whether it changed anything.
    func define(_ definition: CourseRunDefinition, tenant: TenantID, now: Date, on session: Session) throws
        -> Bool
    {
        let text = String(decoding: try JSONCoding.encoder().encode(definition), as: UTF8.self)
        return try session.execute(
            """
            INSERT INTO course_run (tenant, course_run, definition, cohort_due_at)
            VALUES (\(tenant), \(definition.id), \(JSONText(text)), \(now))
            ON CONFLICT (tenant, course_run) DO UPDATE
               SET definition = excluded.definition, revision = course_run.revision + 1,
                   cohort_due_at = excluded.cohort_due_at
             WHERE course_run.definition <> excluded.definition
            """
        ) > 0
    }

    /// What scoring needs of each of the given runs; a run that was never declared is left out.
    func contexts(of names: Set<Name>, on session: Session) throws -> [Name: CourseRunContext] {
        let ordered = Array(names)
        let revisions = try session.rows(
            """
            SELECT tenant, course_run, revision FROM course_run
            JOIN unnest(\(ordered.map(\.tenant)), \(ordered.map(\.courseRun))) AS asked(tenant, course_run)
                 USING (tenant, course_run)
            """
        )
        var found: [Name: CourseRunContext] = [:]
        for row in revisions {
            let name = Name(tenant: try row.decode("tenant"), courseRun: try row.decode("course_run"))
            let revision = try row.decode("revision", as: Int64.self)
            if let cached = cache.withLock({ $0[name] }), cached.revision == revision {
                found[name] = cached.context
            } else {
                found[name] = try read(name, on: session)
            }
        }
        return found
    }

    private func read(_ name: Name, on session: Session) throws -> CourseRunContext? {
        let rows = try session.rows(
            """
            SELECT revision, definition::text AS definition, cohort::text AS cohort FROM course_run
            WHERE tenant = \(name.tenant) AND course_run = \(name.courseRun)
            """
        )
        guard let row = rows.first else { return nil }
        let decoder = JSONCoding.decoder()
        let definition = try row.decode("definition", as: String.self)
        let cohort = try row.decode("cohort", as: String?.self)
        let context = CourseRunContext(
            plan: CoursePlan(try decoder.decode(CourseRunDefinition.self, from: Data(definition.utf8))),
            cohort: try cohort.map { try decoder.decode(CohortSummary.self, from: Data($0.utf8)) },
            gaps: try gaps(of: name, on: session))
        let revision = try row.decode("revision", as: Int64.self)
        cache.withLock { cache in
            if cache.count >= Self.cachedMax { cache = [:] }
            // A slower reader must not put an older copy over a newer one.
            if let known = cache[name], known.revision > revision { return }
            cache[name] = Cached(revision: revision, context: context)
        }
        return context
    }

    // MARK: - Summaries

    /// Takes the run whose summary has been due for longest; another replica passes it over until this
    /// transaction ends.
    func claimStale(now: Date, on session: Session) throws -> Name? {
        try session.rows(
            """
            SELECT tenant, course_run FROM course_run WHERE cohort_due_at <= \(now)
            ORDER BY cohort_due_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """
        ).first.map { Name(tenant: try $0.decode("tenant"), courseRun: try $0.decode("course_run")) }
    }

    /// Takes a running course run of which more than ``share`` of those summed up were heard of since the
    /// summary: history is being brought in, or many joined at once, and its learners are being held against
    /// a picture of too few.
    func claimOutgrown(now: Date, on session: Session) throws -> Name? {
        try session.rows(
            """
            SELECT tenant, course_run FROM course_run
            WHERE cohort_due_at > \(now) AND cohort_at IS NOT NULL
              AND (SELECT count(*) FROM enrollment
                    WHERE enrollment.tenant = course_run.tenant AND enrollment.course_run = course_run.course_run
                      AND heard_at > cohort_at)
                > \(Self.share) * (cohort->>'size')::double precision + 1
            ORDER BY cohort_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """
        ).first.map { Name(tenant: try $0.decode("tenant"), courseRun: try $0.decode("course_run")) }
    }

    static let share = 0.3

    /// Saves a summary; the next is due at `dueAt`.
    func save(_ cohort: CohortSummary, of name: Name, now: Date, dueAt: Date?, on session: Session) throws {
        let text = String(decoding: try JSONCoding.encoder().encode(cohort), as: UTF8.self)
        _ = try session.execute(
            """
            UPDATE course_run SET cohort = \(JSONText(text)), cohort_at = \(now), cohort_due_at = \(dueAt),
                                  revision = revision + 1
            WHERE tenant = \(name.tenant) AND course_run = \(name.courseRun)
            """
        )
    }
}
