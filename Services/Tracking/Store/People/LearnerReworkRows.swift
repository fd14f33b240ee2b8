import Contracts
import EventLog
import Foundation
import PostgreSQL

/// What a rework of learners reads.
enum LearnerReworkRows {
    /// Events of some learners, as far as a projection has come; those that wait in its dead letters are left out.
    /// Reads `event_log_timeline`.
    ///
    /// - Throws: ``TrackingError/tooManyEvents(_:)``.
    static func projected(
        _ learners: [LearnerID], tenant: TenantID, by projection: String, on session: Session
    ) throws -> [Fact] {
        let rows = try session.rows(
            """
            SELECT log.partition, log.seq, log.stream, log.key, log.type, log.version, log.occurred_at,
                log.recorded_at, log.body::text AS body, log.traceparent
            FROM unnest(\(learners.map(\.description))) AS person (key)
            JOIN event_log AS log ON \(LearnerEvents.condition("log", of: "person.key"))
            JOIN consumer_position AS done
                ON done.consumer = \(projection) AND done.stream = \(StreamName.learnerEvents)
                AND done.partition = log.partition AND log.seq <= done.position
            WHERE log.tenant = \(tenant)
              AND NOT EXISTS (
                SELECT FROM dead_letter AS dead WHERE dead.consumer = \(projection)
                  AND dead.stream = \(StreamName.learnerEvents) AND dead.partition = log.partition
                  AND dead.seq = log.seq AND dead.replayed_at IS NULL)
            ORDER BY log.partition, log.seq LIMIT \(TrackingLimits.eventsPerReworkMax + 1)
            """
        )
        guard rows.count <= TrackingLimits.eventsPerReworkMax else {
            throw TrackingError.tooManyEvents(TrackingLimits.eventsPerReworkMax)
        }
        return try rows.map { row in
            LoggedFact(
                partition: try row.decode("partition"), seq: try row.decode("seq"), stream: try row.decode("stream"),
                tenant: tenant, key: try row.decode("key"), type: try row.decode("type"),
                version: try row.decode("version"), occurredAt: try row.decode("occurred_at"),
                recordedAt: try row.decode("recorded_at"), body: try row.decode("body"),
                traceparent: try row.decode("traceparent"))
        }
    }

    /// - Parameter table: `enrollment`, of the live schema or the temporary one: a statement that was prepared for the
    ///   one must not be taken for the other.
    static func enrollments(
        of learners: [LearnerID], tenant: TenantID, from table: SQL, on session: Session
    ) throws -> [EnrollmentRecord] {
        try session.rows(
            "SELECT " + EnrollmentRows.columns + " FROM " + table
                + " AS enrollment WHERE tenant = \(tenant) AND learner_id = ANY(\(learners))"
        ).map(EnrollmentRows.record)
    }
}
