import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Courses as they were declared.
struct CourseStore: Sendable {
    let database: Database
    private let log = LogAppender(stream: StreamName.learnerEvents)

    init(database: Database) {
        self.database = database
    }

    /// Declares a course or replaces its declaration, and says so when anything changed.
    ///
    /// - Returns: The revision that is there now, and whether anything changed.
    /// - Throws: ``TrackingError/staleRevision(expected:found:)``.
    func save(
        _ course: CourseDefinition, _ change: DeclarationChange
    ) async throws -> (revision: Int, isChanged: Bool) {
        let definition = JSONText(String(decoding: try JSONCoding.encoder().encode(course), as: UTF8.self))
        let fact = try NewFact(
            CourseDefined(course: course), tenant: change.tenant, occurredAt: change.now,
            traceparent: change.traceparent)
        return try await database.transaction { session in
            // One statement takes the row, whoever else declares the same course for the first time right now.
            let isNew =
                try session.execute(
                    """
                    INSERT INTO course (tenant, id, definition, defined_at, revision)
                    SELECT \(change.tenant), \(course.id), \(definition), \(change.now), 1
                    WHERE coalesce(\(change.expected), 0) = 0
                    ON CONFLICT DO NOTHING
                    """
                ) > 0
            if isNew {
                try log.append([fact], on: session, recordedAt: change.now)
                return (1, true)
            }
            let standing = try Self.lock(course.id, change.tenant, session)
            try change.check(found: standing?.revision)
            guard let standing else { throw TrackingError.unknownCourse(course.id) }
            guard standing.course != course else { return (standing.revision, false) }
            try session.execute(
                """
                UPDATE course SET definition = \(definition), defined_at = \(change.now), revision = revision + 1
                WHERE tenant = \(change.tenant) AND id = \(course.id)
                """
            )
            try log.append([fact], on: session, recordedAt: change.now)
            return (standing.revision + 1, true)
        }
    }

    private static func lock(
        _ id: CourseID, _ tenant: TenantID, _ session: Session
    ) throws -> (course: CourseDefinition, revision: Int)? {
        try session.rows(
            """
            SELECT revision, definition::text AS definition FROM course
            WHERE tenant = \(tenant) AND id = \(id) FOR UPDATE
            """
        ).first.map { (try CatalogRows.definition($0), try $0.decode("revision")) }
    }
}

/// Courses: those that were declared, and those that only declarations of runs name.
struct DeclaredCourseReads: Sendable {
    let database: Database

    /// By id. Reads `course`, `course_run_by_course` and `seen_run` of the tenant.
    func list(_ request: ListCourses.Request, tenant: TenantID) async throws -> ListCourses.Response {
        let size = try request.page.effectiveSize()
        let question = ["courses", tenant.rawValue]
        let after = try PageToken.keys(request.page.token, count: 1, question: question)?[0] ?? ""
        let rows = try await rows(tenant, only: nil, after: after, limit: size + 1)
        let courses = try rows.prefix(size).map(Self.course)
        let next = rows.count > size ? courses.last : nil
        return ListCourses.Response(
            courses: courses,
            nextPageToken: next.map { PageToken.text([$0.definition.id.rawValue], question: question) } ?? "")
    }

    /// - Throws: ``TrackingError/unknownCourse(_:)`` for a course that nobody declared and no run names.
    func course(_ id: CourseID, tenant: TenantID) async throws -> KnownCourse {
        guard let row = try await rows(tenant, only: id, after: "", limit: 1).first else {
            throw TrackingError.unknownCourse(id)
        }
        return try Self.course(row)
    }

    private func rows(_ tenant: TenantID, only id: CourseID?, after: String, limit: Int) async throws -> [Row] {
        try await database.rows(
            """
            WITH declared AS (
                SELECT id, revision, definition::text AS definition FROM course
                WHERE tenant = \(tenant) AND (\(id)::text IS NULL OR id = \(id))
            ), named AS (
                SELECT course AS id, count(DISTINCT run.id) AS runs, min(first_seen_at) AS first_seen_at,
                    max(last_seen_at) AS last_seen_at, sum(event_count)::bigint AS event_count
                FROM course_run AS run
                LEFT JOIN seen_run ON seen_run.tenant = run.tenant AND seen_run.course_run = run.id
                WHERE run.tenant = \(tenant) AND course IS NOT NULL
                  AND (\(id)::text IS NULL OR course = \(id))
                GROUP BY course
            )
            SELECT id, coalesce(revision, 0) AS revision, definition, coalesce(runs, 0) AS runs,
                first_seen_at, last_seen_at, event_count
            FROM declared FULL JOIN named USING (id)
            WHERE id > \(after) ORDER BY id LIMIT \(limit)
            """)
    }

    private static func course(_ row: Row) throws -> KnownCourse {
        let revision: Int = try row.decode("revision")
        let id: CourseID = try row.decode("id")
        return KnownCourse(
            definition: revision > 0
                ? try CatalogRows.definition(row) : CourseDefinition(id: id, title: id.rawValue),
            isInferred: revision == 0, revision: revision, courseRunCount: try row.decode("runs"),
            seen: try CatalogRows.sightings(row))
    }
}
