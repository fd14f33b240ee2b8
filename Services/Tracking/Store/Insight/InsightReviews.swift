import Contracts
import Foundation
import PostgreSQL

/// When to look at whom: `insight_review` and `course_survey`.
enum InsightReviews {
    /// A run of one tenant.
    struct Run: Hashable {
        let tenant: TenantID
        let courseRun: String
    }

    /// Sets when learners are looked at next.
    static func plan(_ planned: [(key: StudyKey, at: Date)], on session: Session) throws {
        guard !planned.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO insight_review (tenant, course_run, learner_id, review_at)
            SELECT tenant, course_run, learner_id, planned.review_at
            FROM unnest(\(planned.map(\.key.tenant)), \(planned.map(\.key.runColumn)),
                \(planned.map(\.key.learner)), \(planned.map(\.at)))
                AS planned (tenant, course_run, learner_id, review_at)
            LEFT JOIN insight_review AS known USING (tenant, course_run, learner_id)
            -- Mostly it stays as it is. A row that meets a conflict is written to, were it only to be locked.
            WHERE known.review_at IS DISTINCT FROM planned.review_at
            ON CONFLICT (tenant, course_run, learner_id) DO UPDATE SET review_at = excluded.review_at
            """
        )
    }

    /// Makes runs known to the survey.
    static func noteRuns(_ keys: [StudyKey], now: Date, on session: Session) throws {
        let runs = Set(keys.map { Run(tenant: $0.tenant, courseRun: $0.runColumn) })
            .sorted { ($0.tenant, $0.courseRun) < ($1.tenant, $1.courseRun) }
        guard !runs.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO course_survey (tenant, course_run, survey_at)
            SELECT tenant, course_run, \(now) FROM unnest(\(runs.map(\.tenant)), \(runs.map(\.courseRun)))
                AS run (tenant, course_run)
            ON CONFLICT DO NOTHING
            """
        )
    }

    /// Learners who are due, soonest first, locked; those whom somebody else is changing are left to the next look.
    static func lockDue(at now: Date, limit: Int, on session: Session) throws -> [StudyKey] {
        try session.rows(
            """
            SELECT tenant, course_run, learner_id FROM insight_review WHERE review_at <= \(now)
            ORDER BY review_at LIMIT \(limit) FOR UPDATE SKIP LOCKED
            """
        ).map { row in
            StudyKey(
                tenant: try row.decode("tenant"), learner: try row.decode("learner_id"),
                courseRun: try row.decode("course_run", as: CourseRunID.self))
        }
    }

    /// Forgets learners whom only an event can change.
    static func forget(_ keys: [StudyKey], on session: Session) throws {
        guard !keys.isEmpty else { return }
        try session.execute(
            """
            DELETE FROM insight_review AS review
            USING unnest(\(keys.map(\.tenant)), \(keys.map(\.runColumn)), \(keys.map(\.learner)))
                AS gone (tenant, course_run, learner_id)
            WHERE review.tenant = gone.tenant AND review.course_run = gone.course_run
              AND review.learner_id = gone.learner_id
            """
        )
    }

    /// One run that is due for a survey, locked; `nil` when none is.
    static func lockSurvey(at now: Date, on session: Session) throws -> (tenant: TenantID, courseRun: CourseRunID)? {
        try session.rows(
            """
            SELECT tenant, course_run FROM course_survey WHERE survey_at <= \(now)
            ORDER BY survey_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """
        ).first.map { (try $0.decode("tenant"), try $0.decode("course_run")) }
    }

    static func planSurvey(
        of courseRun: CourseRunID, tenant: TenantID, at date: Date, on session: Session
    ) throws {
        try session.execute(
            """
            UPDATE course_survey SET survey_at = \(date) WHERE tenant = \(tenant) AND course_run = \(courseRun)
            """
        )
    }

    /// How many learners are due. Reads `insight_review_due` alone.
    static func countDue(at now: Date, on session: Session) throws -> Int {
        try session.rows("SELECT count(*) AS due FROM insight_review WHERE review_at <= \(now)")
            .first?.decode("due") ?? 0
    }
}
