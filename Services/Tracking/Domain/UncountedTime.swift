import Foundation

/// Times that do not count as anybody's silence: nobody could know what happened in them.
///
/// Spans are kept sorted and apart. One without an end goes on until now, whenever that is.
public struct UncountedTime: Sendable, Equatable {
    public struct Span: Sendable, Equatable {
        public let from: Date
        /// `.distantFuture` while it lasts.
        public let until: Date

        public init(from: Date, until: Date?) {
            self.from = from
            self.until = until ?? .distantFuture
        }
    }

    public static let none = UncountedTime([])

    public let spans: [Span]

    /// - Parameter spans: In any order; those that touch become one.
    public init(_ spans: [Span]) {
        var merged: [Span] = []
        for span in spans.filter({ $0.until > $0.from }).sorted(by: { $0.from < $1.from }) {
            guard let last = merged.last, span.from <= last.until else {
                merged.append(span)
                continue
            }
            merged[merged.count - 1] = Span(from: last.from, until: max(last.until, span.until))
        }
        self.spans = merged
    }

    /// Whether `instant` lies in a span.
    public func covers(_ instant: Date) -> Bool {
        spans.contains { $0.from <= instant && instant < $0.until }
    }

    /// Whether so much of a local day does not count that the day says nothing of somebody who was not heard in it.
    public func takes(_ day: Int, in zone: TimeZone) -> Bool {
        let (start, end) = (LocalDay.start(of: day, in: zone), LocalDay.start(of: day + 1, in: zone))
        return end.timeIntervalSince(start) - countedSeconds(from: start, to: end) >= TrackingLimits.gapOfDaySeconds
    }

    /// Seconds from `start` to `end` that count. Never negative.
    public func countedSeconds(from start: Date, to end: Date) -> Double {
        let uncounted = spans.reduce(0) { sum, span in
            sum + max(0, min(span.until, end).timeIntervalSince(max(span.from, start)))
        }
        return max(0, end.timeIntervalSince(start) - uncounted)
    }

    /// The instant at which `seconds` that count have passed since `start`; `nil` while that cannot be said,
    /// because a span that has not ended comes before it.
    public func instant(_ seconds: Double, after start: Date) -> Date? {
        var end = start.addingTimeInterval(seconds)
        for span in spans where span.until > start {
            // Reaching the beginning of a span is still inside what counts.
            guard span.from < end else { break }
            guard span.until != .distantFuture else { return nil }
            end = end.addingTimeInterval(span.until.timeIntervalSince(max(span.from, start)))
        }
        return end
    }
}
