import Contracts
import Foundation

/// Works explanations out on a thread of its own: they take a third of a millisecond each, and the
/// cooperative pool has better things to do.
final class Explainer: Sendable {
    let scorer: RiskScorer
    private let queue = DispatchQueue(label: "holdfast.prediction.explainer")

    init(scorer: RiskScorer) {
        self.scorer = scorer
    }

    /// The standing prediction of each enrollment with its reasons, in the same order.
    func predictions(
        of enrollments: [(enrollment: Enrollment, cohort: CohortSummary?)]
    ) async throws -> [RiskPrediction] {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [scorer] in
                continuation.resume(with: Result { try Self.explain(enrollments, scorer) })
            }
        }
    }

    private static func explain(
        _ enrollments: [(enrollment: Enrollment, cohort: CohortSummary?)], _ scorer: RiskScorer
    ) throws -> [RiskPrediction] {
        // Only what this very model computed can be explained by it; the next scoring, within a day, mends
        // the rest.
        let vectors = enrollments.map { entry in
            entry.enrollment.model == scorer.model.version ? entry.enrollment.vector : nil
        }
        var explanations = try scorer.model.explanations(of: vectors.compactMap { $0 }).makeIterator()
        return zip(enrollments, vectors).map { entry, vector in
            scorer.prediction(
                of: entry.enrollment, explanation: vector == nil ? nil : explanations.next(),
                cohort: entry.cohort)
        }
    }
}
