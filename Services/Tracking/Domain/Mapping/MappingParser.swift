import Contracts
import Foundation

/// What is wrong with a mapping: the place in it, what was expected there, and what came.
struct MappingProblem: Error, Equatable, CustomStringConvertible {
    let mapping: String
    let place: String
    let expected: String
    let got: String

    var description: String {
        "mapping \(mapping): \(place.isEmpty ? "the file" : place): expected \(expected), got \(got)"
    }
}

/// Reads a mapping file whole and strictly, so that a mistake in it stops the start instead of losing events.
struct MappingParser {
    let mapping: String
    let tape: JSONTape
    var tables: [String: MappingTable] = [:]
    /// What a rule may name: those of the engine, those given, and those declared before it.
    var names: Set<String> = Set(MappingNames.all)

    /// - Parameter name: What the file is called, without its ending; the mapping must have the same name.
    /// - Throws: ``MappingProblem``.
    static func mapping(_ data: Data, named name: String) throws(MappingProblem) -> EventMapping {
        let tape: JSONTape
        do {
            tape = try JSONTape(data, depthMax: TrackingLimits.bodyDepthMax)
        } catch {
            throw MappingProblem(mapping: name, place: "", expected: "JSON", got: "a mistake: \(error)")
        }
        var parser = MappingParser(mapping: name, tape: tape)
        return try parser.document()
    }

    private init(mapping: String, tape: JSONTape) {
        self.mapping = mapping
        self.tape = tape
    }

    private mutating func document() throws(MappingProblem) -> EventMapping {
        let parts = try members(
            JSONTape.root, "",
            allowed: [
                "format", "about", "source", "records", "envelope", "given", "tables", "names", "skip",
                "event",
            ])
        let format = try text(try part(parts, "format", ""), "format")
        guard format == mapping else {
            throw problem("format", "the name of the file", "the text \"\(format)\"")
        }
        let about = try text(try part(parts, "about", ""), "about")
        let source = try text(try part(parts, "source", ""), "source")
        guard let source = SourceID(source) else {
            throw problem("source", Words.expected(SourceID.self), "the text \"\(source)\"")
        }
        let given = try texts(parts["given"], "given")
        names.formUnion(given)
        tables = try tables(parts["tables"])
        let rules = try declared(parts["names"])
        return EventMapping(
            format: format, about: about, source: source,
            records: try path(parts["records"], "records"),
            envelope: try texts(parts["envelope"], "envelope"),
            given: given, names: rules, skips: try skips(parts["skip"]),
            event: try event(try part(parts, "event", "")))
    }

    private func tables(_ node: Int?) throws(MappingProblem) -> [String: MappingTable] {
        guard let node else { return [:] }
        var tables: [String: MappingTable] = [:]
        for (name, value) in try members(node, "tables") { tables[name] = try table(value, "tables.\(name)") }
        return tables
    }

    /// In the order written: a name may use those before it, so none can lead back to itself.
    private mutating func declared(_ node: Int?) throws(MappingProblem) -> [String: MappingRule] {
        guard let node else { return [:] }
        _ = try members(node, "names")
        var rules: [String: MappingRule] = [:]
        for (name, value) in tape.members(node) {
            guard !names.contains(name) else {
                throw problem("names.\(name)", "a new name", "one that is taken")
            }
            rules[name] = try rule(value, "names.\(name)")
            names.insert(name)
        }
        return rules
    }

    private func skips(_ node: Int?) throws(MappingProblem) -> [EventMapping.Skip] {
        guard let node else { return [] }
        var skips: [EventMapping.Skip] = []
        for (index, element) in try elements(node, "skip").enumerated() {
            let place = "skip[\(index)]"
            let parts = try members(element, place, allowed: ["when", "because"])
            skips.append(
                EventMapping.Skip(
                    when: try condition(try part(parts, "when", place), "\(place).when"),
                    because: try text(try part(parts, "because", place), "\(place).because")))
        }
        return skips
    }

    private func event(_ node: Int) throws(MappingProblem) -> EventMapping.Event {
        let parts = try members(
            node, "event",
            allowed: ["id", "learner", "courseRun", "verb", "activity", "result", "occurredAt", "context"])
        var event = EventMapping.Event(
            id: try required(parts, "id"), learner: try required(parts, "learner"),
            courseRun: try optional(parts, "courseRun", "event"), verb: try required(parts, "verb"),
            occurredAt: try required(parts, "occurredAt"), context: [])
        if let node = parts["activity"] {
            let activity = try members(node, "event.activity", allowed: ["id", "kind"])
            event.activity = (
                id: try rule(try part(activity, "id", "event.activity"), "event.activity.id"),
                kind: try optional(activity, "kind", "event.activity")
            )
        }
        if let node = parts["result"] {
            let result = try members(
                node, "event.result", allowed: ["score", "success", "completion", "durationSeconds", "count"])
            event.score = try optional(result, "score", "event.result")
            event.success = try optional(result, "success", "event.result")
            event.completion = try optional(result, "completion", "event.result")
            event.durationSeconds = try optional(result, "durationSeconds", "event.result")
            event.count = try optional(result, "count", "event.result")
        }
        if let node = parts["context"] {
            for (name, value) in try members(node, "event.context").sorted(by: { $0.key < $1.key }) {
                event.context.append((name, try rule(value, "event.context.\(name)")))
            }
        }
        return event
    }

    private func required(_ parts: [String: Int], _ name: String) throws(MappingProblem) -> MappingRule {
        try rule(try part(parts, name, "event"), "event.\(name)")
    }

    private func optional(_ parts: [String: Int], _ name: String, _ place: String) throws(MappingProblem)
        -> MappingRule?
    {
        guard let node = parts[name] else { return nil }
        return try rule(node, "\(place).\(name)")
    }
}
