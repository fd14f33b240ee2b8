import Contracts

extension PredictionError: RPCErrorConvertible {
    public var rpcError: RPCError {
        switch self {
        case .invalidPageToken:
            RPCError(.invalidArgument, "pageToken must be the nextPageToken of the page before, unchanged")
        }
    }
}
