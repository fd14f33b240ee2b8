import Foundation

/// A stretch of activity of one learner in one run, without a pause longer than the idle limit.
public struct SessionSpan: Sendable, Equatable {
    public var startedAt: Date
    /// The last event's time. Nothing is credited after it, so idle time never counts as time on task.
    public var endedAt: Date
    public var eventCount: Int
    /// Time on task: see ``TimeOnTask``.
    public var creditedMicroseconds: Int64
    /// What the learner did last: what a following event needs to know.
    public var tail: StudyMoment

    public init(
        startedAt: Date, endedAt: Date, eventCount: Int, creditedMicroseconds: Int64 = 0, tail: StudyMoment
    ) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.eventCount = eventCount
        self.creditedMicroseconds = creditedMicroseconds
        self.tail = tail
    }

    /// Of a single moment.
    init(_ moment: StudyMoment) {
        let at = Date(microseconds: moment.at)
        self.init(startedAt: at, endedAt: at, eventCount: 1, tail: moment)
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
    ///   - moments: The new events, one each, in any order.
    ///   - known: All sessions that begin or end within the idle limit of any of them, or lie between them.
    ///   - credits: What the new events change in time on task.
    static func adding(
        _ moments: [StudyMoment], to known: [SessionSpan], credits: [TimeOnTask.Credit]
    ) -> Change {
        let spans = known + moments.map(SessionSpan.init)
        var merged: [SessionSpan] = []
        for span in spans.sorted(by: { $0.startedAt < $1.startedAt }) {
            if let last = merged.last,
                span.startedAt.microseconds - last.endedAt.microseconds <= TimeOnTask.idleMicroseconds
            {
                merged[merged.count - 1] = last.joined(span)
            } else {
                merged.append(span)
            }
        }
        for credit in credits {
            // Credits lie between neighbours of one session.
            if let index = merged.lastIndex(where: { $0.startedAt.microseconds <= credit.at }) {
                merged[index].creditedMicroseconds += credit.microseconds
            }
        }
        let starts = Set(merged.map(\.startedAt))
        return Change(
            saved: merged.filter { !known.contains($0) },
            removed: known.map(\.startedAt).filter { !starts.contains($0) }.sorted())
    }
}

extension SessionSpan {
    /// One session of two that touch; this one begins first.
    fileprivate func joined(_ other: SessionSpan) -> SessionSpan {
        let tail = tail.at == other.tail.at ? tail.joined(other.tail) : tail.at > other.tail.at ? tail : other.tail
        return SessionSpan(
            startedAt: startedAt, endedAt: max(endedAt, other.endedAt), eventCount: eventCount + other.eventCount,
            creditedMicroseconds: creditedMicroseconds + other.creditedMicroseconds, tail: tail)
    }
}
