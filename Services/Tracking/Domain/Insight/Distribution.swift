import Foundation

/// A figure of which a run's learners are compared.
public enum StudyMeasure: Int16, Sendable, CaseIterable {
    case weekActiveDays = 1
    case weekActions
    case runActiveDays
    case runActions
    case runActivities
    case runDeepActivities

    /// The period of figures that are about the whole run.
    public static let wholeRun = -1

    /// A measure in a period: a week's number, or ``wholeRun``.
    public struct Place: Hashable, Sendable {
        public let measure: StudyMeasure
        public let period: Int

        public init(measure: StudyMeasure, period: Int) {
            self.measure = measure
            self.period = period
        }
    }
}

/// How a figure is spread over a run's learners: counts in buckets. Values up to 15 have a bucket each, larger ones
/// four an octave, so that a percentile is off by a fifth of the value at most.
public struct Distribution: Sendable, Equatable {
    public static let bucketCount = 48
    /// Learners by bucket; always ``bucketCount`` of them.
    public private(set) var counts: [Int]

    public init(counts: [Int] = []) {
        self.counts = (0..<Self.bucketCount).map { counts.indices.contains($0) ? counts[$0] : 0 }
    }

    /// The bucket of a value; negative values count as 0, and what is beyond 4,096 shares the last one.
    public static func bucket(of value: Int) -> Int {
        guard value >= 16 else { return max(0, value) }
        return min(bucketCount - 1, 16 + Int((4 * log2(Double(value) / 16)).rounded(.down)))
    }

    /// The smallest value that falls into a bucket.
    public static func value(of bucket: Int) -> Double {
        bucket < 16 ? Double(bucket) : 16 * exp2(Double(bucket - 16) / 4)
    }

    public var learners: Int { counts.reduce(0, +) }

    public mutating func add(_ other: Distribution) {
        for bucket in counts.indices { counts[bucket] += other.counts[bucket] }
    }

    public mutating func add(_ number: Int, in bucket: Int) { counts[bucket] += number }

    /// Share of learners below a value, half of those in its bucket among them. 0...1.
    ///
    /// - Parameter silent: Further learners whose value is 0 and who are not in the counts.
    public func percentile(of value: Int, silent: Int = 0) -> Double? {
        var all = counts
        all[0] += max(0, silent)
        let total = all.reduce(0, +)
        guard total >= TrackingLimits.peersMin else { return nil }
        let bucket = Self.bucket(of: value)
        return (Double(all[..<bucket].reduce(0, +)) + Double(all[bucket]) / 2) / Double(total)
    }

    /// The value that half of the learners stay below or reach; 0 for nobody.
    ///
    /// - Parameter silent: As for ``percentile(of:silent:)``.
    public func median(silent: Int = 0) -> Double {
        var all = counts
        all[0] += max(0, silent)
        let half = Double(all.reduce(0, +)) / 2
        var sum = 0.0
        for (bucket, count) in all.enumerated() where count > 0 {
            sum += Double(count)
            if sum >= half { return Self.value(of: bucket) }
        }
        return 0
    }
}
