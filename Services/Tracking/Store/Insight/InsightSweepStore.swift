import Contracts
import EventLog
import Foundation
import PostgreSQL

/// What time shows in learners' study, and what only a look over a whole run does.
struct InsightSweepStore: Sendable {
    let database: Database
    private let log = LogAppender(stream: StreamName.learnerEvents)

    init(database: Database) {
        self.database = database
    }

    /// Until when the read models of insight know everything. Who judges silence must not look further.
    func horizon(now: Date) async throws -> Date {
        try await SweepStore(database: database).horizon(now: now, of: InsightProjection.name)
    }

    /// Looks at learners who are due and says what is unusual, in one transaction. At nobody while it is not known
    /// whether it is a source that is silent: they stay due.
    ///
    /// - Parameter now: Never later than ``horizon(now:)``.
    /// - Returns: How many were looked at, and how many facts were said.
    func review(at now: Date, limit: Int) async throws -> (reviewed: Int, said: Int) {
        try await database.transaction { session in
            let due = try InsightReviews.lockDue(at: now, limit: limit, on: session)
            guard !due.isEmpty, try SourceStore.areJudged(at: now, on: session) else { return (0, 0) }
            let plans = try StudyCalendars.plans(of: due.map { ($0.tenant, $0.learner) }, on: session)
            let profiles = try StudyProfileRows.known(due, on: session)
            let statuses = try EnrollmentRows.statuses(due, on: session)
            var runs: [InsightReviews.Run: JudgedRun] = [:]
            var found: [AnomalyWatch.Seen] = []
            var planned: [(key: StudyKey, at: Date)] = []
            for key in due {
                guard let profile = profiles[key], let courseRun = key.courseRun else { continue }
                let runKey = InsightReviews.Run(tenant: key.tenant, courseRun: key.runColumn)
                let run = try runs[runKey] ?? JudgedRun(courseRun, key.tenant, now, session)
                runs[runKey] = run
                let days = run.days(plans[key.person])
                let ordinary = LearnerAnomalies.reviewAt(profile, days: days, after: now)
                let again = run.isSilent ? now.addingTimeInterval(TrackingLimits.gapReviewSeconds) : nil
                if let next = [ordinary, again].compactMap(\.self).min() { planned.append((key, next)) }
                guard !run.isOver, statuses[key] ?? .enrolled == .enrolled else { continue }
                found += LearnerAnomalies.due(profile, days: days, usual: run.usual, at: now).map {
                    AnomalyWatch.Seen(tenant: key.tenant, courseRun: courseRun, finding: $0, isBackfill: false)
                }
            }
            try InsightReviews.plan(planned, on: session)
            let again = Set(planned.map(\.key))
            try InsightReviews.forget(due.filter { !again.contains($0) }, on: session)
            return (due.count, try say(AnomalyWatch.see(found, now: now, on: session), now, session))
        }
    }

    /// Surveys one run that is due.
    ///
    /// - Parameter now: Never later than ``horizon(now:)``.
    /// - Returns: Whether one was due, and how many facts were said.
    func survey(at now: Date) async throws -> (surveyed: Bool, said: Int) {
        try await database.transaction { session in
            guard let (tenant, courseRun) = try InsightReviews.lockSurvey(at: now, on: session) else {
                return (false, 0)
            }
            let definition = try CourseRunStore.definition(of: courseRun, tenant: tenant, on: session)
            let isOver = definition.map { $0.endsAt < now } ?? false
            let pause = isOver ? TrackingLimits.surveyOverSeconds : TrackingLimits.surveySeconds
            try InsightReviews.planSurvey(
                of: courseRun, tenant: tenant, at: now.addingTimeInterval(pause), on: session)
            guard !isOver else { return (true, 0) }
            let found = try CourseSurveyRead.survey(
                courseRun, definition, tenant: tenant, now: now, on: session
            ).findings()
            let seen = found.map {
                AnomalyWatch.Seen(tenant: tenant, courseRun: courseRun, finding: $0, isBackfill: false)
            }
            return (true, try say(AnomalyWatch.see(seen, now: now, on: session), now, session))
        }
    }

    /// Says which anomalies are over. Returns how many.
    func endQuiet(at now: Date) async throws -> Int {
        try await database.transaction { session in
            try say(AnomalyWatch.endQuiet(at: now, on: session), now, session)
        }
    }

    /// How many learners are due. Surveys are not counted: an hour sooner or later is nothing to them.
    func countDue(at now: Date) async throws -> Int {
        try await database.run { try InsightReviews.countDue(at: now, on: $0) }
    }

    private func say(_ facts: [NewFact], _ now: Date, _ session: Session) throws -> Int {
        try log.append(facts, on: session, recordedAt: now)
        return facts.count
    }
}

