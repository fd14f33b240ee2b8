import Foundation

/// What training gives: the model's bytes and its card.
public struct TrainedModel: Sendable {
    public let bytes: [UInt8]
    public let card: ModelCard

    /// Writes both files into `folder`, which is made when it is not there.
    public func write(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try Data(bytes).write(to: folder.appendingPathComponent(RiskModel.modelFile))
        try (encoder.encode(card) + Data("\n".utf8)).write(
            to: folder.appendingPathComponent(RiskModel.cardFile))
    }
}

/// A model that a rule ranks as well as, or better: not worth its weight, and not to be used.
public struct BeatenByRule: Error, Hashable, CustomStringConvertible {
    public let rule: String
    public let ruleWAUC: Double
    public let modelWAUC: Double

    public var description: String {
        "the rule \"\(rule)\" ranks with a wAUC of \(ruleWAUC), the model with \(modelWAUC): it must be better by "
            + "\(ModelCard.marginMin) at least"
    }
}

extension ModelCard {
    /// By how much a model's wAUC must exceed that of every rule before it may be used.
    public static let marginMin = 0.005

    /// - Throws: ``BeatenByRule`` when a rule comes too close.
    public func refuseIfBeaten() throws {
        for (name, rule) in baselines where metrics.wAUC < rule.wAUC + Self.marginMin {
            throw BeatenByRule(rule: name, ruleWAUC: rule.wAUC, modelWAUC: metrics.wAUC)
        }
    }
}
