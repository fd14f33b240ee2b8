import Contracts
import Foundation
import PostgreSQL

/// What is known of runs and learners, written from facts and read for decisions. All functions run in the caller's
/// transaction.
struct SituationStore: Sendable {
    /// A learner did something at `occurredAt`; only study counts as activity, anything shows that the source speaks.
    struct Heard: Sendable {
        var learner: LearnerID
        var courseRun: CourseRunID
        var occurredAt: Date
        var isLearnerActivity: Bool
    }

    /// Notes activity. Facts may come late: only a later time replaces an earlier one. Set-based, two statements.
    ///
    /// When a run was last heard is kept to the minute: it is compared with two days, and all learners of a run would
    /// wait for each other at its one row.
    func note(_ heard: [Heard], tenant: TenantID, on session: Session) throws {
        guard !heard.isEmpty else { return }
        let runs = Dictionary(grouping: heard, by: \.courseRun).mapValues { $0.map(\.occurredAt).max() }
            .sorted { $0.key < $1.key }
        _ = try session.execute(
            """
            INSERT INTO course_run AS known (tenant, course_run, title, last_event_at)
            SELECT \(tenant), heard.run, heard.run, heard.at
            FROM unnest(\(runs.map(\.key)), \(runs.map(\.value))) AS heard(run, at)
            WHERE NOT EXISTS (
                SELECT FROM course_run AS fresh
                WHERE fresh.tenant = \(tenant) AND fresh.course_run = heard.run
                  AND fresh.last_event_at >= heard.at - interval '1 minute')
            ON CONFLICT (tenant, course_run) DO UPDATE SET last_event_at = excluded.last_event_at
            WHERE known.last_event_at IS NULL OR known.last_event_at < excluded.last_event_at
            """
        )
        var newest: [Enrolled: Date] = [:]
        for one in heard where one.isLearnerActivity {
            let key = Enrolled(learner: one.learner, courseRun: one.courseRun)
            newest[key] = max(newest[key] ?? one.occurredAt, one.occurredAt)
        }
        let rows = newest.sorted { $0.key < $1.key }
        _ = try session.execute(
            """
            UPDATE learner_run SET last_activity_at = heard.at
            FROM unnest(\(rows.map(\.key.learner)), \(rows.map(\.key.courseRun)), \(rows.map(\.value)))
                 AS heard(learner, run, at)
            WHERE tenant = \(tenant) AND learner_run.learner = heard.learner AND course_run = heard.run
              AND (last_activity_at IS NULL OR last_activity_at < heard.at)
            """
        )
    }

    /// Joins and leaves, of several of one learner in one run the last. Counts the runs' learners, for telling a silent
    /// source: one statement, since a roster enrolls thousands, and all of a run meet at its one row.
    func note(_ statuses: [Enrolled: EnrollmentStatus], tenant: TenantID, on session: Session) throws {
        guard !statuses.isEmpty else { return }
        let rows = statuses.sorted { $0.key < $1.key }
        _ = try session.execute(
            """
            WITH said AS (
                INSERT INTO learner_run (tenant, learner, course_run, status)
                SELECT \(tenant), * FROM unnest(\(rows.map(\.key.learner)), \(rows.map(\.key.courseRun)),
                    \(rows.map(\.value)))
                ON CONFLICT (tenant, learner, course_run) DO UPDATE SET status = excluded.status
                RETURNING course_run, xmax = 0 AS is_new
            )
            INSERT INTO course_run AS known (tenant, course_run, title, learners)
            SELECT \(tenant), course_run, course_run, count(*) FROM said WHERE is_new
            GROUP BY course_run ORDER BY course_run
            ON CONFLICT (tenant, course_run) DO UPDATE SET learners = known.learners + excluded.learners
            """
        )
    }

    func note(_ defined: CourseRunDefinition, tenant: TenantID, on session: Session) throws {
        let assessments = String(decoding: try JSONCoding.encoder().encode(defined.assessments), as: UTF8.self)
        _ = try session.execute(
            """
            INSERT INTO course_run (tenant, course_run, title, starts_at, ends_at, time_zone, assessments)
            VALUES (\(tenant), \(defined.id), \(defined.title), \(defined.startsAt), \(defined.endsAt),
                    \(defined.timeZone), \(JSONText(assessments)))
            ON CONFLICT (tenant, course_run) DO UPDATE
               SET title = excluded.title, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
                   time_zone = excluded.time_zone, assessments = excluded.assessments
            """
        )
    }

