import Contracts

extension NotificationError: RPCErrorConvertible {
    public var rpcError: RPCError {
        switch self {
        case .invalidContact(let sentence), .invalidRequest(let sentence):
            RPCError(.invalidArgument, sentence)
        case .invalidPageToken:
            RPCError(.invalidArgument, "pageToken must be the nextPageToken of the page before, unchanged")
        case .unknownToken: RPCError(.notFound, "this link is not one of ours")
        case .unknownMessage: RPCError(.notFound, "there is no such message")
        case .unreadable(let sentence):
            RPCError(.internal, "something stored cannot be read", detail: sentence)
        case .unsendable(let reason, let sentence):
            RPCError(.failedPrecondition, "the message cannot be made: \(reason.rawValue)", detail: sentence)
        }
    }
}
