import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Keeps each anomaly from being said twice, and notices when one is over. All return the facts that are to be said.
enum AnomalyWatch {
    /// Something that a rule found, and where.
    struct Seen {
        let tenant: TenantID
        let courseRun: CourseRunID
        let finding: AnomalyFinding
        /// It comes from history that was brought in later.
        let isBackfill: Bool

        /// Derived from what it is: found again, it is the same.
        var id: AnomalyID {
            AnomalyID(
                rawValue: EventHashes.named(
                    ["holdfast anomaly", tenant.rawValue, courseRun.rawValue] + finding.name))
        }
    }

    /// What was not said before is said now; what was goes on.
    static func see(_ found: [Seen], now: Date, on session: Session) throws -> [NewFact] {
        let fresh = try leaveOutGoingOn(found, on: session)
        let byID = Dictionary(fresh.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let sorted = byID.sorted { $0.key < $1.key }
        guard !sorted.isEmpty else { return [] }
        let rows = try session.rows(
            """
            INSERT INTO anomaly_watch AS watch (id, tenant, course_run, kind, learner_id, first_at, seen_at)
            SELECT * FROM unnest(\(sorted.map(\.key)), \(sorted.map(\.value.tenant)),
                \(sorted.map(\.value.courseRun)), \(sorted.map(\.value.finding.kind)),
                \(sorted.map { $0.value.finding.learner?.rawValue }), \(sorted.map(\.value.finding.firstAt)),
                \(sorted.map(\.value.finding.lastAt)))
            ON CONFLICT (id) DO UPDATE SET seen_at = greatest(watch.seen_at, excluded.seen_at)
                WHERE watch.closed_at IS NULL
            -- A row that was there before has been updated, and says so in xmax.
            RETURNING id, xmax = 0 AS is_new
            """
        )
        return try rows.filter { try $0.decode("is_new") }
            .compactMap { byID[try $0.decode("id")] }
            .map { try fact($0, now: now) }
    }

    /// A shift of level is found at every end of a week while it goes on, each time by other weeks: one is enough.
    private static func leaveOutGoingOn(_ found: [Seen], on session: Session) throws -> [Seen] {
        let shifts = found.filter { $0.finding.kind == .levelShift }
        guard !shifts.isEmpty else { return found }
        let rows = try session.rows(
            """
            UPDATE anomaly_watch AS watch SET seen_at = greatest(watch.seen_at, again.seen_at)
            FROM unnest(\(shifts.map(\.tenant)), \(shifts.map(\.courseRun)),
                \(shifts.map { $0.finding.learner?.rawValue }), \(shifts.map(\.finding.lastAt)))
                WITH ORDINALITY AS again (tenant, course_run, learner_id, seen_at, place)
            WHERE watch.tenant = again.tenant AND watch.course_run = again.course_run
              AND watch.learner_id = again.learner_id AND watch.kind = \(AnomalyKind.levelShift)
              AND watch.closed_at IS NULL
            RETURNING again.place
            """
        )
        let goingOn = Set(try rows.map { shifts[try $0.decode("place", as: Int.self) - 1].id })
        return found.filter { !goingOn.contains($0.id) }
    }

    /// Silences that end because the learner did something.
    static func endSilences(
        _ active: [(key: StudyKey, at: Date)], on session: Session
    ) throws -> [NewFact] {
        guard !active.isEmpty else { return [] }
        let rows = try session.rows(
            """
            UPDATE anomaly_watch AS watch SET closed_at = active.at, seen_at = active.at
            FROM unnest(\(active.map(\.key.tenant)), \(active.map(\.key.runColumn)), \(active.map(\.key.learner)),
                \(active.map(\.at))) AS active (tenant, course_run, learner_id, at)
            WHERE watch.tenant = active.tenant AND watch.course_run = active.course_run
              AND watch.learner_id = active.learner_id AND watch.kind = \(AnomalyKind.suddenSilence)
              AND watch.closed_at IS NULL AND watch.first_at < active.at
            RETURNING watch.tenant, watch.id, watch.kind, watch.course_run, watch.learner_id, watch.seen_at,
                watch.closed_at
            """
        )
        return try rows.map(closed)
    }

    /// Anomalies of learners who count as somebody else from now on, or not at all.
    static func endAll(
        of learners: [LearnerID], tenant: TenantID, at now: Date, on session: Session
    ) throws -> [NewFact] {
        guard !learners.isEmpty else { return [] }
        return try session.rows(
            """
            UPDATE anomaly_watch AS watch SET closed_at = greatest(watch.seen_at, \(now))
            WHERE watch.tenant = \(tenant) AND watch.learner_id = ANY(\(learners)) AND watch.closed_at IS NULL
            RETURNING watch.tenant, watch.id, watch.kind, watch.course_run, watch.learner_id, watch.seen_at,
                watch.closed_at
            """
        ).map(closed)
    }

    /// Anomalies whose rule has not held for so long that they are over.
    static func endQuiet(at now: Date, on session: Session) throws -> [NewFact] {
        let quiet = AnomalyKind.allCases.compactMap { kind in
            TrackingLimits.anomalyQuietSeconds(kind).map { (kind: kind, before: now.addingTimeInterval(-$0)) }
        }
        let rows = try session.rows(
            """
            UPDATE anomaly_watch AS watch SET closed_at = \(now)
            FROM unnest(\(quiet.map(\.kind)), \(quiet.map(\.before))) AS quiet (kind, before)
            WHERE watch.kind = quiet.kind AND watch.seen_at < quiet.before AND watch.closed_at IS NULL
            RETURNING watch.tenant, watch.id, watch.kind, watch.course_run, watch.learner_id, watch.seen_at,
                watch.closed_at
            """
        )
        return try rows.map(closed)
    }

    private static func fact(_ seen: Seen, now: Date) throws -> NewFact {
        let finding = seen.finding
        let anomaly = Anomaly(
            id: seen.id, kind: finding.kind, severity: finding.severity, courseRun: seen.courseRun,
            learner: finding.learner, otherLearner: finding.otherLearner, activity: finding.activity,
            module: finding.module, words: finding.words, evidence: finding.evidence, firstAt: finding.firstAt,
            lastAt: finding.lastAt, detectedAt: now)
        let isOld = now.timeIntervalSince(finding.lastAt) > TrackingLimits.backfillAfterSeconds
        return try NewFact(
            AnomalyDetected(anomaly: anomaly, isBackfill: seen.isBackfill || isOld), tenant: seen.tenant,
            occurredAt: now)
    }

    private static func closed(_ row: Row) throws -> NewFact {
        let fact = AnomalyClosed(
            id: try row.decode("id"), kind: try row.decode("kind"), courseRun: try row.decode("course_run"),
            learner: try row.decode("learner_id"), lastAt: try row.decode("seen_at"),
            closedAt: try row.decode("closed_at"))
        return try NewFact(fact, tenant: try row.decode("tenant"), occurredAt: fact.closedAt)
    }
}
