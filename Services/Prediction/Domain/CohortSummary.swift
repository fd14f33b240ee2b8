import Foundation

/// What one learner is compared by.
public struct PeerMetrics: Sendable {
    /// By ``PeerMetric``.
    let values: [Double]

    /// Reads what is compared from a vector that has no comparison yet.
    init(_ vector: FeatureVector) {
        values = PeerMetric.allCases.map { metric in
            let value = vector[metric.source]
            // Never active is as long ago as can be; all else that is unknown is nothing.
            if value.isNaN { return metric == .recency ? -Double(UInt16.max) : 0 }
            return metric == .recency ? -value : value
        }
    }

    subscript(metric: PeerMetric) -> Double { values[metric.rawValue] }
}

/// What learners of one course run are compared in; more is more active.
enum PeerMetric: Int, CaseIterable, Sendable {
    case steadyDays14, steadyDays28, steadyActions14, activeDays28, activeDays7, recency, volume

    var source: Indicator {
        switch self {
        case .steadyDays14: .steadyDays14
        case .steadyDays28: .steadyDays28
        case .steadyActions14: .steadyActions14
        case .activeDays28: .activeDays28
        case .activeDays7: .activeDays7
        case .recency: .daysSinceActivity
        case .volume: .intensityRate
        }
    }
}

/// What a course run as a whole did up to one day, over those enrolled on that day.
///
/// A break of the whole course shows here, so that it is not taken for a pause of the learner.
public struct CohortSummary: Hashable, Sendable, Codable {
    /// Points of each distribution that are kept: every 2.5 %.
    static let points = 41
    /// A learner is compared with this many invented peers in the middle as well: three real ones prove
    /// nothing.
    static let shrinkage = 5.0

    /// Enrollments summed up. At least 0.
    public let size: Int
    /// Mean active days of the last 7, and of the 7 before.
    public let activeDays7: Double
    public let activeDays7Before: Double
    /// Days since anybody was active, 0 when somebody was on the last day; what shows that a source is
    /// silent.
    public let silentDays: Int
    /// By ``PeerMetric``: the value at each of ``points`` equal steps of the sorted values; empty for nobody.
    let grids: [[Double]]
    /// Medians by ``Indicator``, `nil` where nothing is known; what a reason code calls usual.
    public var norms: [Double?]

    /// - Parameter vectors: One an enrolled learner, before comparison.
    public init(_ vectors: [FeatureVector]) {
        size = vectors.count
        let metrics = vectors.map(PeerMetrics.init)
        grids = PeerMetric.allCases.map { metric in Self.grid(metrics.map { $0[metric] }) }
        let count = Double(max(vectors.count, 1))
        activeDays7 = vectors.reduce(0) { $0 + $1[.activeDays7] } / count
        activeDays7Before = vectors.reduce(0) { $0 + $1[.activeDays7] - $1[.weekChange] } / count
        let newest = vectors.map { $0[.daysSinceActivity] }.filter { !$0.isNaN }.min()
        silentDays = newest.map { Int($0) } ?? 0
        norms = []
    }

    /// Sets ``norms`` from whole vectors of those enrolled. O(n log n) an indicator.
    public mutating func setNorms(_ vectors: [FeatureVector]) {
        norms = Indicator.allCases.map { indicator in
            let known = vectors.map { $0[indicator] }.filter { !$0.isNaN }.sorted()
            return known.isEmpty ? nil : known[known.count / 2]
        }
    }

    /// The usual value of `indicator` in the course run.
    public func norm(of indicator: Indicator) -> Double? {
        norms.indices.contains(indicator.rawValue) ? norms[indicator.rawValue] : nil
    }

    private static func grid(_ values: [Double]) -> [Double] {
        guard !values.isEmpty else { return [] }
        let sorted = values.sorted()
        return (0..<points).map { step in
            sorted[Int((Double(step) / Double(points - 1) * Double(sorted.count - 1)).rounded())]
        }
    }

    /// The share of the course run that lies below `value`, half of the equal ones counted, drawn to the
    /// middle where the course run is small. Above 0, below 1.
    func percentile(of value: Double, in metric: PeerMetric) -> Double {
        let grid = grids[metric.rawValue]
        guard !grid.isEmpty else { return 0.5 }
        let below = grid.partitionPoint { $0 < value }
        let upTo = grid.partitionPoint { $0 <= value }
        let share = (Double(below) + Double(upTo)) / 2 / Double(grid.count)
        return (share * Double(size) + 0.5 * Self.shrinkage) / (Double(size) + Self.shrinkage)
    }
}

extension Array {
    /// The first index of a sorted array whose element does not satisfy `belongsBefore`.
    func partitionPoint(_ belongsBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongsBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

// Indicators of comparison with the others of the course run.
extension Features {
    static func addPeers(to vector: inout FeatureVector, _ own: PeerMetrics, _ cohort: CohortSummary) {
        let places: [(PeerMetric, Indicator)] = [
            (.steadyDays14, .peerSteadyDays14), (.steadyActions14, .peerSteadyActions14),
            (.activeDays28, .peerActiveDays28), (.activeDays7, .peerActiveDays7), (.recency, .peerRecency),
            (.volume, .peerVolume),
        ]
        for (metric, indicator) in places {
            vector[indicator] = cohort.percentile(of: own[metric], in: metric)
        }
        vector[.peerChange] =
            vector[.peerActiveDays7] - cohort.percentile(of: own[.steadyDays28], in: .steadyDays28)
        vector[.cohortActiveDays7] = cohort.activeDays7
        vector[.cohortChange] = cohort.activeDays7 - cohort.activeDays7Before
        vector[.againstCohort7] = vector[.activeDays7] - cohort.activeDays7
    }
}

extension CohortSummary {
    /// The summary of a course run with its medians, from vectors before comparison.
    public static func withNorms(_ vectors: [FeatureVector]) -> CohortSummary {
        var summary = CohortSummary(vectors)
        summary.setNorms(
            vectors.map { vector in
                var compared = vector
                Features.addPeers(to: &compared, PeerMetrics(vector), summary)
                return compared
            })
        return summary
    }
}
