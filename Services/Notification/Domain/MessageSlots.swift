import Contracts
import Foundation

/// What a template may speak of, each as safe text: one line, without control characters, links http(s) alone.
///
/// HTML is escaped later, where the template is rendered: only there is it known what is HTML.
struct MessageSlots: Sendable, Equatable {
    /// By name, for the template. Slots without a value are left out, and with them the template's section.
    let values: [String: String]
    /// Names of those that came with a value that must not be shown.
    let refused: [String]

    static let textNames = ["nextStep", "dueIn", "quietDays"]
    static let linkNames = ["nextStepURL"]

    /// - Parameters:
    ///   - name: The learner's, or nil.
    ///   - parameters: As the nudge says them.
    init(name: String?, courseTitle: String, parameters: [String: String], unsubscribeURL: String) {
        var values: [String: String] = [:]
        var refused: [String] = []
        var texts = parameters.filter { Self.textNames.contains($0.key) }
        texts["courseTitle"] = courseTitle
        texts["name"] = name
        for (slot, value) in texts {
            guard let text = Self.text(value) else {
                refused.append(slot)
                continue
            }
            if !text.isEmpty { values[slot] = text }
        }
        for (slot, value) in parameters where Self.linkNames.contains(slot) {
            guard let link = Self.link(value) else {
                refused.append(slot)
                continue
            }
            values[slot] = link
        }
        // A nudge counts the days since the last activity of those who have any.
        if values["quietDays"] != nil { values["hasBegun"] = "yes" }
        values["quietDays"] = values["quietDays"].flatMap(Self.days)
        values["unsubscribeURL"] = unsubscribeURL
        self.values = values
        self.refused = refused.sorted()
    }

    /// One line: any white space, line breaks too, becomes a space. Nil when other control characters are inside.
    static func text(_ value: String) -> String? {
        let words = value.split(whereSeparator: \.isWhitespace)
        let line = String(words.joined(separator: " ").prefix(NotificationLimits.slotLengthMax))
        return line.hasControlCharacter ? nil : line
    }

    /// An absolute http or https address with a host; nil for anything else.
    static func link(_ value: String) -> String? {
        guard value.utf8.count <= NotificationLimits.linkLengthMax,
            value.unicodeScalars.allSatisfy({ (33...126).contains($0.value) }),
            !value.contains(where: { "<>\"'`\\{}|^".contains($0) }),
            let url = URL(string: value), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme),
            let host = url.host, !host.isEmpty, url.user == nil, url.password == nil
        else { return nil }
        return value
    }

    /// How long the learner has been away, in words; nil where that says nothing.
    private static func days(_ text: String) -> String? {
        guard let days = Int(text), days > 0 else { return nil }
        return days == 1 ? "a day" : "\(days) days"
    }
}
