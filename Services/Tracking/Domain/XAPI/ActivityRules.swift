import Contracts
import Foundation

/// What xAPI asks of Verbs, Activities and their definitions (Data 2.4.3 and 2.4.4.1).
extension XAPIReader {
    private static let componentLists = ["choices", "scale", "source", "target", "steps"]
    private static let interactionProperties = componentLists + ["correctResponsesPattern"]
    private static let definitionProperties = Set(
        ["name", "description", "type", "moreInfo", "extensions", "interactionType"] + interactionProperties)
    private static let interactionTypes = [
        "true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert",
        "numeric", "other",
    ]

    /// A Verb; answers with its id.
    func verb(_ node: Int, _ place: XAPIPlace) throws(EventProblem) -> String {
        let members = try object(node, place, ["id", "display"])
        if let display = members["display"] { try languageMap(display, place.at("display")) }
        return try iri(try required(members, "id", place, "the verb's IRI"), place.at("id"))
    }

    func activity(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let members = try object(node, place, ["objectType", "id", "definition"])
        if let type = members["objectType"] {
            try text(type, place.at("objectType"), "Activity") { $0 == "Activity" }
        }
        try iri(try required(members, "id", place, "the activity's IRI"), place.at("id"))
        if let definition = members["definition"] {
            try self.definition(definition, place.at("definition"))
        }
    }

    private func definition(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let members = try object(node, place, Self.definitionProperties)
        for name in ["name", "description"] {
            if let map = members[name] { try languageMap(map, place.at(name)) }
        }
        for name in ["type", "moreInfo"] {
            if let value = members[name] { try iri(value, place.at(name)) }
        }
        if let value = members["extensions"] { try extensions(value, place.at("extensions")) }
        try interaction(members, place)
    }

    private func interaction(_ members: Members, _ place: XAPIPlace) throws(EventProblem) {
        if let type = members["interactionType"] {
            try text(
                type, place.at("interactionType"), "one of " + Self.interactionTypes.joined(separator: ", "),
                where: Self.interactionTypes.contains)
        } else if let name = Self.interactionProperties.first(where: { members[$0] != nil }) {
            throw EventProblem(
                place.at("interactionType").description, expected: "the kind of interaction that has \(name)",
                got: "nothing")
        }
        if let pattern = members["correctResponsesPattern"] {
            let here = place.at("correctResponsesPattern")
            for (index, response) in try array(pattern, here, of: "texts").enumerated() {
                try text(response, here.at(index))
            }
        }
        for name in Self.componentLists {
            if let list = members[name] { try components(list, place.at(name)) }
        }
    }

    /// Interaction components: each with an id that no other in the list has.
    private func components(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        var seen: Set<String> = []
        for (index, component) in try array(node, place, of: "interaction components").enumerated() {
            let here = place.at(index)
            let members = try object(component, here, ["id", "description"])
            let id = try text(try required(members, "id", here, "the component's id"), here.at("id"))
            guard seen.insert(id).inserted else {
                throw EventProblem(
                    here.at("id").description, expected: "an id that no other component of the list has",
                    got: "\"\(JSONTape.clipped(id))\" again")
            }
            if let map = members["description"] { try languageMap(map, here.at("description")) }
        }
    }
}
