import Contracts
import Foundation

/// What Nudging refuses.
public enum NudgingError: Error, Sendable, Equatable {
    /// A policy field is out of bounds; the sentence says what was expected and what came.
    case invalidPolicy(String)
    case tooManyPolicies(max: Int)
    /// A page token that this service did not make.
    case invalidPageToken
}
