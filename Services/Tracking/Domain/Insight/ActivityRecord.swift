import Contracts
import Foundation

/// What one learner did with one activity of a course run. Adding events is commutative.
public struct ActivityRecord: Sendable, Equatable {
    public let activity: ActivityID
    public var kind: ActivityKind
    /// The first event of any depth.
    public var firstAt: Date
    public var lastAt: Date
    /// First event that was at least this deep.
    public var interactedAt: Date?
    public var submittedAt: Date?
    public var completedAt: Date?
    /// First event that only opened it.
    public var openedAt: Date?
    /// First right answer.
    public var rightAt: Date?
    public var eventCount: Int
    public var attempts: Int
    /// The newest score, 0...1; of two at one instant, the higher.
    public var score: Double?
    public var scoredAt: Date?
    public var bestScore: Double?

    public init(
        activity: ActivityID, kind: ActivityKind, firstAt: Date, lastAt: Date, interactedAt: Date? = nil,
        submittedAt: Date? = nil, completedAt: Date? = nil, openedAt: Date? = nil, rightAt: Date? = nil,
        eventCount: Int = 0, attempts: Int = 0, score: Double? = nil, scoredAt: Date? = nil,
        bestScore: Double? = nil
    ) {
        self.activity = activity
        self.kind = kind
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.interactedAt = interactedAt
        self.submittedAt = submittedAt
        self.completedAt = completedAt
        self.openedAt = openedAt
        self.rightAt = rightAt
        self.eventCount = eventCount
        self.attempts = attempts
        self.score = score
        self.scoredAt = scoredAt
        self.bestScore = bestScore
    }

    /// Before its first event, which ``add(_:)`` must follow with.
    public init(_ activity: ActivityReference, at instant: Date) {
        self.init(activity: activity.id, kind: activity.kind, firstAt: instant, lastAt: instant)
    }

    /// Takes in one event of this activity, in any order. Events without a ``LearningEventRecorded/depth`` change
    /// nothing.
    public mutating func add(_ event: LearningEventRecorded) {
        guard let depth = event.depth, let reference = event.progressActivity else { return }
        let instant = event.occurredAt
        kind = .agreed(kind, reference.kind)
        eventCount += 1
        firstAt = min(firstAt, instant)
        lastAt = max(lastAt, instant)
        if depth >= .interacted { interactedAt = earliest(interactedAt, instant) }
        if depth >= .submitted { submittedAt = earliest(submittedAt, instant) }
        if depth >= .completed { completedAt = earliest(completedAt, instant) }
        if event.isOpening { openedAt = earliest(openedAt, instant) }
        if event.isRightAnswer { rightAt = earliest(rightAt, instant) }
        if event.isAttempt { attempts += 1 }
        if let value = event.result?.score { addScore(value, at: instant) }
    }

    /// How deep the learner ever went.
    public var depth: StudyDepth {
        if completedAt != nil { return .completed }
        if submittedAt != nil { return .submitted }
        return interactedAt == nil ? .viewed : .interacted
    }

    /// When the learner first went at least so deep.
    public func reached(_ depth: StudyDepth) -> Date? {
        switch depth {
        case .viewed: firstAt
        case .interacted: interactedAt
        case .submitted: submittedAt
        case .completed: completedAt
        }
    }

    private mutating func addScore(_ value: Double, at instant: Date) {
        bestScore = max(bestScore ?? value, value)
        if let scoredAt, let score, (scoredAt, score) >= (instant, value) { return }
        score = value
        scoredAt = instant
    }

    private func earliest(_ known: Date?, _ instant: Date) -> Date { min(known ?? instant, instant) }
}
