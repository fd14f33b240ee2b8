import Contracts

extension TrackingError: RPCErrorConvertible {
    public var rpcError: RPCError {
        switch self {
        case .unreadable(let sentence): RPCError(.invalidArgument, sentence)
        case .unknownLearner(let learner): RPCError(.notFound, "learner \(learner) is not known here")
        case .overloaded(let events):
            RPCError(
                .resourceExhausted, "too many events wait to be written, try again in a second",
                detail: "\(events) events wait", retryAfter: .seconds(1))
        case .unknownFormat(let format, let known):
            RPCError(
                .notFound,
                "format: expected one of \(known.joined(separator: ", ")), got \"\(format.prefix(64))\"")
        case .unknownRawEvent(let id, let source):
            RPCError(
                .notFound,
                "no raw form is kept of event \"\(id)\" of source \"\(source)\": it is not known here, or it came in "
                    + "Holdfast's own form, of which nothing is left out")
        case .unknownPageToken:
            RPCError(
                .invalidArgument,
                "page.token: expected the nextPageToken of the page before with all else unchanged, "
                    + "got another text"
            )
        case .unknownProjection(let name):
            RPCError(.notFound, "no read models are kept under the name \"\(name)\"")
        }
    }
}
