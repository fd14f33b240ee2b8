import Contracts
import Foundation
import XGBoost

/// A trained model with its card: gives scores and explains them.
///
/// Calls block; a score takes microseconds, an explanation about a third of a millisecond, so neither belongs
/// on the cooperative pool in large numbers.
public struct RiskModel: Sendable {
    public let card: ModelCard
    /// Log-odds that the model gives before it knows anything of a learner.
    public let baseline: Double
    private let booster: Booster

    public var version: String { card.version }

    /// - Throws: ``XGBoostError`` when the bytes are no model; ``ModelMismatch`` when it reads other
    ///   indicators.
    public init(bytes: [UInt8], card: ModelCard) throws {
        booster = try Booster(bytes: bytes)
        self.card = card
        let nobody = FeatureVector()
        var row = FeatureMatrix(columns: nobody.values.count)
        let expected = Indicator.allCases.map(\.name)
        guard booster.featureNames == expected else {
            throw ModelMismatch(version: card.version, expected: expected, found: booster.featureNames)
        }
        // The last contribution is the same for every row: what the trees say on the average.
        try row.append(nobody.values)
        let base = try booster.contributions(row).values.last ?? 0
        baseline = card.calibration.slope * Double(base) + card.calibration.intercept
    }

    /// The model that comes with the project.
    public static func shipped() throws -> RiskModel {
        try RiskModel(folder: artifacts)
    }

    /// A model from a folder that holds ``modelFile`` and ``cardFile``.
    public init(folder: URL) throws {
        let card = try JSONDecoder().decode(
            ModelCard.self, from: Data(contentsOf: folder.appendingPathComponent(Self.cardFile)))
        let bytes = try Data(contentsOf: folder.appendingPathComponent(Self.modelFile))
        try self.init(bytes: Array(bytes), card: card)
    }

    public static let modelFile = "drop-off-14.ubj"
    public static let cardFile = "drop-off-14.json"

    /// Where the shipped model lies.
    static var artifacts: URL {
        Bundle.module.bundleURL.appendingPathComponent("Artifacts")
    }

    /// The calibrated log-odds of each vector.
    public func logOdds(of vectors: [FeatureVector]) throws -> [Double] {
        try booster.margins(matrix(vectors)).map {
            card.calibration.slope * Double($0) + card.calibration.intercept
        }
    }

    /// The probability of drop-off of each vector.
    public func scores(of vectors: [FeatureVector]) throws -> [RiskScore] {
        try logOdds(of: vectors).map { try Self.score(logOdds: $0) }
    }

    /// What each indicator adds to each score; sums to the calibrated log-odds exactly, up to rounding.
    public func explanations(of vectors: [FeatureVector]) throws -> [Explanation] {
        let contributions = try booster.contributions(matrix(vectors))
        let slope = card.calibration.slope
        return (0..<contributions.rows).map { row in
            let values = contributions[row]
            let base = Double(values.last ?? 0)
            return Explanation(
                baseline: slope * base + card.calibration.intercept,
                contributions: values.dropLast().map { slope * Double($0) })
        }
    }

    static func score(logOdds: Double) throws -> RiskScore {
        guard let score = RiskScore(rawValue: Calibration.probability(logOdds)) else {
            throw XGBoostError(step: "score", message: "log-odds of \(logOdds) are no probability")
        }
        return score
    }

    private func matrix(_ vectors: [FeatureVector]) throws -> FeatureMatrix {
        var matrix = FeatureMatrix(columns: Indicator.allCases.count, capacity: vectors.count)
        for vector in vectors { try matrix.append(vector.values) }
        return matrix
    }
}

/// A model file that was trained on other indicators than this program computes.
public struct ModelMismatch: Error, Hashable, CustomStringConvertible {
    public let version: String
    public let expected: [String]
    public let found: [String]

    public var description: String {
        let missing = expected.filter { !found.contains($0) }.prefix(3).joined(separator: ", ")
        let foreign = found.filter { !expected.contains($0) }.prefix(3).joined(separator: ", ")
        return
            "model \(version) reads other indicators than this program computes: "
            + "without \(missing.isEmpty ? "none" : missing), "
            + "with \(foreign.isEmpty ? "none" : foreign) (or in another order); "
            + "train it anew with `holdfast train`"
    }
}
