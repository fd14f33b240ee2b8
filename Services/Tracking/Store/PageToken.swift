import Foundation

/// Where a page ended, as an opaque text: the keys of its last row, bound to the question that was asked.
///
/// A token that is used with another question is refused, because it would silently leave rows out.
enum PageToken {
    static func text(_ keys: [String], question: [String?]) -> String {
        let parts = [mark(question)] + keys
        return Data(parts.joined(separator: "\u{1F}").utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// The keys, or `nil` for the first page.
    ///
    /// - Throws: ``TrackingError/unknownPageToken`` for anything that ``text(_:question:)`` did not make for
    ///   `question`.
    static func keys(_ token: String?, count: Int, question: [String?]) throws(TrackingError) -> [String]? {
        guard let token, !token.isEmpty else { return nil }
        let padding = String(repeating: "=", count: (4 - token.utf8.count % 4) % 4)
        let base64 = token.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard token.utf8.count <= 2_048, let data = Data(base64Encoded: base64),
            let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0)
        else { throw .unknownPageToken }
        let parts = text.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == count + 1, parts[0] == mark(question) else { throw .unknownPageToken }
        return Array(parts.dropFirst())
    }

    private static func mark(_ question: [String?]) -> String {
        EventHashes.digest(question.map { $0 ?? "\u{0}" }).prefix(6).map { String($0, radix: 36) }.joined(
            separator: ".")
    }
}
