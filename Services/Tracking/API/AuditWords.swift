import Contracts

/// Who asks for a change that is written down for good, and in what words.
enum AuditWords {
    /// - Throws: ``TrackingError/unreadable(_:)`` for what cannot be the id of a key.
    static func actor(_ text: String) throws(TrackingError) -> String {
        guard (1...TrackingLimits.actorLengthMax).contains(text.utf8.count), !text.utf8.contains(0) else {
            throw .unreadable("actor: expected the id of a key, got \(text.utf8.count) bytes")
        }
        return text
    }

    /// A text by somebody, in characters; four bytes each are enough.
    ///
    /// - Parameter field: Where it stands in the request, for the error.
    static func check(_ text: String, _ field: String, length: ClosedRange<Int>) throws(TrackingError) {
        guard length.contains(text.count), text.utf8.count <= 4 * length.upperBound, !text.utf8.contains(0) else {
            let expected =
                length.lowerBound == 0
                ? "at most \(length.upperBound)" : "\(length.lowerBound) to \(length.upperBound)"
            throw .unreadable("\(field): expected a text of \(expected) characters, got \(text.count)")
        }
    }
}
