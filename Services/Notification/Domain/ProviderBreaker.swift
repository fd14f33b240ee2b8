import Foundation

/// Keeps senders from a provider that is down: after some failures in a row there is one probe at a time, far apart.
///
///     closed ── 5 failures within 10 s ──▶ open ── every 5 s one probe ──▶ closed when it succeeds
struct ProviderBreaker: Sendable {
    /// Failures within ``window`` that open it.
    static let failuresMax = 5
    static let window: Duration = .seconds(10)
    static let probeInterval: Duration = .seconds(5)

    private var failures: [ContinuousClock.Instant] = []
    private var probeAt: ContinuousClock.Instant?

    var isOpen: Bool { probeAt != nil }

    /// Whether a message may be taken up now. While open, the one that is let through is the probe.
    mutating func admits(at now: ContinuousClock.Instant) -> Bool {
        guard let probeAt else { return true }
        guard now >= probeAt else { return false }
        self.probeAt = now + Self.probeInterval
        return true
    }

    /// The provider answered, whatever it said about the message.
    mutating func noteAnswer() {
        failures = []
        probeAt = nil
    }

    /// The provider did not answer, or said that it cannot serve anybody now.
    mutating func noteFailure(at now: ContinuousClock.Instant) {
        failures.append(now)
        failures.removeAll { now - $0 > Self.window }
        if probeAt != nil || failures.count >= Self.failuresMax { probeAt = now + Self.probeInterval }
    }
}
