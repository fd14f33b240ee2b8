import Contracts
import Foundation

/// The definition of an activity as all statements together describe it (Data 2.4.4.1): what a newer statement says
/// holds, and what it leaves out stays.
enum XAPIDefinition {
    /// Properties that are maps: their entries are put together one by one.
    private static let maps: Set<String> = ["name", "description", "extensions"]

    /// Both definitions in one, with sorted keys.
    static func merged(_ older: String?, _ newer: String) throws(JSONSyntaxError) -> String {
        var properties: [String: Property] = [:]
        for definition in [older, newer].compactMap({ $0 }) {
            let tape = try JSONTape(Data(definition.utf8), depthMax: TrackingLimits.xapiDepthMax)
            for (name, value) in tape.members(JSONTape.root) {
                guard maps.contains(name) else {
                    properties[name] = .value(tape.canonical(value))
                    continue
                }
                var entries: [String: String] = [:]
                if case .map(let known) = properties[name] { entries = known }
                for (key, value) in tape.members(value) { entries[key] = tape.canonical(value) }
                properties[name] = .map(entries)
            }
        }
        return object(properties.mapValues(\.text))
    }

    /// The Activity Object of the activities resource.
    static func activity(id: String, definition: String?) -> String {
        var text = ""
        JSONTape.writeQuoted(id, to: &text)
        var members = ["id": text, "objectType": "\"Activity\""]
        members["definition"] = definition
        return object(members)
    }

    private enum Property {
        case value(String)
        case map([String: String])

        var text: String {
            switch self {
            case .value(let text): text
            case .map(let entries): XAPIDefinition.object(entries)
            }
        }
    }

    private static func object(_ members: [String: String]) -> String {
        var text = "{"
        for (index, name) in members.keys.sorted().enumerated() {
            if index > 0 { text += "," }
            JSONTape.writeQuoted(name, to: &text)
            text += ":" + (members[name] ?? "null")
        }
        return text + "}"
    }
}
