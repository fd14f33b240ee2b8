import Contracts
import Foundation

extension GatewayError: RPCErrorConvertible {
    private var sentence: String {
        switch self {
        case .missingKey: "an API key is needed: Authorization: Bearer hf_..., or Basic with the key as password"
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