/// What judging a run's learners needs to know of the run.
private struct JudgedRun {
    private let definition: CourseRunDefinition?
    private let holidays: [Holiday]
    private let gaps: UncountedTime
    /// Of learners without a plan of their own.
    private let shared: StudyDays
    /// Median actions of the run's active learners, by week.
    let usual: [Int: Double]
    let isOver: Bool
    /// A data gap lasts.
    let isSilent: Bool

    func days(_ plan: LearnerPlan?) -> StudyDays {
        plan.map { StudyDays(definition, holidays: holidays, plan: $0, gaps: gaps) } ?? shared
    }

    init(_ courseRun: CourseRunID, _ tenant: TenantID, _ now: Date, _ session: Session) throws {
        definition = try CourseRunStore.definition(of: courseRun, tenant: tenant, on: session)
        holidays = try StudyCalendars.holidays(of: tenant, on: session)
        let key = RunKey(tenant: tenant, courseRun: courseRun)
        gaps = try DataGapRows.uncounted(of: [key], on: session)[key] ?? .none
        shared = StudyDays(definition, holidays: holidays, plan: nil, gaps: gaps)
        isSilent = gaps.covers(now)
        isOver = definition.map { $0.endsAt < now } ?? false
        let through = UTCWeek.number(of: now)
        let weeks = through - TrackingLimits.shiftWeeksBefore - TrackingLimits.shiftWeeksAfter...through
        usual = try RunInsightRows.distributions(
            .weekActions, periods: weeks, of: courseRun, tenant: tenant, on: session
        ).mapValues { $0.median() }
    }
}

/// Reads what a survey looks at.
private enum CourseSurveyRead {
    /// - Complexity: the activities of ``TrackingLimits/surveyLearnersMax`` learners, and the run's hand-ins.
    static func survey(
        _ courseRun: CourseRunID, _ definition: CourseRunDefinition?, tenant: TenantID, now: Date,
        on session: Session
    ) throws -> CourseSurvey {
        CourseSurvey(
            definition: definition,
            peers: try RunInsightRows.peers(of: courseRun, tenant: tenant, on: session),
            learners: try learners(courseRun, tenant, session), handIns: try handIns(courseRun, tenant, session),
            now: now)
    }

    /// The first ones by id. Ids are hashes of names, so they are as good as drawn by lot.
    private static func learners(
        _ courseRun: CourseRunID, _ tenant: TenantID, _ session: Session
    ) throws -> [CourseSurvey.Learner] {
        let rows = try session.rows(
            """
            SELECT profile.learner_id, profile.days, profile.last_activity_at, enrollment.status
            FROM study_profile AS profile
            LEFT JOIN enrollment USING (tenant, course_run, learner_id)
            WHERE profile.tenant = \(tenant) AND profile.course_run = \(courseRun)
              AND profile.last_activity_at IS NOT NULL
            ORDER BY profile.learner_id LIMIT \(TrackingLimits.surveyLearnersMax)
            """
        )
        let ids = try rows.map { try $0.decode("learner_id", as: LearnerID.self) }
        var begun: [LearnerID: [ActivityID: Date]] = [:]
        for row in try session.rows(
            """
            SELECT learner_id, activity_id, first_at FROM activity_progress
            WHERE tenant = \(tenant) AND course_run = \(courseRun) AND learner_id = ANY(\(ids))
            """
        ) {
            begun[try row.decode("learner_id"), default: [:]][try row.decode("activity_id")] =
                try row.decode("first_at", as: Date.self)
        }
        return try zip(ids, rows).map { id, row in
            CourseSurvey.Learner(
                begun: begun[id] ?? [:], activeDays: try row.decode("days"),
                lastActivityAt: try row.decode("last_activity_at"),
                status: try row.decode("status", as: EnrollmentStatus?.self) ?? .enrolled)
        }
    }

    private static func handIns(
        _ courseRun: CourseRunID, _ tenant: TenantID, _ session: Session
    ) throws -> [CourseSurvey.HandIn] {
        try session.rows(
            """
            SELECT learner_id, activity_id, submitted_at FROM activity_progress
            WHERE tenant = \(tenant) AND course_run = \(courseRun) AND submitted_at IS NOT NULL AND attempts > 0
              AND kind IN ('quiz', 'assignment', 'exam')
            ORDER BY submitted_at DESC LIMIT \(TrackingLimits.copyingHandInsMax)
            """
        ).map { row in
            CourseSurvey.HandIn(
                learner: try row.decode("learner_id"), activity: try row.decode("activity_id"),
                at: try row.decode("submitted_at"))
        }
    }
}
