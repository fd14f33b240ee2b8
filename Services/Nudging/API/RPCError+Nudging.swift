import Contracts

extension NudgingError: RPCErrorConvertible {
    public var rpcError: RPCError {
        switch self {
        case .invalidPolicy(let sentence): RPCError(.invalidArgument, sentence)
        case .tooManyPolicies(let max): RPCError(.failedPrecondition, "a tenant has at most \(max) policies")
        case .invalidPageToken:
            RPCError(.invalidArgument, "pageToken must be the nextPageToken of the page before, unchanged")
        }
    }
}
