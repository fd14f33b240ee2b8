import Foundation

/// Where a page of a list ended, as an opaque text: the keys of its last row, bound to the question that was asked.
///
/// A token that is used with another question is refused, because it would silently leave rows out. Nobody is kept out
/// by it: a token carries no right, so its mark need only tell questions apart.
public enum PageToken {
    /// Longer than any token of ours: a cursor is a few short keys.
    public static let lengthMax = 2_048
    /// Stands between two keys; no key of ours holds it.
    private static let separator = "\u{1F}"

    /// - Parameters:
    ///   - keys: What orders the list, as its last row has it.
    ///   - question: The list's name, the tenant and every filter; `nil` for a filter that is not set.
    public static func text(_ keys: [String], question: [String?]) -> String {
        Data(([mark(question)] + keys).joined(separator: separator).utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// The keys, or `nil` for the first page.
    ///
    /// - Throws: `error` for anything that ``text(_:question:)`` did not make for `question`, with `count` keys.
    public static func keys<Failure: Error>(
        _ token: String?, count: Int, question: [String?], otherwise error: Failure
    ) throws(Failure) -> [String]? {
        guard let token, !token.isEmpty else { return nil }
        let padding = String(repeating: "=", count: (4 - token.utf8.count % 4) % 4)
        let base64 = token.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard token.utf8.count <= lengthMax, let data = Data(base64Encoded: base64),
            let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0)
        else { throw error }
        let parts = text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == count + 1, parts[0] == mark(question) else { throw error }
        return Array(parts.dropFirst())
    }

    private static func mark(_ question: [String?]) -> String {
        let parts = question.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }
        return String(FNV1a.hash(parts.joined().utf8), radix: 36)
    }
}
