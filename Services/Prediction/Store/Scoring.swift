import Contracts
import EventLog
import Foundation
import Metrics
import PostgreSQL

/// Scores enrollments of any runs inside a transaction, and says what is news of it.
struct Scoring: Sendable {
    let scorer: RiskScorer
    let runs: CourseRunStore
    let appender: LogAppender
    private let scores = Counter(label: "holdfast_prediction_scores_total")
    private let abstentions = Counter(label: "holdfast_prediction_abstentions_total")
    private let said = Counter(label: "holdfast_prediction_said_total")

    init(scorer: RiskScorer, runs: CourseRunStore, appender: LogAppender) {
        self.scorer = scorer
        self.runs = runs
        self.appender = appender
    }

    /// Enrollments after scoring, and what others should hear of them.
    struct Scored: Sendable {
        var enrollments: [Enrollment]
        var news: [(key: EnrollmentKey, fact: RiskScored)]
    }

    /// Scores `enrollments` as of `now`. Nothing is saved yet.
    func score(
        _ enrollments: [Enrollment], backfilled: Set<EnrollmentKey> = [], now: Date, on session: Session
    ) throws -> Scored {
        let byRun = Dictionary(grouping: enrollments) {
            CourseRunStore.Name(tenant: $0.key.tenant, courseRun: $0.key.courseRun)
        }
        let contexts = try runs.contexts(of: Set(byRun.keys), on: session)
        var all = Scored(enrollments: [], news: [])
        for (name, members) in byRun {
            var members = members
            let news = try scorer.score(&members, run: contexts[name], backfilled: backfilled, now: now)
            all.enrollments += members
            all.news += news.map { fact in
                let key = EnrollmentKey(
                    tenant: name.tenant, courseRun: name.courseRun, learner: fact.risk.learner)
                return (key, fact)
            }
        }
        all.enrollments.sort { $0.key < $1.key }
        all.news.sort { $0.key < $1.key }
        return all
    }

    /// Appends the news to the log: last in the transaction, because it locks the log's counters.
    func say(_ scored: Scored, traces: [EnrollmentKey: String] = [:], now: Date, on session: Session) throws {
        let facts = try scored.news.map { key, fact in
            try NewFact(fact, tenant: key.tenant, occurredAt: fact.risk.scoredAt, traceparent: traces[key])
        }
        try appender.append(facts, on: session, recordedAt: now)
        let abstained = scored.enrollments.count { $0.risk.score == nil }
        scores.increment(by: scored.enrollments.count - abstained)
        abstentions.increment(by: abstained)
        said.increment(by: facts.count)
    }
}
