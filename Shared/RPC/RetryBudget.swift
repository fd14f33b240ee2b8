import Synchronization

/// A bucket that each call fills a little and each retry empties by one: retries stay a bounded share of
/// calls.
final class RetryBudget: Sendable {
    private let share: Double
    private let burst: Double
    private let tokens: Mutex<Double>

    /// - Parameters:
    ///   - share: Retries a call, in the long run.
    ///   - burst: Retries at once after a quiet time.
    init(share: Double, burst: Double) {
        self.share = share
        self.burst = burst
        tokens = Mutex(burst)
    }

    func deposit() { tokens.withLock { $0 = min(burst, $0 + share) } }

    /// False when there is nothing left to spend.
    func withdraw() -> Bool {
        tokens.withLock { tokens in
            guard tokens >= 1 else { return false }
            tokens -= 1
            return true
        }
    }
}
