import Contracts
import Foundation

/// Rules, conditions, tables and steps. Each check says where it stands.
extension MappingParser {
    func rule(_ node: Int, _ place: String) throws(MappingProblem) -> MappingRule {
        switch tape.kind(node) {
        case .string: return try reference(tape.text(node), place)
        case .array:
            var rules: [MappingRule] = []
            for (index, element) in try elements(node, place).enumerated() {
                rules.append(try rule(element, "\(place)[\(index)]"))
            }
            guard !rules.isEmpty else { throw problem(place, "at least one rule", "an empty array") }
            return .first(rules)
        case .object: return try modified(node, place)
        default: throw problem(place, "a path, a list of rules, or an object", tape.words(node))
        }
    }

    /// A path, or a name with `$` and a path into it.
    private func reference(_ text: String, _ place: String) throws(MappingProblem) -> MappingRule {
        guard text.hasPrefix("$") else {
            guard let path = MappingPath(text) else { throw problem(place, "a path", "the text \"\(text)\"") }
            return .path(path)
        }
        let name = String(text.dropFirst().prefix { $0 != "." && $0 != "[" })
        guard names.contains(name) else {
            throw problem(
                place, "one of the names \(list(names)), declared before it", "the text \"\(text)\"")
        }
        var rest = text.dropFirst(name.count + 1)
        if rest.isEmpty { return .named(name, nil) }
        if rest.first == "." { rest.removeFirst() }
        guard let path = MappingPath(String(rest)) else {
            throw problem(place, "a path", "the text \"\(text)\"")
        }
        return .named(name, path)
    }

    private static let forms = ["from", "constant", "text", "ratio", "deviceTime", "days"]

    /// An object is one form, and what is done to what it gives: first `when`, then `as`, then `through`.
    private func modified(_ node: Int, _ place: String) throws(MappingProblem) -> MappingRule {
        let parts = try members(
            node, place, allowed: Self.forms + ["when", "as", "through", "sentAt", "after"])
        let found = Self.forms.filter { parts[$0] != nil }
        guard let name = found.first, found.count == 1, let value = parts[name] else {
            throw problem(
                place, "one of \(Self.forms.joined(separator: ", "))", found.isEmpty ? "none" : "several")
        }
        var rule = try form(name, value, parts, place)
        if let steps = parts["as"] { rule = .transformed(rule, try transforms(steps, "\(place).as")) }
        if let table = parts["through"] {
            rule = .looked(rule, up: try self.table(table, "\(place).through"))
        }
        if let condition = parts["when"] {
            rule = .when(try self.condition(condition, "\(place).when"), rule)
        }
        return rule
    }

    private func form(
        _ name: String, _ value: Int, _ parts: [String: Int], _ place: String
    ) throws(MappingProblem) -> MappingRule {
        let here = "\(place).\(name)"
        for (part, owner) in [("sentAt", "deviceTime"), ("after", "days")]
        where parts[part] != nil && name != owner {
            throw problem("\(place).\(part)", "it beside \(owner)", "it beside \(name)")
        }
        switch name {
        case "constant": return .constant(try scalar(value, here))
        case "text": return .template(try template(try text(value, here), here))
        case "ratio":
            let rules = try elements(value, here)
            guard rules.count == 2 else { throw problem(here, "two rules", "\(rules.count)") }
            return .ratio(try rule(rules[0], "\(here)[0]"), try rule(rules[1], "\(here)[1]"))
        case "deviceTime":
            return .deviceTime(
                try rule(value, here), sentAt: try rule(try part(parts, "sentAt", place), "\(place).sentAt"))
        case "days":
            return .days(
                try rule(value, here), after: try rule(try part(parts, "after", place), "\(place).after"))
        default: return try rule(value, here)
        }
    }

    /// `block {data.id} of {$run}`.
    private func template(_ text: String, _ place: String) throws(MappingProblem) -> [MappingRule.Piece] {
        var pieces: [MappingRule.Piece] = []
        var rest = Substring(text)
        while let opening = rest.firstIndex(of: "{") {
            guard let closing = rest[opening...].firstIndex(of: "}") else {
                throw problem(place, "a closing brace", "the text \"\(text)\"")
            }
            if opening > rest.startIndex { pieces.append(.literal(String(rest[..<opening]))) }
            let inside = rest[rest.index(after: opening)..<closing]
            pieces.append(.value(try reference(String(inside), place)))
            rest = rest[rest.index(after: closing)...]
        }
        if !rest.isEmpty { pieces.append(.literal(String(rest))) }
        return pieces
    }

