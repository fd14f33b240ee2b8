import Contracts
import Foundation
import XGBoost

/// Trains a model from replayed course runs and judges it on a run that it has not seen.
///
///     runs ──replay──▶ checkpoints ──▶ trees on 4/5 of the learners ──▶ is a calibration worth it? (on the other 1/5)
///                           └────────▶ trees on all learners ──▶ validation run ──▶ card
public struct ModelTrainer {
    /// Rows of every second day: measured better than weekly ones, and no slower to learn from than needed.
    public static let checkpointEveryDays = 2
    /// A calibration must lower the log loss of the held-back half by this share, else it is left out.
    static let calibrationGainMin = 0.001

    public let trainingRuns: [TrainingRun]
    public let validationRun: TrainingRun
    public var parameters: TrainingParameters
    /// Told what is being done, one short sentence at a time.
    public var report: (String) -> Void = { _ in }

    public init(trainingRuns: [TrainingRun], validationRun: TrainingRun) {
        self.trainingRuns = trainingRuns
        self.validationRun = validationRun
        parameters = TrainingParameters(
            rounds: 220, depth: 4, learningRate: 0.05, leafWeightMin: 40, lambda: 10, rowShare: 0.5,
            columnShare: 0.4, monotone: IndicatorCatalogue.all.map { MonotoneSign($0.direction) },
            seed: 20_261_123)
    }

    /// Trains and judges.
    ///
    /// Deterministic: the same runs, parameters and seed give the same bytes on every machine of one
    /// architecture.
    /// - Throws: ``TrainingDataError`` when there is nothing to learn from; ``XGBoostError`` when training
    ///   fails.
    public func train() throws -> TrainedModel {
        report("replaying \(trainingRuns.map { $0.definition.id.rawValue }.joined(separator: ", "))")
        let rows = trainingRuns.enumerated().flatMap { number, run in
            Replay.checkpoints(of: run, every: Self.checkpointEveryDays)
                .compactMap { TrainingRow($0, run: number, learner: run.learners[$0.learner]) }
        }
        guard !rows.isEmpty else { throw TrainingDataError("the training runs have no row to learn from") }
        report("learning from \(rows.count) rows: a part, to judge calibration")
        let calibration = try calibration(rows)
        report("learning from all rows")
        let booster = try fit(rows)
        let bytes = try booster.bytes()
        report("judging on \(validationRun.definition.id.rawValue)")
        var card = card(rows: rows, calibration: calibration)
        card.version = "oulad-dropoff14-\(Self.fingerprint(bytes))"
        try judge(try RiskModel(bytes: bytes, card: card), into: &card)
        return TrainedModel(bytes: bytes, card: card)
    }

    private func fit(_ rows: [TrainingRow]) throws -> Booster {
        var matrix = FeatureMatrix(columns: Indicator.allCases.count, capacity: rows.count)
        for row in rows { try matrix.append(row.vector.values) }
        let set = try TrainingSet(
            matrix: matrix, labels: rows.map { $0.label ? 1 : 0 },
            featureNames: Indicator.allCases.map(\.name))
        return try Booster.train(on: set, parameters: parameters)
    }

    /// Fits a line on half of the learners that the trees have not seen and judges it on the other half.
    private func calibration(_ rows: [TrainingRow]) throws -> Calibration {
        let booster = try fit(rows.filter { $0.fold != 0 })
        let heldBack = rows.filter { $0.fold == 0 }
        var matrix = FeatureMatrix(columns: Indicator.allCases.count, capacity: heldBack.count)
        for row in heldBack { try matrix.append(row.vector.values) }
        let pairs = zip(heldBack, try booster.margins(matrix)).map {
            (half: $0.half, row: (label: $0.label, logOdds: Double($1)))
        }
        let line = Calibration.fit(pairs.filter { $0.half == 0 }.map(\.row))
        let judged = pairs.filter { $0.half == 1 }.map(\.row)
        let without = Calibration.logLoss(judged)
        let with = Calibration.logLoss(
            judged.map { (label: $0.label, logOdds: line.slope * $0.logOdds + line.intercept) })
        let helps = with < without * (1 - Self.calibrationGainMin)
        return Calibration(
            slope: helps ? line.slope : 1, intercept: helps ? line.intercept : 0, logLossWithout: without,
            logLossWith: with)
    }

    /// Measures the model and the rules it must beat on the validation run, at weekly checkpoints.
    private func judge(_ model: RiskModel, into card: inout ModelCard) throws {
        let all = Replay.checkpoints(of: validationRun, every: 7).filter { $0.wasSilentAfter != nil }
        let scores = try model.scores(of: all.map(\.vector)).map(\.rawValue)
        let scored = zip(all, scores).map { (checkpoint: $0, score: $1) }
        let active = scored.filter { $0.checkpoint.label != nil }
        card.metrics = ModelMetrics(
            active.map { ($0.checkpoint.label == true, $0.score, $0.checkpoint.day) })
        card.metricsOverAll = ModelMetrics(
            scored.map { ($0.checkpoint.wasSilentAfter == true, $0.score, $0.checkpoint.day) })
        card.reliability = ReliabilityBin.bins(active.map { ($0.checkpoint.label == true, $0.score) })
        card.baselines = Baseline.all.reduce(into: [:]) { baselines, rule in
            baselines[rule.name] = ModelMetrics(
                active.map {
                    ($0.checkpoint.label == true, rule.score($0.checkpoint.vector), $0.checkpoint.day)
                },
                areProbabilities: false)
        }
        let sample = active.enumerated().filter { $0.offset.isMultiple(of: 8) }.map(
            \.element.checkpoint.vector)
        let explained = try model.explanations(of: sample)
        for index in card.features.indices {
            let sum = explained.reduce(0) { $0 + abs($1.contributions[index]) }
            card.features[index].meanContribution = Self.rounded(sum / Double(max(explained.count, 1)))
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

    /// Eight hexadecimal digits that stand for the bytes.
    static func fingerprint(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// A rule that needs no training and that a model must beat.
struct Baseline: Sendable {
    let name: String
    let score: @Sendable (FeatureVector) -> Double

    static let all = [
        Baseline(name: "days since the last activity") { known($0[.daysSinceActivity], else: 1_000) },
        Baseline(name: "7 days or more inactive") { known($0[.daysSinceActivity], else: 1_000) >= 7 ? 1 : 0 },
        Baseline(name: "low 14-day EWMA of activity") { -known($0[.steadyActions14], else: 0) },
    ]

    private static func known(_ value: Double, else missing: Double) -> Double {
        value.isNaN ? missing : value
    }
}

/// One row to learn from.
struct TrainingRow {
    let vector: FeatureVector
    let label: Bool
    /// The run's number and the learner's name, which keep the rows of one learner on one side of a split.
    let learner: String

    init?(_ checkpoint: Checkpoint, run: Int, learner: String) {
        guard let label = checkpoint.wasSilentAfter else { return nil }
        vector = checkpoint.vector
        self.label = label
        self.learner = "\(run)/\(learner)"
    }

    private var hash: UInt32 {
        learner.utf8.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    /// 0...4.
    var fold: Int { Int(hash >> 8) % 5 }
    /// 0 or 1, independent of ``fold``.
    var half: Int { Int(hash >> 8) / 5 % 2 }
}

extension MonotoneSign {
    init(_ direction: RiskDirection) {
        self =
            switch direction {
            case .raises: .raises
            case .lowers: .lowers
            case .free: .free
            }
    }
}
