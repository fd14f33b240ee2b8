import Foundation

/// Figures that a few wild values do not move (Huber and Ronchetti, Robust Statistics, 2009).
public enum RobustStatistics {
    /// `nil` for no values; the mean of the middle two for an even number of them.
    public static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Median and spread: the median absolute deviation, scaled so that it is the standard deviation where values are
    /// normal.
    public static func centre(_ values: [Double]) -> (median: Double, spread: Double)? {
        guard let median = median(values), let spread = self.median(values.map { abs($0 - median) }) else {
            return nil
        }
        return (median, madScale * spread)
    }

    /// How many spreads a value lies above the median of the others.
    ///
    /// - Parameter spreadMin: The least spread that is believed; few values may agree by chance.
    /// - Returns: `nil` for no values.
    public static func zScore(_ value: Double, among values: [Double], spreadMin: Double) -> Double? {
        centre(values).map { (value - $0.median) / max($0.spread, spreadMin) }
    }

    /// 1 / Φ⁻¹(3/4).
    private static let madScale = 1.4826
}