    // MARK: Conditions

    func condition(_ node: Int, _ place: String) throws(MappingProblem) -> MappingCondition {
        guard tape.kind(node) == .object else {
            var conditions: [MappingCondition] = []
            for (index, element) in try elements(node, place).enumerated() {
                conditions.append(try condition(element, "\(place)[\(index)]"))
            }
            return .all(conditions)
        }
        let tests = ["is", "isNot", "startsWith", "exists"]
        let parts = try members(node, place, allowed: ["value"] + tests)
        let value = try rule(try part(parts, "value", place), "\(place).value")
        let asked = tests.filter { parts[$0] != nil }
        guard let test = asked.first, asked.count == 1, let argument = parts[test] else {
            throw problem(
                place, "one of \(tests.joined(separator: ", "))", asked.isEmpty ? "none" : "several")
        }
        let here = "\(place).\(test)"
        switch test {
        case "exists":
            guard case .flag(let expected) = try scalar(argument, here) else {
                throw problem(here, "true or false", tape.words(argument))
            }
            return .exists(value, expected)
        case "startsWith": return .startsWith(value, anyOf: try texts(argument, here))
        default: return .isAny(value, of: Set(try texts(argument, here)), test == "is")
        }
    }

    // MARK: Tables and steps

    /// A table of the mapping by its name, or one written where it is used.
    func table(_ node: Int, _ place: String) throws(MappingProblem) -> MappingTable {
        if tape.kind(node) == .string {
            let name = tape.text(node)
            guard let table = tables[name] else {
                throw problem(place, "one of the tables \(list(Set(tables.keys)))", "the text \"\(name)\"")
            }
            return table
        }
        var entries: [(key: String, value: FieldValue)] = []
        for (key, value) in try members(node, place) {
            entries.append((key, try scalar(value, "\(place).\(key)")))
        }
        return MappingTable(entries)
    }

    private func transforms(_ node: Int, _ place: String) throws(MappingProblem) -> [MappingTransform] {
        guard tape.kind(node) == .array else { return [try transform(node, place)] }
        var steps: [MappingTransform] = []
        for (index, element) in try elements(node, place).enumerated() {
            steps.append(try transform(element, "\(place)[\(index)]"))
        }
        return steps
    }

    private func transform(_ node: Int, _ place: String) throws(MappingProblem) -> MappingTransform {
        if tape.kind(node) == .string {
            guard let step = MappingTransform.named[tape.text(node)] else {
                throw problem(place, "one of \(list(Set(MappingTransform.named.keys)))", tape.words(node))
            }
            return step
        }
        let parts = try members(node, place, allowed: ["after", "upTo", "prefix", "time", "zone", "clamp"])
        if let pattern = parts["time"] {
            let zone = try texts(parts["zone"], "\(place).zone").first ?? "UTC"
            guard let pattern = TimePattern(try text(pattern, "\(place).time"), zone: zone) else {
                throw problem(place, "a pattern like dd/MM/yyyy HH:mm and an IANA zone", tape.canonical(node))
            }
            return .time(pattern)
        }
        guard parts.count == 1, let (name, argument) = parts.first, name != "zone" else {
            throw problem(place, "one step", "\(parts.count) members")
        }
        if name == "clamp" { return .clamp(try bounds(argument, "\(place).clamp")) }
        let text = try text(argument, "\(place).\(name)")
        return name == "after" ? .after(text) : name == "upTo" ? .upTo(text) : .prefix(text)
    }

    private func bounds(_ node: Int, _ place: String) throws(MappingProblem) -> ClosedRange<Double> {
        let numbers = try elements(node, place).map { tape.kind($0) == .number ? tape.number($0) : .nan }
        guard numbers.count == 2, numbers[0] <= numbers[1] else {
            throw problem(place, "two numbers, the smaller one first", tape.canonical(node))
        }
        return numbers[0]...numbers[1]
    }
}
