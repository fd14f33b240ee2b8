import Foundation

/// How far to go in one step: the length that was asked for, and longer while each step is mostly waiting.
struct StepPlanner: Sendable {
    static let longest: TimeInterval = 86_400

    /// Seconds, as asked for.
    let base: TimeInterval
    /// Until the course starts there is little to react to.
    let startsAt: Date
    private(set) var length: TimeInterval
    private var lazySteps = 0

    init(base: TimeInterval, startsAt: Date) {
        self.base = base
        self.startsAt = startsAt
        length = base
    }

    /// The end of the next step.
    func next(after position: Date, end: Date) -> Date {
        let length = position < startsAt ? Self.longest : self.length
        return min(position.addingTimeInterval(length), end)
    }

    /// Three steps in a row with more than a second of waiting, and more of it than of posting, double the
    /// length; one that is not like that brings back what was asked for.
    mutating func learn(posting: Duration, waiting: Duration) {
        guard waiting > .seconds(1), waiting > posting * 2 else {
            lazySteps = 0
            length = base
            return
        }
        lazySteps += 1
        if lazySteps >= 3 { length = min(Self.longest, length * 2) }
    }
}
