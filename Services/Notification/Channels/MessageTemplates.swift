import Contracts
import Foundation
import Mustache

/// The templates of the kinds of nudge, three files each: subject, text and html.
///
/// Rendered by Mustache: HTML escapes every slot by itself; subject and text take slots as they are, which is safe
/// because ``MessageSlots`` holds single lines without control characters, and a header refuses them once more.
struct MessageTemplates: Sendable {
    private struct Set: Sendable {
        let subject: MustacheTemplate
        let text: MustacheTemplate
        let html: MustacheTemplate
    }

    private let sets: [NudgeKind: Set]

    /// Reads `<kind>.subject.mustache`, `<kind>.text.mustache` and `<kind>.html.mustache` of each kind in `folder`.
    ///
    /// - Throws: When a template is not well formed, or a kind has some of the three and not all.
    init(folder: URL) throws {
        var sets: [NudgeKind: Set] = [:]
        for kind in NudgeKind.allCases {
            func file(_ part: String) -> URL { folder.appending(path: "\(kind.rawValue).\(part).mustache") }
            let parts = ["subject", "text", "html"]
            let present = parts.filter { FileManager.default.fileExists(atPath: file($0).path) }
            guard !present.isEmpty else { continue }
            guard present == parts else {
                throw NotificationError.unsendable(
                    .noTemplate, "\(kind.rawValue) has the templates \(present), expected \(parts)")
            }
            sets[kind] = Set(
                subject: try Self.template(file("subject"), isHTML: false),
                text: try Self.template(file("text"), isHTML: false),
                html: try Self.template(file("html"), isHTML: true))
        }
        self.sets = sets
    }

    /// The kinds that a message can be made for.
    var kinds: Swift.Set<NudgeKind> { Swift.Set(sets.keys) }

    /// - Throws: ``NotificationError/unsendable(_:_:)`` when there is no template for `kind`.
    func render(_ kind: NudgeKind, slots: MessageSlots) throws(NotificationError) -> MailContent {
        guard let set = sets[kind] else {
            throw .unsendable(.noTemplate, "no template for \(kind.rawValue)")
        }
        return MailContent(
            subject: set.subject.render(slots.values).trimmingCharacters(in: .whitespacesAndNewlines),
            text: set.text.render(slots.values), html: set.html.render(slots.values))
    }

    private static func template(_ url: URL, isHTML: Bool) throws -> MustacheTemplate {
        let text = try String(contentsOf: url, encoding: .utf8)
        // Escaping is chosen here and not in the file, so that no template can forget it.
        return try MustacheTemplate(string: "{{% CONTENT_TYPE:\(isHTML ? "HTML" : "TEXT")}}\n\(text)")
    }
}
