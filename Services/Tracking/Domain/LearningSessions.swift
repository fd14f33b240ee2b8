import Foundation

/// A stretch of activity of one learner in one run, without a pause longer than the idle limit.
public struct SessionSpan: Sendable, Equatable {
    public var startedAt: Date
    /// The last event's time. Nothing is credited after it, so idle time never counts as time on task.
    public var endedAt: Date
    public var eventCount: Int

    public init(startedAt: Date, endedAt: Date, eventCount: Int) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.eventCount = eventCount
    }
}

/// How sessions grow out of single events, whatever the order in which these arrive.
public enum LearningSessions {
    /// What must be written after more events became known.
    public struct Change: Sendable, Equatable {
        /// Sessions that are new or different, by their start.
        public var saved: [SessionSpan] = []
        /// Starts of sessions that are no more: another one swallowed them or begins earlier now.
        public var removed: [Date] = []
    }

    /// Adds events to the sessions around them.
    ///
    ///     before   [a──b]            [c──d]        two sessions, 50 minutes apart
    ///     event             x                      25 minutes from both
    ///     after    [a───────x─────────── d]        one
    ///
    /// - Parameters:
    ///   - instants: When the new events happened, in any order.
    ///   - known: All sessions that begin or end within the idle limit of any of them, or lie between them.
    public static func adding(_ instants: [Date], to known: [SessionSpan]) -> Change {
        let spans = known + instants.map { SessionSpan(startedAt: $0, endedAt: $0, eventCount: 1) }
        var merged: [SessionSpan] = []
        for span in spans.sorted(by: { $0.startedAt < $1.startedAt }) {
            let last = merged.count - 1
            if last >= 0,
                span.startedAt.timeIntervalSince(merged[last].endedAt) <= TrackingLimits.sessionIdleSeconds
            {
                merged[last].endedAt = max(merged[last].endedAt, span.endedAt)
                merged[last].eventCount += span.eventCount
            } else {
                merged.append(span)
            }
        }
        let starts = Set(merged.map(\.startedAt))
        return Change(
            saved: merged.filter { !known.contains($0) },
            removed: known.map(\.startedAt).filter { !starts.contains($0) }.sorted())
    }
}
