import Foundation

/// How well scores foretold what came, on rows that were not learned from.
public struct ModelMetrics: Codable, Sendable, Hashable {
    public let rows: Int
    public let positives: Int
    /// AUC inside each checkpoint, averaged by positives: how well one day's list is ranked. The headline.
    public let wAUC: Double
    public let auc: Double
    /// Average precision.
    public let ap: Double
    /// `nil` for scores that are no probabilities.
    public let brier: Double?
    /// Expected calibration error in 15 bins of equal mass; `nil` for scores that are no probabilities.
    public let ece: Double?
    /// When the top 10 % of each checkpoint are flagged.
    public let recallAt10: Double
    public let precisionAt10: Double

    /// - Parameters:
    ///   - rows: What came, the score, and the checkpoint it belongs to.
    ///   - areProbabilities: Whether Brier and calibration error mean anything.
    public init(_ rows: [(label: Bool, score: Double, checkpoint: Int)], areProbabilities: Bool = true) {
        let groups = Dictionary(grouping: rows) { $0.checkpoint }.sorted { $0.key < $1.key }.map(\.value)
        self.rows = rows.count
        positives = rows.count { $0.label }
        wAUC = Self.withinAUC(groups.map { $0.map { ($0.label, $0.score) } })
        auc = Self.auc(rows.map { ($0.label, $0.score) }) ?? .nan
        ap = Self.averagePrecision(rows.map { ($0.label, $0.score) })
        brier =
            areProbabilities
            ? rows.reduce(0) { $0 + ($1.score - ($1.label ? 1 : 0)) * ($1.score - ($1.label ? 1 : 0)) }
                / Double(max(rows.count, 1)) : nil
        ece = areProbabilities ? Self.calibrationError(rows.map { ($0.label, $0.score) }) : nil
        var hits = 0
        var flagged = 0
        for group in groups {
            let top = group.sorted { $0.score > $1.score }.prefix((group.count + 9) / 10)
            hits += top.count { $0.label }
            flagged += top.count
        }
        recallAt10 = Double(hits) / Double(max(positives, 1))
        precisionAt10 = Double(hits) / Double(max(flagged, 1))
    }

    private static func withinAUC(_ groups: [[(Bool, Double)]]) -> Double {
        var sum = 0.0
        var weight = 0.0
        for group in groups {
            guard let auc = auc(group) else { continue }
            let positives = Double(group.count { $0.0 })
            sum += positives * auc
            weight += positives
        }
        return weight > 0 ? sum / weight : .nan
    }

    /// The chance that a positive is ranked above a negative, ties half; `nil` without both.
    static func auc(_ rows: [(Bool, Double)]) -> Double? {
        let sorted = rows.sorted { $0.1 < $1.1 }
        let positives = sorted.count { $0.0 }
        let negatives = sorted.count - positives
        guard positives > 0, negatives > 0 else { return nil }
        var rankSum = 0.0
        var start = 0
        while start < sorted.count {
            var end = start
            var found = 0.0
            while end < sorted.count, sorted[end].1 == sorted[start].1 {
                if sorted[end].0 { found += 1 }
                end += 1
            }
            rankSum += found * Double(start + end + 1) / 2
            start = end
        }
        let least = Double(positives) * Double(positives + 1) / 2
        return (rankSum - least) / (Double(positives) * Double(negatives))
    }

    static func averagePrecision(_ rows: [(Bool, Double)]) -> Double {
        let sorted = rows.sorted { $0.1 > $1.1 }
        let positives = Double(sorted.count { $0.0 })
        guard positives > 0 else { return .nan }
        var sum = 0.0
        var found = 0.0
        var before = 0.0
        for (index, row) in sorted.enumerated() {
            if row.0 { found += 1 }
            // Ties are one threshold.
            if index + 1 < sorted.count, sorted[index + 1].1 == row.1 { continue }
            sum += (found - before) / positives * found / Double(index + 1)
            before = found
        }
        return sum
    }

    static func calibrationError(_ rows: [(Bool, Double)], bins: Int = 15) -> Double {
        let sorted = rows.sorted { $0.1 < $1.1 }
        guard !sorted.isEmpty else { return .nan }
        var error = 0.0
        for bin in 0..<bins {
            let part = sorted[(bin * sorted.count / bins)..<((bin + 1) * sorted.count / bins)]
            let gap = part.reduce(0.0) { $0 + ($1.0 ? 1 : 0) - $1.1 }
            error += abs(gap)
        }
        return error / Double(sorted.count)
    }
}
