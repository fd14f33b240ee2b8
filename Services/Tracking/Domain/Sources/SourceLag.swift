import Foundation

/// How long events of a source are under way: received minus occurred, in buckets whose bounds grow with the distance
/// from zero, and the median of them. A lag below zero is a clock ahead of ours.
public enum SourceLag {
    /// Bounds between buckets, in seconds, ascending: bucket 0 lies below the first, the last above the last.
    static let bounds: [Double] = [
        -600, -300, -120, -60, -30, -10, -5, -2, -1, 0, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600,
    ]

    /// The bucket of an event; `nil` when it was kept back and says nothing about the clock.
    public static func bucket(occurredAt: Date, receivedAt: Date) -> Int? {
        let seconds = receivedAt.timeIntervalSince(occurredAt)
        guard seconds <= TrackingLimits.freshSeconds else { return nil }
        return bounds.firstIndex { seconds < $0 } ?? bounds.count
    }

    /// The median in seconds, as if the events of a bucket were spread evenly over it; `nil` for too few events.
    public static func median(_ counts: [Int: Int]) -> Double? {
        let total = counts.values.reduce(0, +)
        guard total >= TrackingLimits.lagEventsMin else { return nil }
        var before = 0
        for (bucket, count) in counts.sorted(by: { $0.key < $1.key }) where count > 0 {
            let half = Double(total) / 2
            guard Double(before + count) < half else {
                let lower = bucket == 0 ? -TrackingLimits.aheadMaxSeconds : bounds[min(bucket, bounds.count) - 1]
                let upper = bucket < bounds.count ? bounds[bucket] : TrackingLimits.freshSeconds
                return lower + (upper - lower) * (half - Double(before)) / Double(count)
            }
            before += count
        }
        return nil
    }
}
