import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Course runs as they were declared.
///
/// A run is locked before it is changed, and the log's counters last, as everywhere.
struct CourseRunStore: Sendable {
    let database: Database
    private let log = LogAppender(stream: StreamName.learnerEvents)

    init(database: Database) {
        self.database = database
    }

    /// A declaration after a change.
    struct Saved: Sendable {
        let run: CourseRunDefinition
        let revision: Int
        /// Whether it differs from what was there.
        let isChanged: Bool
    }

    /// Declares a run or replaces its declaration, and says so when anything changed.
    ///
    /// - Throws: ``TrackingError/staleRevision(expected:found:)``; ``TrackingError/unreadable(_:)`` for a definition
    ///   that is too large.
    func save(_ run: CourseRunDefinition, _ change: DeclarationChange) async throws -> Saved {
        try await database.transaction { session in
            // One statement takes the row, whoever else declares the same run for the first time right now.
            if change.expected ?? 0 == 0, try insert(run, change, session) {
                return Saved(run: run, revision: 1, isChanged: true)
            }
            let standing = try Self.lock(run.id, change, session)
            try change.check(found: standing?.revision)
            guard let standing else { throw TrackingError.unknownCourseRun(run.id) }
            return try replace(standing, with: run, change, session)
        }
    }

    /// Changes a part of a declared run, and says so when anything changed.
    ///
    /// - Throws: ``TrackingError/unknownCourseRun(_:)``, ``TrackingError/staleRevision(expected:found:)``, and
    ///   ``TrackingError/unreadable(_:)`` when the run as a whole would break a rule.
    func change(_ id: CourseRunID, by part: CourseRunChange, _ change: DeclarationChange) async throws -> Saved {
        try await database.transaction { session in
            guard let standing = try Self.lock(id, change, session) else {
                throw TrackingError.unknownCourseRun(id)
            }
            try change.check(found: standing.revision)
            let run = part.apply(standing.run)
            do throws(EventProblem) {
                try CourseRunRules.check(run)
            } catch {
                throw TrackingError.unreadable(error.description)
            }
            return try replace(standing, with: run, change, session)
        }
    }

    /// One run as it is declared now; `nil` for a run that nobody declared.
    static func definition(
        of courseRun: CourseRunID, tenant: TenantID, on session: Session
    ) throws -> CourseRunDefinition? {
        try session.rows(
            "SELECT definition::text AS definition FROM course_run WHERE tenant = \(tenant) AND id = \(courseRun)"
        ).first.map(CatalogRows.definition)
    }

    // MARK: - Private parts

    private struct Standing {
        let run: CourseRunDefinition
        let revision: Int
    }

    private static func lock(_ id: CourseRunID, _ change: DeclarationChange, _ session: Session) throws -> Standing? {
        try session.rows(
            """
            SELECT revision, definition::text AS definition FROM course_run
            WHERE tenant = \(change.tenant) AND id = \(id) FOR UPDATE
            """
        ).first.map { row in
            Standing(run: try CatalogRows.definition(row), revision: try row.decode("revision"))
        }
    }

    private func insert(_ run: CourseRunDefinition, _ change: DeclarationChange, _ session: Session) throws -> Bool {
        let isNew =
            try session.execute(
                """
                INSERT INTO course_run (tenant, id, starts_at, definition, defined_at)
                VALUES (\(change.tenant), \(run.id), \(run.startsAt), \(try Self.text(run)), \(change.now))
                ON CONFLICT DO NOTHING
                """
            ) > 0
        if isNew { try say(run, change, session) }
        return isNew
    }

    private func replace(
        _ standing: Standing, with run: CourseRunDefinition, _ change: DeclarationChange, _ session: Session
    ) throws -> Saved {
        guard standing.run != run else {
            return Saved(run: run, revision: standing.revision, isChanged: false)
        }
        try session.execute(
            """
            UPDATE course_run SET starts_at = \(run.startsAt), definition = \(try Self.text(run)),
                defined_at = \(change.now), revision = revision + 1
            WHERE tenant = \(change.tenant) AND id = \(run.id)
            """
        )
        try say(run, change, session)
        return Saved(run: run, revision: standing.revision + 1, isChanged: true)
    }

    private func say(_ run: CourseRunDefinition, _ change: DeclarationChange, _ session: Session) throws {
        let fact = try NewFact(
            CourseRunDefined(courseRun: run), tenant: change.tenant, occurredAt: change.now,
            traceparent: change.traceparent)
        try log.append([fact], on: session, recordedAt: change.now)
    }

    private static func text(_ run: CourseRunDefinition) throws -> JSONText {
        let data = try JSONCoding.encoder().encode(run)
        do throws(EventProblem) {
            try CourseRunRules.checkSize(data.count)
        } catch {
            throw TrackingError.unreadable(error.description)
        }
        return JSONText(String(decoding: data, as: UTF8.self))
    }
}
