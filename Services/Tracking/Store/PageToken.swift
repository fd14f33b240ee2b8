import Contracts

extension PageToken {
    /// The keys, or `nil` for the first page.
    ///
    /// - Throws: ``TrackingError/unknownPageToken`` for anything that ``text(_:question:)`` did not make for
    ///   `question`.
    static func keys(_ token: String?, count: Int, question: [String?]) throws(TrackingError) -> [String]? {
        try keys(token, count: count, question: question, otherwise: TrackingError.unknownPageToken)
    }
}
