import Contracts
import Foundation

/// The forms in which a stored statement is answered (Communication 2.1.3, parameter `format`).
enum XAPIFormat: String, Sendable {
    /// As it came.
    case exact
    /// No more of actors, verbs and activities than tells which they are.
    case ids
    /// Activities as the endpoint knows them, in one language.
    case canonical
}

/// What the endpoint adds to a statement.
struct XAPIStamp: Sendable {
    let id: UUID
    let storedAt: Date
    /// The Agent, as JSON.
    let authority: String
    let version: String
}

/// Writes stored statements in the form asked for.
struct XAPIForms {
    let format: XAPIFormat
    /// `Accept-Language`.
    let languages: String?
    /// Definitions by activity id, as JSON; for the canonical form.
    let definitions: [String: String]

    func text(_ raw: String, _ stamp: XAPIStamp) throws(JSONSyntaxError) -> String {
        let tape = try JSONTape(Data(raw.utf8), depthMax: TrackingLimits.xapiDepthMax)
        var text = ""
        text.reserveCapacity(raw.utf8.count + 400)
        XAPIFormWriter(forms: self, view: XAPIView(tape: tape)).statement(JSONTape.root, stamp, to: &text)
        return text
    }
}

private struct XAPIFormWriter {
    let forms: XAPIForms
    let view: XAPIView

    private var tape: JSONTape { view.tape }

    /// The statement with what the endpoint assigned: `stored` and `authority` always, the rest where it was missing.
    func statement(_ node: Int, _ stamp: XAPIStamp, to text: inout String) {
        let stored = "\"\(RFC3339.string(from: stamp.storedAt))\""
        var assigned = [
            ("id", "\"\(stamp.id.uuidString.lowercased())\""), ("timestamp", stored),
            ("stored", stored), ("authority", stamp.authority), ("version", "\"\(stamp.version)\""),
        ]
        write(node, to: &text, more: { writeNext in
            for (name, value) in assigned { writeNext(name) { $0 += value } }
        }) { name, value, text in
            switch name {
            case "stored", "authority": return false
            case "id", "timestamp", "version":
                assigned.removeAll { $0.0 == name }
                copy(value, to: &text)
            default: part(name, value, to: &text)
            }
            return true
        }
    }

    /// A property of a statement or sub-statement.
    private func part(_ name: String, _ value: Int, to text: inout String) {
        switch name {
        case "actor": actor(value, to: &text)
        case "verb": verb(value, to: &text)
        case "object": object(value, to: &text)
        case "context": context(value, to: &text)
        default: copy(value, to: &text)
        }
    }

    private func object(_ node: Int, to text: inout String) {
        switch view.objectType(node) {
        case "Activity": activity(node, to: &text)
        case "Agent", "Group": actor(node, to: &text)
        case "SubStatement":
            write(node, to: &text) { name, value, text in
                part(name, value, to: &text)
                return true
            }
        default: copy(node, to: &text)
        }
    }

    private func context(_ node: Int, to text: inout String) {
        write(node, to: &text) { name, value, text in
            switch name {
            case "contextActivities": contextActivities(value, to: &text)
            case "instructor", "team": actor(value, to: &text)
            case "contextAgents", "contextGroups":
                list(view.elements(value), to: &text) { element, text in
                    write(element, to: &text) { name, value, text in
                        if ["agent", "group"].contains(name) {
                            actor(value, to: &text)
                        } else {
                            copy(value, to: &text)
                        }
                        return true
                    }
                }
            default: copy(value, to: &text)
            }
            return true
        }
    }

    /// Always arrays, also where one Activity came alone (Data 2.4.6.2).
    private func contextActivities(_ node: Int, to text: inout String) {
        write(node, to: &text) { _, value, text in
            list(view.elements(value), to: &text, activity)
            return true
        }
    }

    // MARK: Things

    private func actor(_ node: Int, to text: inout String) {
        guard forms.format == .ids else { return copy(node, to: &text) }
        let isIdentified = view.identifier(of: node) != nil
        write(node, to: &text) { name, value, text in
            switch name {
            case "name": return false
            case "member":
                guard !isIdentified else { return false }
                list(view.elements(value), to: &text, actor)
            default: copy(value, to: &text)
            }
            return true
        }
    }

