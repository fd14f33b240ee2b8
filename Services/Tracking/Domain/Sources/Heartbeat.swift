import Foundation

/// A source's promise to say every so often that it is there.
public struct Heartbeat: Sendable, Equatable {
    public let lastAt: Date
    /// Seconds between two.
    public let everySeconds: Double

    public init(lastAt: Date, everySeconds: Double) {
        self.lastAt = lastAt
        self.everySeconds = everySeconds
    }

    /// Whether the source still keeps its promise: one that sends events and has given up heartbeats is judged by its
    /// rhythm again.
    public func isTrusted(at instant: Date) -> Bool {
        instant.timeIntervalSince(lastAt) <= TrackingLimits.heartbeatTrustedSeconds
    }

    public func gapOpens(silentSince since: Date) -> Date {
        since.addingTimeInterval(everySeconds * TrackingLimits.heartbeatsMissedMax)
    }
}
