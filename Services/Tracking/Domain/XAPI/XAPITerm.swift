import Contracts
import Foundation

/// One thing that a filter of the statement resource can ask for, and that a statement answers to.
struct XAPITerm: Hashable, Sendable {
    enum Kind: String, Sendable {
        case verb, registration
        /// Actor or object; or, broadly, anybody in the statement and the one inside it.
        case agent, relatedAgent
        /// The object; or, broadly, any activity of the statement and the one inside it.
        case activity, relatedActivity
    }

    let kind: Kind
    let value: String

    init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    static func registration(_ id: UUID) -> XAPITerm { XAPITerm(.registration, id.uuidString) }
}

extension XAPIView {
    /// All that a statement answers to by itself, each once. What it answers to through a statement that it refers to
    /// is the store's to find.
    func terms(_ statement: Int) -> Set<XAPITerm> {
        var terms: Set<XAPITerm> = []
        if let verb = text(member(statement, "verb"), "id") { terms.insert(XAPITerm(.verb, verb)) }
        if let id = text(member(statement, "context"), "registration").flatMap(XAPIFormats.uuid) {
            terms.insert(.registration(id))
        }
        collect(statement, isOuter: true, into: &terms)
        if let inner = subStatement(statement) { collect(inner, isOuter: false, into: &terms) }
        return terms
    }

    private func collect(_ statement: Int, isOuter: Bool, into terms: inout Set<XAPITerm>) {
        func add(actor: Int?, isDirect: Bool) {
            for identifier in actor.map(identifiers) ?? [] {
                terms.insert(XAPITerm(.relatedAgent, identifier))
                if isDirect { terms.insert(XAPITerm(.agent, identifier)) }
            }
        }
        add(actor: member(statement, "actor"), isDirect: isOuter)
        if let object = member(statement, "object") {
            switch objectType(object) {
            case "Agent", "Group": add(actor: object, isDirect: isOuter)
            case "Activity":
                guard let id = text(object, "id") else { break }
                terms.insert(XAPITerm(.relatedActivity, id))
                if isOuter { terms.insert(XAPITerm(.activity, id)) }
            default: break
            }
        }
        let context = member(statement, "context")
        for name in ["instructor", "team"] { add(actor: member(context, name), isDirect: false) }
        for (list, property) in [("contextAgents", "agent"), ("contextGroups", "group")] {
            for element in elements(member(context, list)) {
                add(actor: member(element, property), isDirect: false)
            }
        }
        for (_, activity) in contextActivities(statement) {
            if let id = text(activity, "id") { terms.insert(XAPITerm(.relatedActivity, id)) }
        }
    }
}