    private func verb(_ node: Int, to text: inout String) {
        guard forms.format != .exact else { return copy(node, to: &text) }
        write(node, to: &text) { name, value, text in
            guard name == "display" else {
                copy(value, to: &text)
                return true
            }
            guard forms.format == .canonical else { return false }
            languageMap(value, to: &text)
            return true
        }
    }

    private func activity(_ node: Int, to text: inout String) {
        guard forms.format != .exact else { return copy(node, to: &text) }
        let known = forms.format == .canonical ? view.text(node, "id").flatMap { forms.definitions[$0] } : nil
        write(node, to: &text, more: { writeNext in
            if let known { writeNext("definition") { $0 += forms.inOneLanguage(known) } }
        }) { name, value, text in
            guard name != "definition" else { return false }
            copy(value, to: &text)
            return true
        }
    }

    /// The one text that suits the reader.
    func languageMap(_ node: Int, to text: inout String) {
        let tags = tape.members(node).map(\.name)
        let best = LanguageTag.best(of: tags, accepting: forms.languages)
        write(node, to: &text) { name, value, text in
            guard name == best else { return false }
            copy(value, to: &text)
            return true
        }
    }

    // MARK: JSON

    fileprivate func copy(_ node: Int, to text: inout String) {
        text += String(decoding: tape.bytes[tape.range(node)], as: UTF8.self)
    }

    fileprivate func list(
        _ nodes: [Int], to text: inout String, _ write: (_ node: Int, _ text: inout String) -> Void
    ) {
        text += "["
        for (index, node) in nodes.enumerated() {
            if index > 0 { text += "," }
            write(node, &text)
        }
        text += "]"
    }

    /// An object, member by member.
    ///
    /// - Parameters:
    ///   - more: Writes what comes behind the members that are there.
    ///   - member: Writes a member's value, or answers false and has written nothing: then the member is left out.
    func write(
        _ node: Int, to text: inout String,
        more: ((_ writeNext: (_ name: String, _ value: (inout String) -> Void) -> Void) -> Void)? = nil,
        _ member: (_ name: String, _ value: Int, _ text: inout String) -> Bool
    ) {
        text += "{"
        var isFirst = true
        for (name, value) in tape.members(node) {
            var written = isFirst ? "" : ","
            JSONTape.writeQuoted(name, to: &written)
            written += ":"
            guard member(name, value, &written) else { continue }
            text += written
            isFirst = false
        }
        more? { name, value in
            if !isFirst { text += "," }
            isFirst = false
            JSONTape.writeQuoted(name, to: &text)
            text += ":"
            value(&text)
        }
        text += "}"
    }
}

extension XAPIForms {
    private static let componentLists: Set<String> = ["choices", "scale", "source", "target", "steps"]

    /// A definition with one language in each of its language maps.
    func inOneLanguage(_ definition: String) -> String {
        let tape: JSONTape
        do {
            tape = try JSONTape(Data(definition.utf8), depthMax: TrackingLimits.xapiDepthMax)
        } catch {
            // It was written by us, or passed this very check; as it is, it is still the definition.
            return definition
        }
        let writer = XAPIFormWriter(forms: self, view: XAPIView(tape: tape))
        var text = ""
        writer.definition(JSONTape.root, componentLists: Self.componentLists, to: &text)
        return text
    }
}

extension XAPIFormWriter {
    fileprivate func definition(_ node: Int, componentLists: Set<String>, to text: inout String) {
        write(node, to: &text) { name, value, text in
            if ["name", "description"].contains(name) {
                languageMap(value, to: &text)
            } else if componentLists.contains(name) {
                list(view.elements(value), to: &text) { component, text in
                    write(component, to: &text) { name, value, text in
                        if name == "description" {
                            languageMap(value, to: &text)
                        } else {
                            copy(value, to: &text)
                        }
                        return true
                    }
                }
            } else {
                copy(value, to: &text)
            }
            return true
        }
    }
}