    /// The learner said so, or an address was refused: it bears on what may be sent later.
    func note(_ delivery: DeliveryChanged, tenant: TenantID, on session: Session) throws {
        let unsubscribedAt = delivery.state == .unsubscribed ? delivery.changedAt : nil
        let refusedAt = delivery.state == .failed && delivery.reason == "rejected" ? delivery.changedAt : nil
        guard unsubscribedAt != nil || refusedAt != nil else { return }
        _ = try session.execute(
            """
            INSERT INTO learner_reach AS known (tenant, learner, unsubscribed_at, refused_at)
            VALUES (\(tenant), \(delivery.learner), \(unsubscribedAt), \(refusedAt))
            ON CONFLICT (tenant, learner) DO UPDATE
               SET unsubscribed_at = coalesce(excluded.unsubscribed_at, known.unsubscribed_at),
                   refused_at = coalesce(excluded.refused_at, known.refused_at)
            """
        )
    }

    /// A learner in a run, as a key.
    struct Enrolled: Hashable, Comparable, Sendable {
        var learner: LearnerID
        var courseRun: CourseRunID

        static func < (left: Self, right: Self) -> Bool {
            (left.learner, left.courseRun) < (right.learner, right.courseRun)
        }
    }

    /// Takes the learners' locks, in one order, until the transaction ends: cooldown and budget are counted and used
    /// by one decision at a time.
    func lock(_ learners: Set<LearnerID>, tenant: TenantID, on session: Session) throws {
        let names = learners.map { "\(tenant)/\($0)" }.sorted()
        _ = try session.rows(
            """
            SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
            FROM unnest(\(names)) WITH ORDINALITY AS learner(name, place) ORDER BY place
            """
        )
    }

    /// The situation of each of the given learners in their runs, as of `now`; one statement.
    func situations(of enrolled: [Enrolled], tenant: TenantID, now: Date, on session: Session) throws
        -> [Enrolled: LearnerSituation]
    {
        let weekAgo = now.addingTimeInterval(-NudgingLimits.budgetWindow)
        let rows = try session.rows(
            """
            SELECT asked.learner, asked.run, course_run.title, starts_at, ends_at, time_zone, last_event_at, learners,
                   assessments::text AS assessments, learner_run.status, unsubscribed_at, refused_at,
                   greatest(learner_run.last_activity_at, (
                       SELECT max(other.last_activity_at) FROM learner_merge AS merge JOIN learner_run AS other
                           ON other.tenant = merge.tenant AND other.learner = merge.merged
                        WHERE merge.tenant = \(tenant) AND merge.survivor = asked.learner
                          AND other.course_run = asked.run)) AS last_activity_at,
                   \(Self.gaps) AS gaps,
                   (SELECT max(decided_at) FROM decision
                     WHERE tenant = \(tenant) AND learner = asked.learner AND course_run = asked.run
                       AND outcome IN ('send', 'holdout')) AS last_treated_at,
                   (SELECT count(*) FROM decision
                     WHERE tenant = \(tenant) AND learner = asked.learner AND decided_at > \(weekAgo)
                       AND outcome IN ('send', 'holdout')) AS treated_this_week
            FROM unnest(\(enrolled.map(\.learner)), \(enrolled.map(\.courseRun))) AS asked(learner, run)
            LEFT JOIN course_run ON course_run.tenant = \(tenant) AND course_run.course_run = asked.run
            LEFT JOIN learner_run ON learner_run.tenant = \(tenant) AND learner_run.learner = asked.learner
                                 AND learner_run.course_run = asked.run
            LEFT JOIN learner_reach ON learner_reach.tenant = \(tenant) AND learner_reach.learner = asked.learner
            """
        )
        var found: [Enrolled: LearnerSituation] = [:]
        for row in rows {
            let run = try row.decode("run", as: CourseRunID.self)
            found[Enrolled(learner: try row.decode("learner"), courseRun: run)] = try Self.situation(row, run: run)
        }
        return found
    }

    private static func situation(_ row: Row, run: CourseRunID) throws -> LearnerSituation {
        let assessments = try row.decode("assessments", as: String?.self)
        return LearnerSituation(
            run: .init(
                title: try row.decode("title", as: String?.self) ?? run.rawValue,
                startsAt: try row.decode("starts_at"), endsAt: try row.decode("ends_at"),
                timeZone: try row.decode("time_zone", as: String?.self) ?? "UTC",
                lastEventAt: try row.decode("last_event_at"),
                learners: try row.decode("learners", as: Int?.self) ?? 0,
                assessments: try assessments.map { text in
                    try JSONCoding.decoder().decode([PlannedAssessment].self, from: Data(text.utf8))
                } ?? [], gaps: try gaps(row)),
            status: try row.decode("status", as: EnrollmentStatus?.self),
            lastActivityAt: try row.decode("last_activity_at"),
            unsubscribedAt: try row.decode("unsubscribed_at"), refusedAt: try row.decode("refused_at"),
            lastTreatedAt: try row.decode("last_treated_at"),
            treatedThisWeek: try row.decode("treated_this_week", as: Int.self))
    }
}
