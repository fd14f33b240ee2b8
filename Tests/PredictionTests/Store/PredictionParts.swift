import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import Runtime
import TestSupport

@testable import Prediction

/// Prediction's own schema on a real PostgreSQL, with the parts that Wiring would build and a clock that
/// tests set.
struct PredictionParts {
    let database: Database
    let clock: SimulatedClock
    let runs = CourseRunStore()
    let enrollments = EnrollmentStore()
    let scoring: Scoring
    let scorer: RiskScorer

    static func make(now: Date) async throws -> PredictionParts {
        let test = try await TestDatabase.make(schema: "prediction")
        try await Migrator(
            schema: "prediction",
            directory: Repository.root.appending(path: "Services/Prediction/Store/Migrations"),
            extra: EventLog.migrations
        ).migrate(test.settings(), logger: Logger(label: "test"))
        return try PredictionParts(database: test.database(), clock: SimulatedClock(now: now))
    }

    private init(database: Database, clock: SimulatedClock) throws {
        self.database = database
        self.clock = clock
        scorer = RiskScorer(model: try RiskModel.shipped())
        scoring = Scoring(scorer: scorer, runs: runs, appender: LogAppender(stream: StreamName.riskScores))
    }

    init(database: Database, clock: SimulatedClock, like other: PredictionParts) {
        self.database = database
        self.clock = clock
        scorer = other.scorer
        scoring = other.scoring
    }

    var learnerEvents: LearnerEvents {
        LearnerEvents(runs: runs, enrollments: enrollments, scoring: scoring, clock: clock)
    }

    var rescoring: Rescoring {
        Rescoring(
            database: database, runs: runs, enrollments: enrollments, scoring: scoring, relay: nil,
            clock: clock,
            logger: Logger(label: "test"))
    }

    var reads: RiskReads { RiskReads(database: database, runs: runs, explainer: Explainer(scorer: scorer)) }

    /// Hears facts as one run, in one transaction, as a consumer does.
    func hear(_ facts: [Fact]) async throws {
        let learnerEvents = learnerEvents
        try await database.transaction { session in try learnerEvents.apply(facts, on: session) }
    }

    /// Everything that Prediction has said, in the order of the log: by partition, and there as it was said.
    ///
    /// - Parameter heads: Only what followed these.
    func said(after heads: [Int: Int64] = [:]) async throws -> [RiskScored] {
        let rows = try await database.rows(
            "SELECT partition, seq, body::text AS body FROM event_log ORDER BY partition, seq")
        return try rows.filter { row in
            let seq = try row.decode("seq", as: Int64.self)
            return seq > heads[try row.decode("partition", as: Int.self)] ?? 0
        }.map { row in
            let body = try row.decode("body", as: String.self)
            return try JSONCoding.decoder().decode(RiskScored.self, from: Data(body.utf8))
        }
    }

    /// How far each partition of Prediction's log reaches.
    func heads() async throws -> [Int: Int64] {
        var heads: [Int: Int64] = [:]
        for row in try await database.rows("SELECT partition, max(seq) AS seq FROM event_log GROUP BY partition") {
            heads[try row.decode("partition")] = try row.decode("seq", as: Int64.self)
        }
        return heads
    }

    static func fact<Body: StreamFact>(_ body: Body, at time: Date, trace: String? = nil) throws -> Fact {
        LoggedFact(
            partition: 0, seq: 1, stream: Body.stream, tenant: .standard, key: body.key, type: Body.type,
            version: Body.version, occurredAt: time, recordedAt: time,
            body: String(decoding: try JSONCoding.encoder().encode(body), as: UTF8.self), traceparent: trace)
    }

    static func defined(at time: Date) throws -> Fact {
        try fact(CourseRunDefined(courseRun: People.definition), at: time)
    }

    /// Enrollment and days of activity of one learner, as facts heard at `time`.
    static func history(
        of learner: LearnerID, activeOn days: some Sequence<Int>, at time: Date, isBackfill: Bool = false
    ) throws -> [Fact] {
        var facts = [try fact(People.enrolled(learner, isBackfill: isBackfill), at: time)]
        for day in days {
            facts.append(
                try fact(People.event(on: day, of: learner, count: 5, isBackfill: isBackfill), at: time))
        }
        return facts
    }
}
