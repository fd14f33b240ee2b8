import Contracts
import Foundation

/// Looks at a statement that passed the rules: whatever must be there is there.
struct XAPIView: Sendable {
    let tape: JSONTape

    /// The value of a property; nil when the object, or the property, is not there.
    func member(_ node: Int?, _ name: String) -> Int? {
        guard let node, tape.kind(node) == .object else { return nil }
        return tape.members(node).first { $0.name == name }?.value
    }

    /// The value at the end of a path of properties.
    func member(_ node: Int?, _ path: [String]) -> Int? {
        path.reduce(node) { member($0, $1) }
    }

    func text(_ node: Int?, _ name: String) -> String? {
        guard let value = member(node, name), tape.kind(value) == .string else { return nil }
        return tape.text(value)
    }

    func number(_ node: Int?, _ name: String) -> Double? {
        guard let value = member(node, name), tape.kind(value) == .number else { return nil }
        return tape.number(value)
    }

    func flag(_ node: Int?, _ name: String) -> Bool? {
        guard let value = member(node, name) else { return nil }
        switch tape.kind(value) {
        case .true: return true
        case .false: return false
        default: return nil
        }
    }

    /// The elements of an array, or the one value that stands for an array of one.
    func elements(_ node: Int?) -> [Int] {
        guard let node else { return [] }
        return tape.kind(node) == .array ? Array(tape.elements(node)) : [node]
    }

    // MARK: Actors

    func isGroup(_ actor: Int) -> Bool { text(actor, "objectType") == "Group" }

    /// The identifier of an Agent or identified Group in one text, the same for everyone who means the same actor; nil
    /// for an anonymous Group.
    func identifier(of actor: Int) -> String? {
        if let mbox = text(actor, "mbox") { return "mbox \(mbox)" }
        if let sum = text(actor, "mbox_sha1sum") { return "mbox_sha1sum \(sum.lowercased())" }
        if let openid = text(actor, "openid") { return "openid \(openid)" }
        guard let account = member(actor, "account"), let home = text(account, "homePage"),
            let name = text(account, "name")
        else { return nil }
        // An IRI has no space in it, so the first one ends it.
        return "account \(home) \(name)"
    }

    /// The identifiers of an actor and, of a Group, of its members.
    func identifiers(of actor: Int) -> [String] {
        let own = identifier(of: actor).map { [$0] } ?? []
        return own + elements(member(actor, "member")).compactMap(identifier)
    }

    // MARK: Objects

    /// What the object is: an Activity unless it says otherwise.
    func objectType(_ object: Int) -> String { text(object, "objectType") ?? "Activity" }

    /// The statement inside the statement, if there is one.
    func subStatement(_ statement: Int) -> Int? {
        member(statement, "object").flatMap { objectType($0) == "SubStatement" ? $0 : nil }
    }

    /// The id of the statement that this one is about.
    func target(_ statement: Int) -> UUID? {
        guard let object = member(statement, "object"), objectType(object) == "StatementRef" else { return nil }
        return text(object, "id").flatMap(XAPIFormats.uuid)
    }

    /// The Activities of a statement's context, under their keys, nearest relation first.
    func contextActivities(_ statement: Int) -> [(key: String, activity: Int)] {
        let context = member(member(statement, "context"), "contextActivities")
        return XAPIReader.contextActivityKeys.flatMap { key in
            elements(member(context, key)).map { (key, $0) }
        }
    }

    /// Every Activity of a statement and of the one inside it: objects first.
    func activities(_ statement: Int) -> [Int] {
        var found: [Int] = []
        for part in [statement, subStatement(statement)].compactMap({ $0 }) {
            if let object = member(part, "object"), objectType(object) == "Activity" { found.append(object) }
            found += contextActivities(part).map(\.activity)
        }
        return found
    }
}
