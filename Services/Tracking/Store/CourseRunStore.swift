import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Course runs as they were declared.
struct CourseRunStore: Sendable {
    let database: Database
    private let log = LogAppender(stream: StreamName.learnerEvents)

    init(database: Database) {
        self.database = database
    }

    /// Declares a run or changes its declaration, and says so when anything changed.
    ///
    /// - Returns: Whether anything changed.
    func save(_ run: CourseRunDefinition, tenant: TenantID, now: Date, traceparent: String?) async throws
        -> Bool
    {
        let definition = JSONText(String(decoding: try JSONCoding.encoder().encode(run), as: UTF8.self))
        let fact = try NewFact(
            CourseRunDefined(courseRun: run), tenant: tenant, occurredAt: now, traceparent: traceparent)
        return try await database.transaction { session in
            let touched = try session.execute(
                """
                INSERT INTO course_run AS run (tenant, id, starts_at, definition, defined_at)
                VALUES (\(tenant), \(run.id), \(run.startsAt), \(definition), \(now))
                ON CONFLICT (tenant, id) DO UPDATE SET starts_at = excluded.starts_at,
                    definition = excluded.definition, defined_at = excluded.defined_at
                WHERE run.definition <> excluded.definition
                """
            )
            guard touched > 0 else { return false }
            try log.append([fact], on: session, recordedAt: now)
            return true
        }
    }

    /// Newest first. Reads `course_run_newest`.
    func list(tenant: TenantID) async throws -> [CourseRunDefinition] {
        let decoder = JSONCoding.decoder()
        return try await database.rows(
            """
            SELECT definition::text AS definition FROM course_run WHERE tenant = \(tenant)
            ORDER BY starts_at DESC, id LIMIT \(TrackingLimits.courseRunsMax)
            """
        ).map { row in
            try decoder.decode(
                CourseRunDefinition.self, from: Data(try row.decode("definition", as: String.self).utf8))
        }
    }

    /// One run as it is declared now; `nil` for a run that nobody declared.
    static func definition(
        of courseRun: CourseRunID, tenant: TenantID, on session: Session
    ) throws -> CourseRunDefinition? {
        try session.rows(
            "SELECT definition::text AS definition FROM course_run WHERE tenant = \(tenant) AND id = \(courseRun)"
        ).first.map { row in
            try JSONCoding.decoder().decode(
                CourseRunDefinition.self, from: Data(try row.decode("definition", as: String.self).utf8))
        }
    }
}
