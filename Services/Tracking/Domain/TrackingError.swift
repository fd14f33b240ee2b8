import Contracts
import Foundation

/// What can go wrong in Tracking, beyond what a receipt says about a single event.
public enum TrackingError: Error, Sendable, Equatable {
    /// A request that cannot be read as a whole: what was expected and what came.
    case unreadable(String)
    /// A learner id that nobody ever resolved or sent an event under.
    case unknownLearner(LearnerID)
    /// Two learners who cannot be made one, or two again: a sentence.
    case cannotMerge(String)
    /// More events than one rework of learners may look at.
    case tooManyEvents(Int)
    /// No event in quarantine has this number.
    case unknownQuarantinedEvent(Int64)
    /// More events wait for a commit than may wait.
    case overloaded(waitingEvents: Int)
    /// A format that no mapping reads.
    case unknownFormat(String, known: [String])
    /// An event of which no raw form is kept.
    case unknownRawEvent(EventID, source: SourceID)
    /// A page token that no answer of this procedure ever held.
    case unknownPageToken
    /// More events of one learner than a look into the past reads.
    case tooMuchHistory(eventsMax: Int)
    /// No read models are kept under this name.
    case unknownProjection(String)
    /// Another statement stands under this id.
    case conflictingStatement(UUID)
    /// No statement, or no voided one where a voided one was asked for.
    case unknownStatement(UUID)
    /// No document of xAPI under this name.
    case unknownDocument
    /// A document of xAPI is there, and the request did not say which one it means to replace.
    case conditionMissing
    /// A condition of a request that changes a document does not hold; the sentence says which.
    case conditionFailed(String)
    /// A run that nobody declared and, where that would do, no event names.
    case unknownCourseRun(CourseRunID)
    /// A course that nobody declared and no run names.
    case unknownCourse(CourseID)
    /// A change that is based on another revision than the one that is there; 0 for a declaration that is not there.
    case staleRevision(expected: Int, found: Int)
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
