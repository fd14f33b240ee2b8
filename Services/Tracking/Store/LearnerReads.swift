import Contracts
import Foundation
import PostgreSQL

/// Learners, their enrollments, sessions and days, from the read models.
struct LearnerReads: Sendable {
    let database: Database

    /// One learner with everything but the events.
    ///
    /// - Throws: ``TrackingError/unknownLearner(_:)`` when no name and no event ever led to the id.
    func learner(_ learner: LearnerID, tenant: TenantID, now: Date) async throws -> GetLearner.Response {
        try await database.run { session in
            let merged = try PeopleRows.merged(into: [learner], tenant: tenant, on: session).map(\.learner)
            let identities = try ([learner] + merged).flatMap { learner in
                try PeopleRows.names(of: learner, tenant: tenant, on: session)
            }
            let enrollments = try session.rows(
                "SELECT " + EnrollmentRows.columns
                    + """
                     FROM enrollment WHERE tenant = \(tenant) AND learner_id = \(learner)
                    ORDER BY enrolled_at DESC, course_run
                    """
            ).map(EnrollmentRows.record)
            guard !identities.isEmpty || !enrollments.isEmpty else {
                throw TrackingError.unknownLearner(learner)
            }
            return GetLearner.Response(
                learner: learner, identities: identities,
                enrollments: enrollments.map { $0.enrollment(at: now) },
                sessions: try Self.sessions(of: learner, tenant, session),
                days: try Self.days(of: learner, tenant, session))
        }
    }

    /// By run, then learner. Reads the primary key of `enrollment`, or `enrollment_by_learner` for given
    /// learners.
    func enrollments(
        _ request: ListEnrollments.Request, tenant: TenantID, now: Date
    ) async throws -> ListEnrollments.Response {
        let size = try request.page.effectiveSize()
        let question: [String?] = [
            "enrollments", tenant.rawValue, request.courseRun?.rawValue, request.state?.rawValue,
            request.learners.map { $0.map(\.description).joined(separator: ",") },
        ]
        let keys = try PageToken.keys(request.page.token, count: 2, question: question)
        let after = try keys.map { keys throws(TrackingError) in
            guard let learner = LearnerID(keys[1]) else { throw .unknownPageToken }
            return (run: keys[0], learner: learner)
        }
        let rows = try await database.rows(
            "SELECT " + EnrollmentRows.columns
                + """
                 FROM enrollment WHERE tenant = \(tenant)
                  AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
                  AND (\(request.learners == nil)::boolean OR learner_id = ANY(\(request.learners ?? [])))
                  AND (\(request.state)::text IS NULL OR state = \(request.state))
                  AND (\(after == nil)::boolean OR (course_run, learner_id) > (\(after?.run),
                  \(after?.learner)))
                ORDER BY course_run, learner_id LIMIT \(size + 1)
                """)
        let page = try rows.prefix(size).map(EnrollmentRows.record)
        let next =
            rows.count > size
            ? page.last.map {
                PageToken.text([$0.courseRun.rawValue, $0.learner.description], question: question)
            } : nil
        return ListEnrollments.Response(
            enrollments: page.map { $0.enrollment(at: now) }, nextPageToken: next ?? "")
    }

    /// Ids of learners by the platform's names, in the order asked; new names get an id. Of a merged learner it is the
    /// survivor's.
    func resolve(
        _ names: [ExternalLearnerID], source: SourceID, tenant: TenantID, now: Date
    ) async throws -> [LearnerID] {
        let asked = names.map { LearnerName(tenant: tenant, source: source, name: $0) }
        let (learners, counted) = try await database.transaction { session in
            let learners = try LearnerNames.resolve(Set(asked).sorted(), at: now, on: session)
            return (learners, try PeopleRows.counted(Array(learners.values), tenant: tenant, on: session))
        }
        return asked.map { name in
            let learner = learners[name] ?? name.derivedLearner
            return counted[learner] ?? learner
        }
    }

    private static func sessions(
        of learner: LearnerID, _ tenant: TenantID, _ session: Session
    ) throws -> [LearningSession] {
        try session.rows(
            """
            SELECT course_run, \(raw: SessionRows.columns) FROM session
            WHERE tenant = \(tenant) AND learner_id = \(learner)
            ORDER BY started_at DESC, course_run LIMIT \(TrackingLimits.sessionsShown)
            """
        ).map { row in
            try SessionRows.span(row).session(in: CourseRunID(rawValue: try row.decode("course_run", as: String.self)))
        }
    }

    private static func days(of learner: LearnerID, _ tenant: TenantID, _ session: Session) throws
        -> [ActivityDay]
    {
        try session.rows(
            """
            SELECT day, sum(event_count)::bigint AS event_count FROM activity_day
            WHERE tenant = \(tenant) AND learner_id = \(learner)
            GROUP BY day ORDER BY day DESC LIMIT \(TrackingLimits.daysShown)
            """
        ).map { row in
            ActivityDay(
                day: UTCDay.start(of: Int(try row.decode("day", as: Int32.self))),
                eventCount: try row.decode("event_count"))
        }.reversed()
    }
}

extension EnrollmentRecord {
    /// As others see it at `now`.
    func enrollment(at now: Date) -> Enrollment {
        Enrollment(
            learner: learner, courseRun: courseRun, status: status, state: state,
            engagement: engagement.value(at: now), enrolledAt: enrolledAt, lastActivityAt: lastActivityAt,
            eventCount: eventCount)
    }
}

extension SessionSpan {
    /// As others see it.
    func session(in courseRun: CourseRunID?) -> LearningSession {
        LearningSession(
            courseRun: courseRun, startedAt: startedAt, endedAt: endedAt, eventCount: eventCount,
            timeOnTaskSeconds: Double(creditedMicroseconds) / 1_000_000)
    }
}
