import Foundation

/// What the gateway itself refuses.
public enum GatewayError: Error, Sendable, Equatable {
    case missingKey
    case malformedKey
    /// Well-formed, but unknown or revoked.
    case unknownKey
    case scopeMissing(Scope)
    case rateLimited(retryAfter: Duration)
    /// A parameter or field; the sentence names it, what was expected and what came.
    case invalid(String)
    case notFound(String)
    case clockNotSimulated
}
