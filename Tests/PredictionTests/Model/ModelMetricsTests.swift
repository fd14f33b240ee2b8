import Foundation
import Testing

@testable import Prediction

/// Metrics against numbers worked out by hand.
@Suite struct ModelMetricsTests {
    @Test func `AUC counts pairs in the right order, ties half`() {
        // Positives 0.9 and 0.4 against negatives 0.4 and 0.1: 1 + 1 + 0.5 + 1 of 4 pairs.
        let rows = [(true, 0.9), (true, 0.4), (false, 0.4), (false, 0.1)]
        #expect(ModelMetrics.auc(rows) == 3.5 / 4)
        #expect(ModelMetrics.auc([(true, 1)]) == nil)
    }

    @Test func `average precision takes ties as one threshold`() {
        let rows = [(true, 0.9), (false, 0.5), (true, 0.5), (false, 0.1)]
        // Recall 1/2 at precision 1, then recall 1 at precision 2/3.
        #expect(abs(ModelMetrics.averagePrecision(rows) - (0.5 + 0.5 * 2 / 3)) < 1e-12)
    }

    @Test func `the headline is the AUC inside each checkpoint, averaged by positives`() {
        // Inside each checkpoint the order is right, across them it is not.
        let metrics = ModelMetrics([
            (true, 0.3, 0), (false, 0.2, 0), (true, 0.9, 7), (true, 0.8, 7), (false, 0.7, 7), (true, 0.1, 14),
        ])
        #expect(metrics.wAUC == 1)
        #expect(metrics.auc < 1)
        #expect(metrics.positives == 4)
    }

    @Test func `probabilities that say what comes have no calibration error`() {
        var rows: [(Bool, Double)] = []
        for number in 0..<1_500 { rows.append((number.isMultiple(of: 5), 0.2)) }
        #expect(ModelMetrics.calibrationError(rows) < 1e-9)
        #expect(abs(ModelMetrics.calibrationError(rows.map { ($0.0, 0.5) }) - 0.3) < 1e-9)
    }

    @Test func `Platt's line finds the slope and intercept that rows were made with`() {
        var random = SeededNumbers(seed: 1)
        let rows = (0..<40_000).map { _ in
            let logOdds = Double.random(in: -3...3, using: &random)
            let came = Double.random(in: 0...1, using: &random) < Calibration.probability(0.5 * logOdds - 1)
            return (label: came, logOdds: logOdds)
        }
        let line = Calibration.fit(rows)
        #expect(abs(line.slope - 0.5) < 0.03)
        #expect(abs(line.intercept - -1) < 0.05)
    }
}
