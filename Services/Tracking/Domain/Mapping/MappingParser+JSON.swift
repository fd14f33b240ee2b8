/// The pieces of a mapping file, each checked for what it is.
extension MappingParser {
    func problem(_ place: String, _ expected: String, _ got: String) -> MappingProblem {
        MappingProblem(mapping: mapping, place: place, expected: expected, got: got)
    }

    func list(_ names: Set<String>) -> String {
        names.isEmpty ? "(there is none)" : names.sorted().joined(separator: ", ")
    }

    /// The members of an object, each name once.
    func members(_ node: Int, _ place: String, allowed: [String]? = nil) throws(MappingProblem) -> [String:
        Int]
    {
        guard tape.kind(node) == .object else { throw problem(place, "an object", tape.words(node)) }
        var members: [String: Int] = [:]
        for (name, value) in tape.members(node) {
            if let allowed, !allowed.contains(name) {
                throw problem(place, "only \(allowed.joined(separator: ", "))", "the member \"\(name)\"")
            }
            guard members.updateValue(value, forKey: name) == nil else {
                throw problem(place, "each member once", "\"\(name)\" twice")
            }
        }
        return members
    }

    func part(_ parts: [String: Int], _ name: String, _ place: String) throws(MappingProblem) -> Int {
        guard let node = parts[name] else { throw problem(place, "the member \"\(name)\"", "none") }
        return node
    }

    func elements(_ node: Int, _ place: String) throws(MappingProblem) -> [Int] {
        guard tape.kind(node) == .array else { throw problem(place, "an array", tape.words(node)) }
        return Array(tape.elements(node))
    }

    func text(_ node: Int, _ place: String) throws(MappingProblem) -> String {
        guard tape.kind(node) == .string, !tape.text(node).isEmpty else {
            throw problem(place, "a text", tape.words(node))
        }
        return tape.text(node)
    }

    /// One text, or a list of them; none where nothing is written.
    func texts(_ node: Int?, _ place: String) throws(MappingProblem) -> [String] {
        guard let node else { return [] }
        guard tape.kind(node) == .array else { return [try text(node, place)] }
        var texts: [String] = []
        for (index, element) in try elements(node, place).enumerated() {
            texts.append(try text(element, "\(place)[\(index)]"))
        }
        return texts
    }

    func path(_ node: Int?, _ place: String) throws(MappingProblem) -> MappingPath? {
        guard let node else { return nil }
        let text = try text(node, place)
        guard let path = MappingPath(text) else { throw problem(place, "a path", "the text \"\(text)\"") }
        return path
    }

    func scalar(_ node: Int, _ place: String) throws(MappingProblem) -> FieldValue {
        guard let value = JSONRecord(tape, node).scalar else {
            throw problem(place, "a text, a number, true or false", tape.words(node))
        }
        return value
    }
}
