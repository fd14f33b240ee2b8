import Contracts
import Foundation
import HTTPClient

/// Holds answers against the OpenAPI document that the gateway serves: whatever is in an answer is described there, and
/// whatever must be in it is.
struct AnswerCheck: Sendable {
    private let document: JSONValue

    init(_ api: PublicAPI) async throws {
        document = try await api.get("/openapi.json")
    }

    /// What is wrong with an answer, by its place; nothing for an answer as described.
    ///
    /// - Parameter path: As the document has it, e.g. `/v1/sources/{id}`.
    func problems(
        _ method: String, _ path: String, _ answer: HTTPClientResponse
    ) throws -> [String] {
        let described = document["paths"]?[path]?[method]?["responses"]?[String(answer.status)]?["content"]
        guard let schema = described?["application/json"]?["schema"] else {
            return ["\(method) \(path): \(answer.status) is not described"]
        }
        let body = try JSONDecoder().decode(JSONValue.self, from: answer.body)
        return problems(body, schema, "\(method) \(path)")
    }

    private func problems(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        if case .string(let reference) = schema["$ref"] {
            let name = reference.replacing("#/components/schemas/", with: "")
            guard let found = document["components"]?["schemas"]?[name] else { return ["\(place): no schema \(name)"] }
            return problems(value, found, place)
        }
        if case .array(let allowed) = schema["enum"], !allowed.contains(value) {
            return ["\(place): \(value) is none of \(allowed)"]
        }
        switch (schema["type"], value) {
        case (.string("object"), .object(let members)): return problems(members, schema, place)
        case (.string("array"), .array(let items)):
            guard let described = schema["items"] else { return [] }
            return items.enumerated().flatMap { problems($1, described, "\(place)[\($0)]") }
        case (.string("string"), .string(let text)): return problems(text, schema["format"], place)
        case (.string("integer"), .number(let number)):
            return number == number.rounded() ? [] : ["\(place): \(number) is no whole number"]
        case (.string("number"), .number), (.string("boolean"), .bool), (nil, _): return []
        default: return ["\(place): expected \(schema["type"] ?? .null), got \(value)"]
        }
    }

    private func problems(_ members: [String: JSONValue], _ schema: JSONValue, _ place: String) -> [String] {
        guard case .object(let described) = schema["properties"] else { return [] }
        var problems: [String] = []
        if case .array(let required) = schema["required"] {
            for case .string(let name) in required where members[name] == nil {
                problems.append("\(place).\(name) is not there")
            }
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let schema = described[name] else {
                problems.append("\(place).\(name) is not described")
                continue
            }
            problems += self.problems(value, schema, "\(place).\(name)")
        }
        return problems
    }

    private func problems(_ text: String, _ format: JSONValue?, _ place: String) -> [String] {
        switch format {
        case .string("date-time") where RFC3339.date(from: text) == nil: ["\(place): \(text) is no time"]
        case .string("uuid") where UUID(uuidString: text) == nil: ["\(place): \(text) is no UUID"]
        default: []
        }
    }
}

extension JSONValue {
    fileprivate subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }
}
