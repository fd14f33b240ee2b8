import Contracts

extension TrackingError: RPCErrorConvertible {
    public var rpcError: RPCError {
        switch self {
        case .unreadable(let sentence): RPCError(.invalidArgument, sentence)
        case .unknownLearner(let learner): RPCError(.notFound, "learner \(learner) is not known here")
        case .cannotMerge(let sentence): RPCError(.failedPrecondition, sentence)
        case .tooManyEvents(let most):
            RPCError(
                .failedPrecondition,
                "the learners have more than \(Words.count(most)) events, too many for one change: ask the operator")
        case .unknownQuarantinedEvent(let id): RPCError(.notFound, "no event \(id) is in quarantine")
        case .unknownCourseRun(let run): RPCError(.notFound, "course run \(run) is not declared here")
        case .unknownCourse(let course): RPCError(.notFound, "course \(course) is not known here")
        case .staleRevision(let expected, let found):
            RPCError(
                .failedPrecondition,
                "revision: expected the one that is there, \(found), got \(expected); read it again and change that")
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
        case .tooMuchHistory(let eventsMax):
            RPCError(
                .failedPrecondition,
                "asOf: expected a learner with at most \(Words.count(eventsMax)) events by then, got more")
        case .unknownProjection(let name):
            RPCError(.notFound, "no read models are kept under the name \"\(name)\"")
        case .conflictingStatement(let id):
            RPCError(
                .alreadyExists,
                "id: expected the statement that is stored as \(id.uuidString.lowercased()), got another one")
        case .unknownStatement(let id):
            RPCError(.notFound, "there is no such statement: \(id.uuidString.lowercased())")
        case .unknownDocument: RPCError(.notFound, "there is no such document")
        case .conditionMissing:
            RPCError(
                .alreadyExists,
                "if-match: expected the ETag of the document that is there, or If-None-Match, got neither; "
                    + "read the document before it is replaced")
        case .conditionFailed(let sentence): RPCError(.failedPrecondition, sentence)
        }
    }
}
