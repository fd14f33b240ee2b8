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

    /// A quarter, a half and three quarters of the way through the sorted values, between two of them where need be.
    /// `nil` for no values.
    public static func quartiles(_ values: [Double]) -> (low: Double, median: Double, high: Double)? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        func at(_ share: Double) -> Double {
            let place = share * Double(sorted.count - 1)
            let below = Int(place)
            let above = min(below + 1, sorted.count - 1)
            return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
        }
        return (at(0.25), at(0.5), at(0.75))
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

    /// Probability of `count` or more events where `mean` are expected.
    public static func poissonTail(_ count: Int, mean: Double) -> Double {
        guard count > 0 else { return 1 }
        guard mean > 0 else { return 0 }
        // Upwards from the count: what is below would drown it in rounding.
        var term = exp(Double(count) * log(mean) - mean - lgamma(Double(count) + 1))
        var sum = 0.0
        var number = Double(count)
        while term > sum * 1e-12 || number < mean {
            sum += term
            number += 1
            term *= mean / number
        }
        return min(1, sum)
    }

    /// 1 / Φ⁻¹(3/4).
    private static let madScale = 1.4826
}
