import Contracts
import Foundation

/// Scores enrollments of one course run together: features, model, band, news and reasons.
public struct RiskScorer: Sendable {
    public let model: RiskModel

    public init(model: RiskModel) {
        self.model = model
    }

    /// Scores each enrollment as of `now` and changes what stands about it.
    ///
    /// Reasons are worked out for those in news whose band is, or was, above low: they cost a hundred times
    /// what a score costs, and nobody acts on a low risk that stays low.
    /// - Parameters:
    ///   - run: `nil` while the course run has not been declared: then the model abstains.
    ///   - backfilled: Enrollments that are scored because of history brought in later.
    /// - Returns: What others should hear, in the order of `enrollments`.
    public func score(
        _ enrollments: inout [Enrollment], run: CourseRunContext?, backfilled: Set<EnrollmentKey> = [],
        now: Date
    ) throws -> [RiskScored] {
        let outcomes = try outcomes(&enrollments, run: run, now: now)
        var news: [(index: Int, previous: RiskBand?)] = []
        for index in enrollments.indices {
            let before = enrollments[index].risk
            let (standing, isNews) = before.scored(
                outcomes[index], rules: model.card.bands,
                lastActive: enrollments[index].state.lastActiveDay(asOf: EpochDay(of: now)), now: now)
            enrollments[index].risk = standing
            if isNews { news.append((index, before.band)) }
        }
        let explained = news.filter { entry in
            let band = enrollments[entry.index].risk.band
            return band != nil && (band != .low || band != entry.previous)
        }
        let vectors = explained.map { enrollments[$0.index].vector ?? FeatureVector() }
        let explanations = Dictionary(
            uniqueKeysWithValues: zip(explained.map(\.index), try model.explanations(of: vectors)))
        return news.map { index, previous in
            RiskScored(
                risk: prediction(
                    of: enrollments[index], explanation: explanations[index], cohort: run?.cohort),
                previousBand: previous, isBackfill: backfilled.contains(enrollments[index].key))
        }
    }

    /// The prediction that stands, with its reasons when `explanation` is given.
    public func prediction(
        of enrollment: Enrollment, explanation: Explanation?, cohort: CohortSummary?
    ) -> RiskPrediction {
        let risk = enrollment.risk
        var prediction = RiskPrediction(
            learner: enrollment.key.learner, courseRun: enrollment.key.courseRun, score: risk.score,
            band: risk.band,
            abstention: risk.abstention, model: enrollment.model ?? model.version,
            scoredAt: risk.scoredAt ?? .distantPast, level: risk.score == nil ? nil : .transferred)
        guard let score = risk.score else { return prediction }
        prediction.baseline = model.baseline
        // What is left over is taken from the score itself, so that the sum holds to the last digit.
        prediction.otherContribution = Self.logOdds(score) - model.baseline
        guard let explanation, let vector = enrollment.vector else { return prediction }
        prediction.reasons = Reasons.codes(explanation, vector: vector, cohort: cohort).reasons
        prediction.otherContribution -= prediction.reasons.reduce(0) { $0 + $1.contribution }
        return prediction
    }

    private func outcomes(
        _ enrollments: inout [Enrollment], run: CourseRunContext?, now: Date
    ) throws -> [StandingRisk.Outcome] {
        var outcomes: [StandingRisk.Outcome?] = []
        var vectors: [FeatureVector] = []
        let gaps = GapDays(run?.gaps ?? [], now: now)
        for index in enrollments.indices {
            let state = enrollments[index].studied
            enrollments[index].vector = nil
            enrollments[index].model = model.version
            let reason = AbstentionRules.reason(
                state, plan: run?.plan, cohort: run?.cohort, now: now, gaps: gaps)
            guard reason == nil, let run else {
                outcomes.append(.abstention(reason ?? .tooLittleData))
                continue
            }
            let vector = Features.vector(
                of: state, plan: run.plan, cohort: run.cohort,
                asOf: Features.asOfDay(state, now: now, gaps: gaps), gaps: gaps)
            enrollments[index].vector = vector
            vectors.append(vector)
            outcomes.append(nil)
        }
        var scores = try model.scores(of: vectors).makeIterator()
        return outcomes.map { known in
            known ?? scores.next().map { .score($0) } ?? .abstention(.tooLittleData)
        }
    }

    static func logOdds(_ score: RiskScore) -> Double {
        log(score.rawValue / (1 - score.rawValue))
    }
}
