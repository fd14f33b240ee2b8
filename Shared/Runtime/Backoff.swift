/// Waiting between attempts: exponential, capped, with full jitter, so that many callers never come back in
/// step.
public struct Backoff: Sendable {
    /// Upper bound of the first wait.
    public let base: Duration
    /// Upper bound of every wait.
    public let cap: Duration

    /// - Parameters:
    ///   - base: Upper bound of the wait after the first failure; doubles with each further one.
    ///   - cap: No wait is longer than this.
    public init(base: Duration = .milliseconds(100), cap: Duration = .seconds(5)) {
        self.base = base
        self.cap = cap
    }

    /// The longest wait after `failures` failures in a row (1 or more).
    public func ceiling(afterFailures failures: Int) -> Duration {
        // 2^20 times any base is beyond every cap in use, and the shift can never overflow.
        let factor = 1 << min(max(failures - 1, 0), 20)
        return min(cap, base * factor)
    }

    /// A wait drawn evenly from zero to ``ceiling(afterFailures:)``.
    public func wait(afterFailures failures: Int) -> Duration {
        ceiling(afterFailures: failures) * Double.random(in: 0...1)
    }
}

/// Running something again until it works, a bounded number of times.
public enum Retry {
    /// Runs `body` up to `attempts` times, waiting by `backoff` between failures that `isWorthwhile` accepts.
    ///
    /// - Throws: The last error, or the first that is not worth another attempt, or `CancellationError`.
    public static func run<Answer: Sendable>(
        attempts: Int, backoff: Backoff = Backoff(), when isWorthwhile: @Sendable (any Error) -> Bool,
        _ body: @Sendable (_ attempt: Int) async throws -> Answer
    ) async throws -> Answer {
        var attempt = 1
        while true {
            do {
                return try await body(attempt)
            } catch {
                guard attempt < attempts, !(error is CancellationError), isWorthwhile(error) else {
                    throw error
                }
                try await Task.sleep(for: backoff.wait(afterFailures: attempt))
                attempt += 1
            }
        }
    }
}
