import Contracts
import Foundation
import PostgreSQL

/// Course runs: those that were declared, and those that only events name.
struct CourseRunReads: Sendable {
    let database: Database

    /// Newest first. Reads `course_run` and `seen_run` of the tenant; definitions only of the page.
    func list(_ request: ListCourseRuns.Request, tenant: TenantID) async throws -> ListCourseRuns.Response {
        let wanted = PageRequest(size: request.page.size ?? PageRequest.sizeMax, token: request.page.token)
        let size = try wanted.effectiveSize()
        let question: [String?] = [
            "courseRuns", tenant.rawValue, request.course?.rawValue, request.isInferred.map { "\($0)" },
        ]
        let keys = try PageToken.keys(request.page.token, count: 2, question: question)
        let after = try keys.map { keys throws(TrackingError) in
            guard let startsAt = RFC3339.date(from: keys[0]) else { throw .unknownPageToken }
            return (startsAt: startsAt, id: keys[1])
        }
        let rows = try await database.rows(
            Self.known(tenant)
                + """
                , page AS (
                    SELECT * FROM known
                    WHERE (\(request.course)::text IS NULL OR course = \(request.course))
                      AND (\(request.isInferred)::boolean IS NULL OR (revision = 0) = \(request.isInferred))
                      AND (\(after == nil)::boolean OR starts_at < \(after?.startsAt)
                        OR (starts_at = \(after?.startsAt) AND id > \(after?.id)))
                    ORDER BY starts_at DESC, id LIMIT \(size + 1)
                )
                SELECT page.*, (course_run.definition - 'modules' - 'activities')::text AS definition
                FROM page LEFT JOIN course_run ON course_run.tenant = \(tenant) AND course_run.id = page.id
                ORDER BY page.starts_at DESC, page.id
                """)
        let runs = try rows.prefix(size).map(Self.run)
        let next = rows.count > size ? rows[size - 1] : nil
        let token = try next.map { row in
            PageToken.text(
                [RFC3339.string(from: try row.decode("starts_at")), try row.decode("id")], question: question)
        }
        return ListCourseRuns.Response(courseRuns: runs, nextPageToken: token ?? "")
    }

    /// - Throws: ``TrackingError/unknownCourseRun(_:)`` for a run that nobody declared and no event names.
    func run(_ id: CourseRunID, tenant: TenantID) async throws -> KnownCourseRun {
        let rows = try await database.rows(
            Self.known(tenant, only: id)
                + """
                SELECT known.*, course_run.definition::text AS definition
                FROM known LEFT JOIN course_run ON course_run.tenant = \(tenant) AND course_run.id = known.id
                """)
        guard let row = rows.first else { throw TrackingError.unknownCourseRun(id) }
        return try Self.run(row)
    }

    /// `WITH ... known AS (...)`: every run of the tenant, or one, without its definition.
    private static func known(_ tenant: TenantID, only id: CourseRunID? = nil) -> SQL {
        """
        WITH declared AS (
            SELECT id, starts_at, revision, course, module_count, activity_count FROM course_run
            WHERE tenant = \(tenant) AND (\(id)::text IS NULL OR id = \(id))
        ), seen AS (
            SELECT course_run, min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at,
                sum(event_count)::bigint AS event_count
            FROM seen_run WHERE tenant = \(tenant) AND (\(id)::text IS NULL OR course_run = \(id))
            GROUP BY course_run
        ), known AS (
            SELECT coalesce(declared.id, seen.course_run) AS id,
                coalesce(declared.starts_at, seen.first_seen_at) AS starts_at,
                coalesce(declared.revision, 0) AS revision, declared.course,
                coalesce(module_count, 0) AS module_count, coalesce(activity_count, 0) AS activity_count,
                seen.first_seen_at, seen.last_seen_at, seen.event_count
            FROM declared FULL JOIN seen ON seen.course_run = declared.id
        )
        """
    }

    private static func run(_ row: Row) throws -> KnownCourseRun {
        let seen = try CatalogRows.sightings(row)
        let revision: Int = try row.decode("revision")
        return KnownCourseRun(
            definition: revision > 0 ? try CatalogRows.definition(row) : try inferred(row, seen),
            isInferred: revision == 0, revision: revision, moduleCount: try row.decode("module_count"),
            activityCount: try row.decode("activity_count"), seen: seen)
    }

    /// What events tell of a run: when it went on, and nothing else.
    private static func inferred(_ row: Row, _ seen: Sightings?) throws -> CourseRunDefinition {
        let id: CourseRunID = try row.decode("id")
        let startsAt: Date = try row.decode("starts_at")
        return CourseRunDefinition(
            id: id, title: id.rawValue, startsAt: startsAt, endsAt: seen?.lastAt ?? startsAt)
    }
}
