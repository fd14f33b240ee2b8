import Contracts
import Foundation

/// What can go wrong in Tracking, beyond what a receipt says about a single event.
public enum TrackingError: Error, Sendable, Equatable {
    /// A request that cannot be read as a whole: what was expected and what came.
    case unreadable(String)
    /// A learner id that nobody ever resolved or sent an event under.
    case unknownLearner(LearnerID)
    /// More events wait for a commit than may wait.
    case overloaded(waitingEvents: Int)
    /// A format that no mapping reads.
    case unknownFormat(String, known: [String])
    /// An event of which no raw form is kept.
    case unknownRawEvent(EventID, source: SourceID)
    /// A page token that no answer of this procedure ever held.
    case unknownPageToken
    /// No read models are kept under this name.
    case unknownProjection(String)
}

/// Why one event cannot be taken in: the field, what was expected there, and what came.
public struct EventProblem: Error, Sendable, Equatable, CustomStringConvertible {
    public let field: String
    public let expected: String
    public let got: String

    public init(_ field: String, expected: String, got: String) {
        self.field = field
        self.expected = expected
        self.got = got
    }

    /// One sentence for the sender, e.g. `result.score: expected a number from 0 to 1, got 1.7`.
    public var description: String { "\(field): expected \(expected), got \(got)" }
}
