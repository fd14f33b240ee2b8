import Contracts
import Foundation
import PostgreSQL

/// How learners study, from rows of their own and the run's distributions. No event and no other learner's row is read.
struct PatternReads: Sendable {
    let database: Database

    /// One learner in one run, or in all of theirs; nothing of runs in which they never did anything.
    ///
    /// - Throws: ``TrackingError/unknownLearner(_:)`` when the learner is enrolled in no such run.
    func patterns(
        _ request: GetPatterns.Request, tenant: TenantID, now: Date
    ) async throws -> GetPatterns.Response {
        try await database.run { session in
            let rows = try session.rows(
                "SELECT course_run, " + StudyProfileRows.columns
                    + """
                     FROM (
                        SELECT tenant, course_run, learner_id, enrolled_at FROM enrollment
                        WHERE tenant = \(tenant) AND learner_id = \(request.learner)
                          AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
                    ) AS enrolled LEFT JOIN study_profile USING (tenant, course_run, learner_id)
                    ORDER BY enrolled_at DESC, course_run LIMIT \(TrackingLimits.progressRunsMax)
                    """)
            guard !rows.isEmpty else { throw TrackingError.unknownLearner(request.learner) }
            return GetPatterns.Response(
                patterns: try rows.compactMap { row in
                    guard try row.decode("begun", as: Int32?.self) != nil else { return nil }
                    let key = StudyKey(
                        tenant: tenant, learner: request.learner,
                        courseRun: try row.decode("course_run", as: CourseRunID.self))
                    return try Self.report(try StudyProfileRows.profile(row, key: key), now, session)?.pattern()
                })
        }
    }

    private static func report(_ profile: StudyProfile, _ now: Date, _ session: Session) throws -> PatternReport? {
        let key = profile.key
        guard let courseRun = key.courseRun else { return nil }
        func distribution(_ measure: StudyMeasure, _ period: Int) throws -> Distribution {
            try RunInsightRows.distribution(
                StudyMeasure.Place(measure: measure, period: period), of: courseRun, tenant: key.tenant, on: session)
        }
        let week = try distribution(.weekActiveDays, UTCWeek.number(of: now))
        let all = try distribution(.runActivities, StudyMeasure.wholeRun).learners
        return PatternReport(
            profile: profile, records: try records(key, session), sittings: try sittings(key, session),
            timeZone: try CourseRunStore.definition(of: courseRun, tenant: key.tenant, on: session)?.timeZone ?? "UTC",
            deepOfPeers: try distribution(.runDeepActivities, StudyMeasure.wholeRun), weekOfPeers: week,
            silentPeers: max(0, all - week.learners), now: now)
    }

    private static func records(_ key: StudyKey, _ session: Session) throws -> [ActivityRecord] {
        try session.rows(
            "SELECT " + ActivityRows.columns
                + """
                 FROM activity_progress WHERE tenant = \(key.tenant) AND course_run = \(key.runColumn)
                  AND learner_id = \(key.learner)
                """
        ).map(ActivityRows.record)
    }

    private static func sittings(_ key: StudyKey, _ session: Session) throws -> [Date] {
        try session.rows(
            """
            SELECT started_at FROM session
            WHERE tenant = \(key.tenant) AND learner_id = \(key.learner) AND course_run = \(key.runColumn)
            ORDER BY started_at DESC LIMIT \(TrackingLimits.patternSittingsMax)
            """
        ).map { try $0.decode("started_at") }
    }
}
