import Contracts
import Crypto
import Foundation

/// Whether two statements are the same (Data 2.3.1), as one text that is equal for equal statements.
///
/// Left out is what the endpoint assigns (id, stored, authority, version; the timestamp is compared apart, because it
/// is assigned when it is missing) and what describes a thing rather than saying what happened: names of actors,
/// displays of verbs, definitions of activities, texts and addresses of attachments. Members of a Group, context
/// activities and attachments have no order; numbers and times count by value, UUIDs in either case.
struct XAPIComparison {
    private let view: XAPIView

    init(_ view: XAPIView) { self.view = view }

    /// SHA-256 over the text.
    func digest(_ statement: Int) -> Data { Data(SHA256.hash(data: Data(text(statement).utf8))) }

    /// - Parameter usageType: Attachments for this use do not count: a signature is not part of what it signs.
    func text(_ statement: Int, leavingOut usageType: String? = nil) -> String {
        self.statement(statement, isOuter: true, leavingOut: usageType)
    }

    private func statement(_ node: Int, isOuter: Bool, leavingOut usageType: String? = nil) -> String {
        var parts: [String] = []
        for (name, value) in view.tape.members(node) {
            switch name {
            case "actor": parts.append("actor " + actor(value))
            case "verb": parts.append("verb " + (view.text(value, "id") ?? ""))
            case "object": parts.append("object " + object(value))
            case "result": parts.append("result " + plain(value))
            case "context": parts.append("context " + context(value))
            case "attachments":
                let kept = view.elements(value).filter { usageType == nil || view.text($0, "usageType") != usageType }
                if !kept.isEmpty { parts.append("attachments " + sorted(kept.map(attachment))) }
            case "timestamp" where !isOuter: parts.append("timestamp " + instant(value))
            default: break
            }
        }
        return sorted(parts)
    }

    private func actor(_ node: Int) -> String {
        let type = view.isGroup(node) ? "Group " : "Agent "
        if let identifier = view.identifier(of: node) { return type + identifier }
        return type + sorted(view.identifiers(of: node))
    }

    private func object(_ node: Int) -> String {
        let type = view.objectType(node)
        switch type {
        case "Agent", "Group": return actor(node)
        case "SubStatement": return type + statement(node, isOuter: false)
        case "StatementRef": return type + " " + (view.text(node, "id") ?? "").lowercased()
        default: return type + " " + (view.text(node, "id") ?? "")
        }
    }

    private func context(_ node: Int) -> String {
        var parts: [String] = []
        for (name, value) in view.tape.members(node) {
            switch name {
            case "instructor", "team": parts.append("\(name) \(actor(value))")
            case "registration": parts.append("\(name) \(view.tape.text(value).lowercased())")
            case "statement": parts.append("\(name) \((view.text(value, "id") ?? "").lowercased())")
            case "contextActivities":
                for (key, list) in view.tape.members(value) {
                    let ids = view.elements(list).compactMap { view.text($0, "id") }
                    if !ids.isEmpty { parts.append("\(key) \(sorted(ids))") }
                }
            case "contextAgents", "contextGroups":
                parts.append("\(name) \(sorted(view.elements(value).map(contextActor)))")
            default: parts.append("\(name) \(plain(value))")
            }
        }
        return sorted(parts)
    }

    private func contextActor(_ node: Int) -> String {
        let who = view.member(node, "agent") ?? view.member(node, "group")
        let types = view.elements(view.member(node, "relevantTypes")).map(plain)
        return (who.map(actor) ?? "") + sorted(types)
    }

    private func attachment(_ node: Int) -> String {
        let parts = ["usageType", "contentType"].map { view.text(node, $0) ?? "" }
        let length = view.number(node, "length") ?? 0
        return sorted(parts + ["\(length)", (view.text(node, "sha2") ?? "").lowercased()])
    }

    private func instant(_ node: Int) -> String {
        let text = view.tape.text(node)
        return XAPITime.instant(text, zoneIsOptional: true).map(RFC3339.string) ?? text
    }

    // MARK: Plain values

    /// JSON with sorted keys, numbers by value.
    private func plain(_ node: Int) -> String {
        switch view.tape.kind(node) {
        case .object: return "{" + sorted(view.tape.members(node).map { "\($0.name) \(plain($0.value))" }) + "}"
        case .array: return list(view.tape.elements(node).map(plain))
        case .string: return "\"" + view.tape.text(node)
        case .number:
            let value = view.tape.number(node)
            // Beyond that a Double holds fewer digits than the text may have.
            return abs(value) < 0x1p53 ? "\(value)" : view.tape.canonical(node)
        case .true: return "true"
        case .false: return "false"
        case .null: return "null"
        }
    }

    private func sorted(_ parts: [String]) -> String { list(parts.sorted()) }

    /// Each part behind its length, so that no two lists run together into the same text.
    private func list(_ parts: [String]) -> String {
        "[" + parts.map { "\($0.utf8.count):\($0)" }.joined() + "]"
    }
}
