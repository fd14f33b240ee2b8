import Contracts
import Foundation
import PostgreSQL

/// Enrollments: their states and the risks that stand. All of it runs in the caller's transaction.
struct EnrollmentStore: Sendable {
    static let columns: SQL = """
        e.tenant, e.course_run, e.learner, e.state, e.score, e.band, e.band_since, e.abstention, e.scored_at,
        e.said_score, e.said_abstention, e.said_on, e.vector, e.model
        """

    /// The enrollments of `keys` that exist, locked until the transaction ends.
    func lock(_ keys: [EnrollmentKey], on session: Session) throws -> [EnrollmentKey: Enrollment] {
        let rows = try session.rows(
            """
            SELECT \(Self.columns) FROM enrollment AS e
            JOIN unnest(\(keys.map(\.tenant)), \(keys.map(\.courseRun)), \(keys.map(\.learner)))
                 AS asked(tenant, course_run, learner) USING (tenant, course_run, learner)
            ORDER BY e.tenant, e.course_run, e.learner
            FOR UPDATE OF e
            """
        )
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                let enrollment = try Enrollment(row: row)
                return (enrollment.key, enrollment)
            })
    }

    /// Takes up to `limit` enrollments that are due at `now`; another replica passes them over until this
    /// transaction ends.
    ///
    /// Those of a run whose summary is due as well wait for it, so that a day is judged by that day's peers.
    func claimDue(now: Date, limit: Int, on session: Session) throws -> [Enrollment] {
        try session.rows(
            """
            SELECT \(Self.columns) FROM enrollment AS e
            JOIN course_run AS r ON r.tenant = e.tenant AND r.course_run = e.course_run
            WHERE e.due_at <= \(now) AND (r.cohort_due_at IS NULL OR r.cohort_due_at > \(now))
            ORDER BY e.due_at, e.tenant, e.course_run, e.learner LIMIT \(limit)
            FOR UPDATE OF e SKIP LOCKED
            """
        ).map(Enrollment.init(row:)).joined(on: session)
    }

    /// One page of a run's enrollments by learner, not locked; `after` is the last learner of the page
    /// before.
    func page(
        of run: CourseRunStore.Name, after learner: LearnerID?, limit: Int, on session: Session
    ) throws -> [Enrollment] {
        try session.rows(
            """
            SELECT \(Self.columns) FROM enrollment AS e
            WHERE tenant = \(run.tenant) AND course_run = \(run.courseRun) AND is_enrolled
              AND (\(learner)::uuid IS NULL OR learner > \(learner))
            ORDER BY learner LIMIT \(limit)
            """
        ).map(Enrollment.init(row:)).joined(on: session)
    }

    /// Makes all enrollments of a run due. They are locked in the order of ``lock(_:on:)``, so that the two never
    /// wait for each other.
    func makeDue(_ run: CourseRunStore.Name, now: Date, on session: Session) throws {
        _ = try session.execute(
            """
            WITH held AS MATERIALIZED (
                SELECT e.tenant, e.course_run, e.learner FROM enrollment AS e
                WHERE e.tenant = \(run.tenant) AND e.course_run = \(run.courseRun)
                  AND (e.due_at IS NULL OR e.due_at > \(now))
                ORDER BY e.tenant, e.course_run, e.learner
                FOR UPDATE
            )
            UPDATE enrollment AS e SET due_at = \(now) FROM held
            WHERE e.tenant = held.tenant AND e.course_run = held.course_run AND e.learner = held.learner
            """
        )
    }

    /// Makes up to `limit` enrollments due that another model scored. Returns how many there were.
    func makeDue(notScoredBy model: String, now: Date, limit: Int, on session: Session) throws -> Int {
        try session.execute(
            """
            WITH held AS MATERIALIZED (
                SELECT e.tenant, e.course_run, e.learner FROM enrollment AS e
                WHERE e.due_at > \(now) AND e.model <> \(model)
                LIMIT \(limit) FOR UPDATE SKIP LOCKED
            )
            UPDATE enrollment AS e SET due_at = \(now) FROM held
            WHERE e.tenant = held.tenant AND e.course_run = held.course_run AND e.learner = held.learner
            """
        )
    }

    /// Saves states and risks, of new enrollments as well.
    func save(_ enrollments: [Enrollment], now: Date, on session: Session) throws {
        guard !enrollments.isEmpty else { return }
        let row = Columns(enrollments, now: now)
        _ = try session.execute(
            """
            INSERT INTO enrollment (tenant, course_run, learner, state, is_enrolled, score, band, band_since,
                                    abstention, scored_at, said_score, said_abstention, said_on, vector, model, due_at,
                                    heard_at)
            SELECT new.*, \(now) FROM unnest(\(row.tenants), \(row.courseRuns), \(row.learners),
                                 \(enrollments.map { $0.state.encoded() }), \(enrollments.map(\.state.isEnrolled)),
                                 \(row.scores), \(row.bands), \(row.bandsSince), \(row.abstentions), \(row.scoredAt),
                                 \(row.saidScores), \(row.saidAbstentions), \(row.saidOn), \(row.vectors),
                                 \(row.models), \(row.dueAt)) AS new
            ON CONFLICT (tenant, course_run, learner) DO UPDATE
               SET state = excluded.state, is_enrolled = excluded.is_enrolled, score = excluded.score,
                   band = excluded.band, band_since = excluded.band_since, abstention = excluded.abstention,
                   scored_at = excluded.scored_at, said_score = excluded.said_score,
                   said_abstention = excluded.said_abstention, said_on = excluded.said_on,
                   vector = excluded.vector, model = excluded.model, due_at = excluded.due_at,
                   heard_at = excluded.heard_at
            """
        )
        try savePoints(enrollments, on: session)
    }

    /// Saves risks alone; the states stay as they are.
    func saveRisks(_ enrollments: [Enrollment], now: Date, on session: Session) throws {
        guard !enrollments.isEmpty else { return }
        let row = Columns(enrollments, now: now)
        _ = try session.execute(
            """
            UPDATE enrollment AS e
            SET score = new.score, band = new.band, band_since = new.band_since, abstention = new.abstention,
                scored_at = new.scored_at, said_score = new.said_score, said_abstention = new.said_abstention,
                said_on = new.said_on, vector = new.vector, model = new.model, due_at = new.due_at
            FROM unnest(\(row.tenants), \(row.courseRuns), \(row.learners), \(row.scores), \(row.bands),
                        \(row.bandsSince), \(row.abstentions), \(row.scoredAt), \(row.saidScores),
                        \(row.saidAbstentions), \(row.saidOn), \(row.vectors), \(row.models), \(row.dueAt))
                 AS new(tenant, course_run, learner, score, band, band_since, abstention, scored_at, said_score,
                        said_abstention, said_on, vector, model, due_at)
            WHERE e.tenant = new.tenant AND e.course_run = new.course_run AND e.learner = new.learner
            """
        )
        try savePoints(enrollments, on: session)
    }

    /// Keeps the last score of each day, and each band that was entered by this scoring.
    private func savePoints(_ enrollments: [Enrollment], on session: Session) throws {
        var points: [RiskPointRow] = []
        for enrollment in enrollments {
            guard let score = enrollment.risk.score, let band = enrollment.risk.band,
                let scoredAt = enrollment.risk.scoredAt
            else { continue }
            var point = RiskPointRow(
                key: enrollment.key, slot: 0, score: score, band: band, scoredAt: scoredAt)
            points.append(point)
            guard enrollment.risk.bandSince == scoredAt else { continue }
            point.slot = Int16(1 + (RiskBand.allCases.firstIndex(of: band) ?? 0))
            points.append(point)
        }
        guard !points.isEmpty else { return }
        _ = try session.execute(
            """
            INSERT INTO risk_point (tenant, course_run, learner, day, slot, score, band, scored_at)
            SELECT * FROM unnest(\(points.map(\.key.tenant)), \(points.map(\.key.courseRun)),
                                 \(points.map(\.key.learner)), \(points.map(\.day)), \(points.map(\.slot)),
                                 \(points.map(\.score)), \(points.map(\.band)), \(points.map(\.scoredAt)))
            ON CONFLICT (tenant, learner, course_run, day, slot) DO UPDATE
               SET score = excluded.score, band = excluded.band, scored_at = excluded.scored_at
            """
        )
    }

    private struct RiskPointRow {
        var key: EnrollmentKey
        var slot: Int16
        var score: RiskScore
        var band: RiskBand
        var scoredAt: Date

        var day: Int32 { Int32(EpochDay(of: scoredAt).number) }
    }

    /// Enrollments as columns.
    private struct Columns {
        let tenants: [TenantID]
        let courseRuns: [CourseRunID]
        let learners: [LearnerID]
        let scores: [RiskScore?]
        let bands: [RiskBand?]
        let bandsSince: [Date?]
        let abstentions: [Abstention?]
        let scoredAt: [Date]
        let saidScores: [RiskScore?]
        let saidAbstentions: [Abstention?]
        let saidOn: [Int32]
        let vectors: [Data?]
        let models: [String]
        let dueAt: [Date?]

        init(_ enrollments: [Enrollment], now: Date) {
            tenants = enrollments.map(\.key.tenant)
            courseRuns = enrollments.map(\.key.courseRun)
            learners = enrollments.map(\.key.learner)
            scores = enrollments.map(\.risk.score)
            bands = enrollments.map(\.risk.band)
            bandsSince = enrollments.map(\.risk.bandSince)
            abstentions = enrollments.map(\.risk.abstention)
            scoredAt = enrollments.map { $0.risk.scoredAt ?? now }
            saidScores = enrollments.map { $0.risk.said?.score }
            saidAbstentions = enrollments.map { $0.risk.said?.abstention }
            saidOn = enrollments.map { Int32(($0.risk.said?.on ?? EpochDay(of: now)).number) }
            vectors = enrollments.map { $0.vector?.encoded() }
            models = enrollments.map { $0.model ?? "" }
            dueAt = enrollments.map { $0.risk.dueAt(now: now) }
        }
    }
}

