import Contracts
import Foundation
import PostgreSQL

/// How far learners are, from `activity_progress` and what their run's learners come to. No event is read.
struct ProgressReads: Sendable {
    let database: Database

    /// One learner in one run, or in all of theirs.
    ///
    /// - Throws: ``TrackingError/unknownLearner(_:)`` when the learner is in no such run.
    func progress(_ request: GetProgress.Request, tenant: TenantID, now: Date) async throws -> GetProgress.Response {
        try await database.run { session in
            let rows = try session.rows(
                """
                SELECT course_run, status FROM enrollment
                WHERE tenant = \(tenant) AND learner_id = \(request.learner)
                  AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
                ORDER BY enrolled_at DESC, course_run LIMIT \(TrackingLimits.progressRunsMax)
                """
            )
            guard !rows.isEmpty else { throw TrackingError.unknownLearner(request.learner) }
            return GetProgress.Response(
                progress: try rows.map { row in
                    let run = try CourseRead(try row.decode("course_run"), tenant, session)
                    let learners = [request.learner: try row.decode("status", as: EnrollmentStatus.self)]
                    return try run.progress(learners, now: now, session)
                }.flatMap(\.self))
        }
    }

    /// By learner. Reads the primary key of `enrollment`, and that of `activity_progress` for the page's learners.
    func list(_ request: ListProgress.Request, tenant: TenantID, now: Date) async throws -> ListProgress.Response {
        let size = min(try request.page.effectiveSize(), TrackingLimits.progressPageMax)
        let question: [String?] = ["progress", tenant.rawValue, request.courseRun.rawValue]
        let keys = try PageToken.keys(request.page.token, count: 1, question: question)
        let after = try keys.map { keys throws(TrackingError) in
            guard let learner = LearnerID(keys[0]) else { throw .unknownPageToken }
            return learner
        }
        return try await database.run { session in
            let rows = try session.rows(
                """
                SELECT learner_id, status FROM enrollment
                WHERE tenant = \(tenant) AND course_run = \(request.courseRun)
                  AND (\(after == nil)::boolean OR learner_id > \(after))
                ORDER BY learner_id LIMIT \(size + 1)
                """
            )
            var statuses: [LearnerID: EnrollmentStatus] = [:]
            for row in rows.prefix(size) { statuses[try row.decode("learner_id")] = try row.decode("status") }
            let run = try CourseRead(request.courseRun, tenant, session)
            let progress = try run.progress(statuses, now: now, session)
            let last = try rows.prefix(size).last.map { try $0.decode("learner_id", as: LearnerID.self) }
            let next = rows.count > size ? last.map { PageToken.text([$0.description], question: question) } : nil
            return ListProgress.Response(
                learners: progress.map(ProgressSummary.init), nextPageToken: next ?? "")
        }
    }

    /// How many of the run's learners have seen, attempted and done each activity.
    func course(_ courseRun: CourseRunID, tenant: TenantID) async throws -> GetCourseProgress.Response {
        try await database.run { session in
            let run = try CourseRead(courseRun, tenant, session)
            let (basis, steps) = CourseStep.all(run.definition, run.peers)
            return GetCourseProgress.Response(
                courseRun: courseRun, basis: basis, learners: run.peers.learners,
                activities: steps.map { $0.learners(run.peers) })
        }
    }
}

/// What is read once for all learners of a run.
private struct CourseRead {
    let courseRun: CourseRunID
    let tenant: TenantID
    let definition: CourseRunDefinition?
    let peers: CoursePeers

    init(_ courseRun: CourseRunID, _ tenant: TenantID, _ session: Session) throws {
        self.courseRun = courseRun
        self.tenant = tenant
        definition = try CourseRunStore.definition(of: courseRun, tenant: tenant, on: session)
        peers = try RunInsightRows.peers(of: courseRun, tenant: tenant, on: session)
    }

    /// In the order of the learners' ids.
    func progress(
        _ learners: [LearnerID: EnrollmentStatus], now: Date, _ session: Session
    ) throws -> [LearnerProgress] {
        let rows = try session.rows(
            "SELECT learner_id, " + ActivityRows.columns
                + """
                 FROM activity_progress WHERE tenant = \(tenant) AND course_run = \(courseRun)
                  AND learner_id = ANY(\(Array(learners.keys)))
                """)
        var records: [LearnerID: [ActivityID: ActivityRecord]] = [:]
        for row in rows {
            let record = try ActivityRows.record(row)
            records[try row.decode("learner_id"), default: [:]][record.activity] = record
        }
        return learners.sorted { $0.key < $1.key }.map { learner, status in
            ProgressReport(
                learner: learner, courseRun: courseRun, definition: definition, records: records[learner] ?? [:],
                peers: peers, status: status, now: now
            ).progress()
        }
    }
}
