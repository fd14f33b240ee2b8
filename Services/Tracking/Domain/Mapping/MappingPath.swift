/// Where a value stands in a record: `context.user_id`, `group[0].id`, `extensions['https://w3id.org/x'].id`.
struct MappingPath: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        case name(String)
        case index(Int)
    }

    /// As it is written.
    let text: String
    let steps: [Step]

    /// Fails where a bracket does not close or a step has no name.
    init?(_ text: String) {
        guard let steps = Self.steps(of: text) else { return nil }
        self.text = text
        self.steps = steps
    }

    private static func steps(of text: String) -> [Step]? {
        var rest = Substring(text)
        var steps: [Step] = []
        while !rest.isEmpty {
            if rest.first == "[" {
                guard let step = bracket(&rest) else { return nil }
                steps.append(step)
            } else {
                if !steps.isEmpty {
                    guard rest.first == "." else { return nil }
                    rest.removeFirst()
                }
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return nil }
                steps.append(.name(String(name)))
                rest = rest.dropFirst(name.count)
            }
        }
        return steps.isEmpty ? nil : steps
    }

    /// `[0]` or `['name']`.
    private static func bracket(_ rest: inout Substring) -> Step? {
        let isQuoted = rest.dropFirst().first == "'"
        let inside = rest.dropFirst(isQuoted ? 2 : 1)
        let closing = isQuoted ? "']" : "]"
        guard let end = inside.firstRange(of: closing) else { return nil }
        let content = inside[..<end.lowerBound]
        rest = inside[end.upperBound...]
        if isQuoted { return content.isEmpty ? nil : .name(String(content)) }
        return Int(content).flatMap { $0 >= 0 ? .index($0) : nil }
    }
}
