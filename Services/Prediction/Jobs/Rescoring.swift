import Contracts
import EventLog
import Foundation
import Logging
import Metrics
import PostgreSQL
import Runtime
import ServiceLifecycle

/// Scores anew as domain time passes: silence is what drop-off looks like, and silence sends no event.
///
///     midnight (UTC) ──▶ each run's summary of its learners ──▶ each enrollment, in batches ──▶ what is news is said
///
/// Any number of replicas share the work by row locks.
struct Rescoring: Service {
    let database: Database
    let runs: CourseRunStore
    let enrollments: EnrollmentStore
    let scoring: Scoring
    let relay: LogRelay?
    let clock: any ServiceClock
    let logger: Logger
    /// Real time between two looks; domain time may run faster.
    var interval: Duration = .milliseconds(250)
    /// Real time between two looks for summaries that were outgrown during a day.
    var outgrownInterval: Duration = .seconds(10)

    private let duration = Metrics.Timer(label: "holdfast_prediction_rescoring_seconds")

    init(
        database: Database, runs: CourseRunStore, enrollments: EnrollmentStore, scoring: Scoring,
        relay: LogRelay?,
        clock: any ServiceClock, logger: Logger
    ) {
        self.database = database
        self.runs = runs
        self.enrollments = enrollments
        self.scoring = scoring
        self.relay = relay
        self.clock = clock
        self.logger = logger
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var nextOutgrown = ContinuousClock.now + outgrownInterval
            var isModelAdopted = false
            while !Task.isCancelled {
                var worked = 0
                do {
                    if !isModelAdopted {
                        try await adoptModel()
                        isModelAdopted = true
                    }
                    worked = try await rescoreDue()
                    if ContinuousClock.now >= nextOutgrown {
                        let began = ContinuousClock.now
                        worked += try await refreshOutgrown()
                        // At most a fifth of the time goes into summaries that no midnight asked for.
                        nextOutgrown = ContinuousClock.now + outgrownInterval + began.duration(to: .now) * 5
                    }
                } catch is CancellationError {
                    return
                } catch {
                    // What was due stays due; the next look tries again.
                    logger.warning("rescoring failed", metadata: ["error": "\(error)"])
                    worked = 0
                }
                if worked == 0 { try await pause() }
            }
        }
    }

    /// Brings due summaries up to date, then scores what is due. Returns how many enrollments were scored.
    @discardableResult
    func rescoreDue() async throws -> Int {
        while try await refresh(claim: { [runs] now, session in try runs.claimStale(now: now, on: session) })
        {}
        var all = 0
        while true {
            let count = try await rescoreBatch()
            all += count
            if count < PredictionLimits.rescoringBatchMax { return all }
        }
    }

    /// Makes due whom another model scored: after a new model was put in place, nobody waits for midnight.
    func adoptModel() async throws {
        let now = clock.now()
        let model = scoring.scorer.model.version
        let limit = PredictionLimits.rescoringBatchMax
        var made = limit
        while made == limit {
            made = try await database.transaction { [enrollments] session in
                try enrollments.makeDue(notScoredBy: model, now: now, limit: limit, on: session)
            }
        }
    }

    /// Brings one outgrown summary up to date and makes its enrollments due. Returns 1 when there was one,
    /// else 0.
    func refreshOutgrown() async throws -> Int {
        let enrollments = enrollments
        let found = try await refresh { [runs] now, session in
            guard let name = try runs.claimOutgrown(now: now, on: session) else { return nil }
            try enrollments.makeDue(name, now: now, on: session)
            return name
        }
        return found ? 1 : 0
    }

    private func refresh(
        claim: @escaping @Sendable (Date, Session) throws -> CourseRunStore.Name?
    ) async throws -> Bool {
        let now = clock.now()
        return try await database.transaction { [runs, enrollments] session in
            guard let name = try claim(now, session),
                let run = try runs.contexts(of: [name], on: session)[name]
            else { return false }
            let cohort = try Self.summary(of: name, run, now: now, enrollments, session)
            let today = EpochDay(of: now)
            let isOver = today > run.plan.endsOn
            try runs.save(cohort, of: name, now: now, dueAt: isOver ? nil : (today + 1).start, on: session)
            return true
        }
    }

    /// What the enrolled of a run did up to now.
    static func summary(
        of name: CourseRunStore.Name, _ run: CourseRunContext, now: Date, _ enrollments: EnrollmentStore,
        _ session: Session
    ) throws -> CohortSummary {
        let gaps = GapDays(run.gaps, now: now)
        var vectors: [FeatureVector] = []
        var last: LearnerID?
        while vectors.count < PredictionLimits.cohortSampleMax {
            let page = try enrollments.page(
                of: name, after: last, limit: PredictionLimits.cohortPageMax, on: session)
            vectors += page.map { enrollment in
                let state = enrollment.studied
                return Features.vector(
                    of: state, plan: run.plan, cohort: nil,
                    asOf: Features.asOfDay(state, now: now, gaps: gaps), gaps: gaps)
            }
            guard page.count == PredictionLimits.cohortPageMax, let end = page.last else { break }
            last = end.key.learner
        }
        return CohortSummary.withNorms(vectors)
    }

    private func rescoreBatch() async throws -> Int {
        let now = clock.now()
        let began = ContinuousClock.now
        let count = try await database.transaction { [enrollments, scoring] session in
            let due = try enrollments.claimDue(
                now: now, limit: PredictionLimits.rescoringBatchMax, on: session)
            guard !due.isEmpty else { return 0 }
            let scored = try scoring.score(due, now: now, on: session)
            try enrollments.saveRisks(scored.enrollments, now: now, on: session)
            try scoring.say(scored, now: now, on: session)
            return due.count
        }
        if count > 0 {
            relay?.wake()
            duration.recordNanoseconds(Int64(began.duration(to: .now) / .nanoseconds(1)))
        }
        return count
    }

    /// Summaries and enrollments whose time has come, and that were not brought up to date yet.
    func countDue() async throws -> Int {
        let now = clock.now()
        let rows = try await database.rows(
            """
            SELECT (SELECT count(*) FROM course_run WHERE cohort_due_at <= \(now))
                 + (SELECT count(*) FROM enrollment AS e JOIN course_run USING (tenant, course_run)
                     WHERE e.due_at <= \(now)) AS due
            """
        )
        return try rows.first?.decode("due", as: Int.self) ?? 0
    }

    private func pause() async throws {
        do {
            try await Task.sleep(for: interval)
        } catch is CancellationError {
            return
        }
    }
}
