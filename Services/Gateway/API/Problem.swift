import Contracts
import Foundation

/// An error as the public API says it: RFC 9457, with the same code word that the services use.
struct Problem: Codable, Sendable, Equatable {
    var type = "about:blank"
    var title: String
    var status: Int
    var detail: String
    var code: String
    var requestId: String

    init(_ error: RPCError, requestID: String) {
        title = error.code.rawValue.replacingOccurrences(of: "_", with: " ")
        status = error.code.httpStatus
        detail = error.message
        code = error.code.rawValue
        requestId = requestID
    }
}

extension GatewayError: RPCErrorConvertible {
    private var sentence: String {
        switch self {
        case .missingKey: "an API key is needed: Authorization: Bearer hf_..."
        case .malformedKey: "this is not an API key: expected hf_ and 51 more characters with a right checksum"
        case .unknownKey: "this API key is not known, or was revoked"
        case .scopeMissing(let scope): "this API key does not hold the scope \(scope.rawValue)"
        case .rateLimited: "too many requests with this API key"
        case .invalid(let sentence), .notFound(let sentence): sentence
        case .clockNotSimulated: "the clock can be set only where HOLDFAST_CLOCK=simulated"
        }
    }

    public var rpcError: RPCError {
        switch self {
        case .missingKey, .malformedKey, .unknownKey: RPCError(.unauthenticated, sentence)
        case .scopeMissing: RPCError(.permissionDenied, sentence)
        case .rateLimited(let wait): RPCError(.resourceExhausted, sentence, retryAfter: wait)
        case .invalid: RPCError(.invalidArgument, sentence)
        case .notFound, .clockNotSimulated: RPCError(.notFound, sentence)
        }
    }
}