extension Enrollment {
    /// Reads ``EnrollmentStore/columns``.
    init(row: Row) throws {
        let key = EnrollmentKey(
            tenant: try row.decode("tenant"), courseRun: try row.decode("course_run"),
            learner: try row.decode("learner"))
        var risk = StandingRisk()
        risk.score = try row.decode("score", as: RiskScore?.self)
        risk.band = try row.decode("band", as: RiskBand?.self)
        risk.bandSince = try row.decode("band_since")
        risk.abstention = try row.decode("abstention", as: Abstention?.self)
        risk.scoredAt = try row.decode("scored_at")
        risk.said = StandingRisk.Said(
            score: try row.decode("said_score", as: RiskScore?.self),
            abstention: try row.decode("said_abstention", as: Abstention?.self),
            on: EpochDay(Int(try row.decode("said_on", as: Int32.self))))
        self.init(
            key: key, state: try EnrollmentState(encoded: row.decode("state")), risk: risk,
            vector: try row.decode("vector", as: Data?.self).flatMap(FeatureVector.init(encoded:)),
            model: try row.decode("model"))
    }
}

extension [Enrollment] {
    /// The same enrollments with the states of those who are the same persons.
    func joined(on session: Session) throws -> [Enrollment] {
        let states = try LearnerMerges.states(mergedInto: map(\.key), on: session)
        guard !states.isEmpty else { return self }
        return map { enrollment in
            var enrollment = enrollment
            enrollment.joined = states[enrollment.key, default: []].map(\.state)
            return enrollment
        }
    }
}
