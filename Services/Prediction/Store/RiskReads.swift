import Contracts
import Foundation
import PostgreSQL

/// What the API answers from: lists by keyset, counts by index.
struct RiskReads: Sendable {
    let database: Database
    let runs: CourseRunStore
    let explainer: Explainer

    /// The standing predictions of one learner, by run. Reads `enrollment_by_learner`.
    func risks(of request: GetRisk.Request, tenant: TenantID) async throws -> GetRisk.Response {
        let found = try await database.run { [runs] session in
            let rows = try session.rows(
                """
                SELECT \(EnrollmentStore.columns) FROM enrollment AS e
                WHERE tenant = \(tenant) AND learner = \(request.learner)
                  AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
                ORDER BY course_run LIMIT \(PageRequest.sizeMax)
                """
            )
            return try Self.withCohorts(rows, runs, session)
        }
        return GetRisk.Response(risks: try await explainer.predictions(of: found))
    }

    /// Learners most at risk first. Reads `enrollment_by_run_and_score`, or `enrollment_by_score` over all
    /// runs.
    func atRisk(_ request: ListAtRisk.Request, tenant: TenantID) async throws -> ListAtRisk.Response {
        let size = try request.page.effectiveSize()
        let question: [String?] = [
            "at-risk", tenant.rawValue, request.courseRun?.rawValue, request.band?.rawValue,
            request.bandAtLeast?.rawValue,
        ]
        let cursor = try Cursor(token: request.page.token, question: question)
        let bands = RiskBand.allCases.filter { band in
            (request.band ?? band) == band && band >= (request.bandAtLeast ?? .low)
        }
        let condition: SQL = """
            tenant = \(tenant) AND score IS NOT NULL AND band = ANY(\(bands))
            AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
            """
        let (found, total) = try await database.run { [runs] session in
            let rows = try session.rows(
                """
                SELECT \(EnrollmentStore.columns) FROM enrollment AS e
                WHERE \(condition)
                  AND (-score, learner, course_run) > (\(-cursor.score), \(cursor.learner), \(cursor.courseRun))
                ORDER BY score DESC, learner, course_run LIMIT \(size + 1)
                """
            )
            let count = try session.rows("SELECT count(*) AS total FROM enrollment WHERE \(condition)")
            return (
                try Self.withCohorts(rows, runs, session), try count.first?.decode("total", as: Int.self) ?? 0
            )
        }
        let page = Array(found.prefix(size))
        return ListAtRisk.Response(
            risks: try await explainer.predictions(of: page),
            nextPageToken: found.count > size ? page.last.map { Cursor($0.enrollment).token(for: question) } ?? "" : "",
            total: total)
    }

    private static func withCohorts(
        _ rows: [Row], _ runs: CourseRunStore, _ session: Session
    ) throws -> [(enrollment: Enrollment, cohort: CohortSummary?)] {
        let enrollments = try rows.map(Enrollment.init(row:))
        let names = Set(
            enrollments.map(\.key).map { CourseRunStore.Name(tenant: $0.tenant, courseRun: $0.courseRun) })
        let contexts = try runs.contexts(of: names, on: session)
        return enrollments.map { enrollment in
            let name = CourseRunStore.Name(tenant: enrollment.key.tenant, courseRun: enrollment.key.courseRun)
            return (enrollment, contexts[name]?.cohort)
        }
    }

    /// How the risk of one learner in one run went, oldest first; of more points than fit, the newest. Reads
    /// the primary key.
    func history(_ request: GetRiskHistory.Request, tenant: TenantID) async throws -> GetRiskHistory.Response
    {
        let rows = try await database.rows(
            """
            SELECT scored_at, score, band FROM risk_point
            WHERE tenant = \(tenant) AND learner = \(request.learner) AND course_run = \(request.courseRun)
              AND (\(request.since)::timestamptz IS NULL OR scored_at >= \(request.since))
            ORDER BY day DESC, scored_at DESC, slot LIMIT \(PredictionLimits.historyPointsMax)
            """
        )
        var points = try rows.reversed().map { row in
            RiskPoint(
                scoredAt: try row.decode("scored_at"), score: try row.decode("score"),
                band: try row.decode("band"))
        }
        // The scoring that entered a band may also be the last of its day.
        points = points.enumerated().filter { $0.offset == 0 || points[$0.offset - 1] != $0.element }.map(
            \.element)
        return GetRiskHistory.Response(points: points)
    }

    /// Enrollments by band, by reason of abstention and by score.
    func overview(_ request: GetRiskOverview.Request, tenant: TenantID) async throws
        -> GetRiskOverview.Response
    {
        let rows = try await database.rows(
            """
            SELECT band, abstention, count(*) AS enrollments,
                   CASE WHEN score IS NOT NULL THEN least(width_bucket(score, 0, 1, 20), 20) END AS step
            FROM enrollment
            WHERE tenant = \(tenant) AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
            GROUP BY band, abstention, step
            """
        )
        var answer = GetRiskOverview.Response(
            bands: Dictionary(uniqueKeysWithValues: RiskBand.allCases.map { ($0.rawValue, 0) }),
            abstained: [:],
            histogram: [Int](repeating: 0, count: 20))
        for row in rows {
            let count = try row.decode("enrollments", as: Int.self)
            if let band = try row.decode("band", as: String?.self) { answer.bands[band, default: 0] += count }
            if let reason = try row.decode("abstention", as: String?.self) {
                answer.abstained[reason, default: 0] += count
            }
            if let step = try row.decode("step", as: Int32?.self) { answer.histogram[Int(step) - 1] += count }
        }
        return answer
    }

    /// Where a page ended: rows strictly after it, by falling score, come next.
    struct Cursor: Sendable, Equatable {
        var score: Double
        var learner: LearnerID
        var courseRun: String

        /// Before every row: no score is above 1.
        static let start = Cursor(
            score: 2,
            learner: LearnerID(rawValue: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))),
            courseRun: "")

        init(score: Double, learner: LearnerID, courseRun: String) {
            self.score = score
            self.learner = learner
            self.courseRun = courseRun
        }

        init(_ enrollment: Enrollment) {
            self.init(
                score: enrollment.risk.score?.rawValue ?? 0, learner: enrollment.key.learner,
                courseRun: enrollment.key.courseRun.rawValue)
        }

        /// Holds the bits of the score, so that the comparison is exact.
        ///
        /// - Parameter question: The list's name, the tenant and every filter.
        func token(for question: [String?]) -> String {
            PageToken.text([String(score.bitPattern), learner.description, courseRun], question: question)
        }

        /// - Throws: ``PredictionError/invalidPageToken`` for what ``token(for:)`` did not make for `question`.
        init(token: String?, question: [String?]) throws(PredictionError) {
            let keys = try PageToken.keys(
                token, count: 3, question: question, otherwise: PredictionError.invalidPageToken)
            guard let keys else {
                self = .start
                return
            }
            guard let bits = UInt64(keys[0]), let learner = LearnerID(keys[1]) else { throw .invalidPageToken }
            self.init(score: Double(bitPattern: bits), learner: learner, courseRun: keys[2])
        }
    }
}
