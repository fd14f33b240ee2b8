import Contracts
import Foundation
import PostgreSQL

/// Activities of a run: those that were declared, and those that only events name.
struct ActivityReads: Sendable {
    let database: Database

    /// By id. Reads the run's definition, and one range of `seen_activity` as long as the page.
    ///
    /// - Throws: ``TrackingError/unknownCourseRun(_:)`` for a run that nobody declared and no event names.
    func list(_ request: ListActivities.Request, tenant: TenantID) async throws -> ListActivities.Response {
        let size = try request.page.effectiveSize()
        let question: [String?] = [
            "activities", tenant.rawValue, request.courseRun.rawValue, request.isInferred.map { "\($0)" },
        ]
        let after = try PageToken.keys(request.page.token, count: 1, question: question)?[0] ?? ""
        let rows = try await database.run { session in
            guard try Self.exists(request.courseRun, tenant, session) else {
                throw TrackingError.unknownCourseRun(request.courseRun)
            }
            return try Self.rows(request, tenant, after: after, limit: size + 1, session)
        }
        let activities = try rows.prefix(size).map(Self.activity)
        let next = rows.count > size ? activities.last : nil
        return ListActivities.Response(
            activities: activities,
            nextPageToken: next.map { PageToken.text([$0.plan.id.rawValue], question: question) } ?? "")
    }

    private static func exists(_ run: CourseRunID, _ tenant: TenantID, _ session: Session) throws -> Bool {
        let rows = try session.rows(
            """
            SELECT 1 FROM course_run WHERE tenant = \(tenant) AND id = \(run)
            UNION ALL SELECT 1 FROM seen_run WHERE tenant = \(tenant) AND course_run = \(run) LIMIT 1
            """
        )
        return !rows.isEmpty
    }

    /// Of ids that events name, as many are looked at as the page could need if all declared ones came first.
    private static func rows(
        _ request: ListActivities.Request, _ tenant: TenantID, after: String, limit: Int, _ session: Session
    ) throws -> [Row] {
        let run = request.courseRun
        let seenMax = limit + TrackingLimits.activitiesMax + TrackingLimits.assessmentsMax
        return try session.rows(
            """
            WITH planned AS (
                SELECT 1 AS place, part FROM course_run, jsonb_array_elements(definition -> 'activities') AS part
                WHERE tenant = \(tenant) AND id = \(run)
                UNION ALL
                SELECT 2, part FROM course_run, jsonb_array_elements(definition -> 'assessments') AS part
                WHERE tenant = \(tenant) AND id = \(run)
            ), declared AS (
                SELECT DISTINCT ON (part ->> 'id') part ->> 'id' AS id, part::text AS definition
                FROM planned ORDER BY part ->> 'id', place
            ), seen AS (
                SELECT DISTINCT activity AS id FROM seen_activity
                WHERE tenant = \(tenant) AND course_run = \(run) AND activity > \(after)
                ORDER BY activity LIMIT \(seenMax)
            ), page AS (
                SELECT id, definition FROM declared FULL JOIN seen USING (id)
                WHERE id > \(after)
                  AND (\(request.isInferred)::boolean IS NULL OR (definition IS NULL) = \(request.isInferred))
                ORDER BY id LIMIT \(limit)
            )
            SELECT id, definition, sightings.* FROM page CROSS JOIN LATERAL (
                SELECT min(kind) AS kind, min(first_seen_at) AS first_seen_at,
                    max(last_seen_at) AS last_seen_at, sum(event_count)::bigint AS event_count
                FROM seen_activity
                WHERE tenant = \(tenant) AND course_run = \(run) AND activity = page.id
            ) AS sightings ORDER BY id
            """
        )
    }

    private static func activity(_ row: Row) throws -> KnownActivity {
        let isInferred = try row.decode("definition", as: String?.self) == nil
        return KnownActivity(
            plan: isInferred ? try inferred(row) : try CatalogRows.definition(row), isInferred: isInferred,
            seen: try CatalogRows.sightings(row))
    }

    private static func inferred(_ row: Row) throws -> PlannedActivity {
        let id: ActivityID = try row.decode("id")
        let kind = try row.decode("kind", as: String?.self).flatMap(ActivityKind.init(rawValue:))
        return PlannedActivity(
            id: id, title: String(id.rawValue.prefix(TrackingLimits.titleLengthMax)), kind: kind ?? .other)
    }
}
