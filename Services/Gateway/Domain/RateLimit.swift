import Foundation
import Synchronization

/// A token bucket a key: a steady rate, and a burst of twice that.
public final class RateLimit: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: ContinuousClock.Instant
    }

    private let rate: Double
    private let burst: Double
    private let buckets = Mutex<[UUID: Bucket]>([:])

    /// - Parameter rate: Requests a second that one key may make for as long as it likes. At least 1.
    public init(rate: Double) {
        self.rate = max(1, rate)
        burst = max(1, rate) * 2
    }

    /// Takes one token.
    ///
    /// - Throws: ``GatewayError/rateLimited(retryAfter:)`` with the time until there is one.
    public func take(_ key: UUID, now: ContinuousClock.Instant = .now) throws(GatewayError) {
        let wait: Double? = buckets.withLock { buckets in
            var bucket = buckets[key] ?? Bucket(tokens: burst, filledAt: now)
            let elapsed = bucket.filledAt.duration(to: now) / .seconds(1)
            bucket.tokens = min(burst, bucket.tokens + max(0, elapsed) * rate)
            bucket.filledAt = now
            guard bucket.tokens >= 1 else {
                buckets[key] = bucket
                return (1 - bucket.tokens) / rate
            }
            bucket.tokens -= 1
            buckets[key] = bucket
            return nil
        }
        if let wait { throw .rateLimited(retryAfter: .seconds(wait)) }
    }
}
