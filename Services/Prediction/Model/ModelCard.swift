import Foundation
import XGBoost

/// What a model is, what it learned from, how well it foretells and where its limits are. Shipped beside the
/// model's bytes.
public struct ModelCard: Codable, Sendable, Hashable {
    /// Derived from the model's bytes: the same training gives the same version.
    public var version: String
    public var target: Target
    public var data: DataSource
    public var training: Training
    public var calibration: Calibration
    /// On the validation run: drop-off among those who were active in the 14 days before. The headline is
    /// `wAUC`.
    public var metrics: ModelMetrics
    /// On the validation run: also those who were silent already, whom the service scores as well.
    public var metricsOverAll: ModelMetrics
    /// Of the same rows as ``metrics``, by rule.
    public var baselines: [String: ModelMetrics]
    /// Of the same rows as ``metrics``: what was said and what came.
    public var reliability: [ReliabilityBin]
    /// Bounds of the bands and how sluggish they are.
    public var bands: BandRules
    public var features: [Feature]
    public var limits: [String]

    public struct Target: Codable, Sendable, Hashable {
        public var name: String
        public var words: String
        public var horizonDays: Int
    }

    public struct DataSource: Codable, Sendable, Hashable {
        public var name: String
        public var licence: String
        public var attribution: String
        public var changes: String
        public var trainingRuns: [String]
        public var validationRun: String
        public var window: String
    }

    public struct Training: Codable, Sendable, Hashable {
        public var rows: Int
        public var positives: Int
        public var learners: Int
        public var checkpointEveryDays: Int
        public var parameters: TrainingParameters
        public var seed: UInt32
    }

    public struct Feature: Codable, Sendable, Hashable {
        public var name: String
        public var family: String
        public var unit: String
        public var title: String
        /// `raises`, `lowers` or `free`: which way the risk may move when it grows.
        public var direction: String
        /// Mean size of its contribution on the validation run, in log-odds.
        public var meanContribution: Double
    }
}

/// Of the rows with a probability in one tenth of all rows: what was said and what came.
public struct ReliabilityBin: Codable, Sendable, Hashable {
    public var rows: Int
    public var said: Double
    public var came: Double

    /// `bins` bins of equal mass, lowest first.
    static func bins(_ rows: [(label: Bool, score: Double)], bins: Int = 10) -> [ReliabilityBin] {
        let sorted = rows.sorted { $0.score < $1.score }
        return (0..<bins).compactMap { bin in
            let part = sorted[(bin * sorted.count / bins)..<((bin + 1) * sorted.count / bins)]
            guard !part.isEmpty else { return nil }
            let count = Double(part.count)
            return ReliabilityBin(
                rows: part.count, said: part.reduce(0) { $0 + $1.score } / count,
                came: Double(part.count { $0.label }) / count)
        }
    }
}

/// A straight line in log-odds, laid through what was said and what came (Platt). It leaves contributions
/// additive.
public struct Calibration: Codable, Sendable, Hashable {
    public var slope: Double
    public var intercept: Double
    /// Log loss of the held-back half that it was judged on, without and with it.
    public var logLossWithout: Double
    public var logLossWith: Double

    /// No change.
    public static let none = Calibration(slope: 1, intercept: 0, logLossWithout: 0, logLossWith: 0)

    public init(slope: Double, intercept: Double, logLossWithout: Double, logLossWith: Double) {
        self.slope = slope
        self.intercept = intercept
        self.logLossWithout = logLossWithout
        self.logLossWith = logLossWith
    }

    /// Fits slope and intercept by Newton's method on `rows` of log-odds and what came.
    static func fit(_ rows: [(label: Bool, logOdds: Double)]) -> (slope: Double, intercept: Double) {
        var slope = 1.0
        var intercept = 0.0
        for _ in 0..<50 {
            var gradient = (0.0, 0.0)
            var hessian = (1e-9, 0.0, 1e-9)
            for row in rows {
                let said = probability(slope * row.logOdds + intercept)
                let error = said - (row.label ? 1 : 0)
                let weight = said * (1 - said)
                gradient = (gradient.0 + error * row.logOdds, gradient.1 + error)
                hessian = (
                    hessian.0 + weight * row.logOdds * row.logOdds, hessian.1 + weight * row.logOdds,
                    hessian.2 + weight
                )
            }
            let determinant = hessian.0 * hessian.2 - hessian.1 * hessian.1
            guard determinant > 0 else { break }
            let step = (
                (hessian.2 * gradient.0 - hessian.1 * gradient.1) / determinant,
                (hessian.0 * gradient.1 - hessian.1 * gradient.0) / determinant
            )
            slope -= step.0
            intercept -= step.1
            if abs(step.0) + abs(step.1) < 1e-10 { break }
        }
        return (slope, intercept)
    }

    static func logLoss(_ rows: [(label: Bool, logOdds: Double)]) -> Double {
        let sum = rows.reduce(0.0) { sum, row in
            let said = min(max(probability(row.logOdds), 1e-12), 1 - 1e-12)
            return sum - log(row.label ? said : 1 - said)
        }
        return sum / Double(max(rows.count, 1))
    }

    static func probability(_ logOdds: Double) -> Double { 1 / (1 + exp(-logOdds)) }
}
