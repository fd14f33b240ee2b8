import Contracts
import Foundation

/// The OpenAPI 3.1 document, made from the same table of routes that answers, so that it cannot say otherwise.
enum OpenAPIDocument {
    static func make(_ routes: [Route]) throws -> Data {
        var paths: [String: JSONValue] = [:]
        for (path, routes) in Dictionary(grouping: routes, by: \.path) {
            let operations = routes.map { ($0.method.rawValue.lowercased(), operation($0)) }
            paths[path] = .object(Dictionary(uniqueKeysWithValues: operations))
        }
        let schemas = try schemas(
            of: ["openapi-schemas", "catalog-schemas", "insight-schemas", "people-schemas", "study-schemas"])
        let document: JSONValue = .object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("Holdfast"), "version": .string("1"),
                "summary": .string("Hears what learners do, sees who drifts away and why, and helps."),
                "license": .object(["name": .string("MIT"), "identifier": .string("MIT")]),
            ]),
            "security": .array([.object(["key": .array([])])]),
            "paths": .object(paths),
            "components": .object([
                "schemas": .object(schemas),
                "securitySchemes": .object([
                    "key": .object(["type": .string("http"), "scheme": .string("bearer")])
                ]),
            ]),
        ])
        return try JSONCoding.encoder().encode(document)
    }

    /// The schemas of several files; no two may have one of the same name.
    private static func schemas(of files: [String]) throws -> [String: JSONValue] {
        try files.reduce(into: [:]) { schemas, name in
            let file = Bundle.module.bundleURL.appending(path: "Schemas/\(name).json")
            let more = try JSONDecoder().decode([String: JSONValue].self, from: Data(contentsOf: file))
            for (schema, value) in more {
                precondition(schemas.updateValue(value, forKey: schema) == nil, "two schemas are called \(schema)")
            }
        }
    }

    private static func operation(_ route: Route) -> JSONValue {
        var parts: [String: JSONValue] = [
            "summary": .string(route.summary),
            "description": .string("Needs a key with the scope \(route.scope.rawValue)."),
            "operationId": .string(identifier(route)),
            "responses": .object([
                String(route.successStatus): answer(route),
                "default": .object([
                    "description": .string("A problem, with the code word and a sentence."),
                    "content": content("Problem", type: "application/problem+json"),
                ]),
            ]),
        ]
        let parameters = pathParameters(route.path) + route.query.map { parameter($0.name, in: "query", $0.words) }
        if !parameters.isEmpty { parts["parameters"] = .array(parameters) }
        if let schema = route.requestSchema {
            parts["requestBody"] = .object(["required": .bool(true), "content": content(schema)])
        }
        return .object(parts)
    }

    private static func answer(_ route: Route) -> JSONValue {
        var parts: [String: JSONValue] = ["description": .string("Done.")]
        if let schema = route.responseSchema { parts["content"] = content(schema) }
        return .object(parts)
    }

    private static func content(_ schema: String, type: String = "application/json") -> JSONValue {
        .object([type: .object(["schema": .object(["$ref": .string("#/components/schemas/\(schema)")])])])
    }

    private static func pathParameters(_ path: String) -> [JSONValue] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            parameter(String(part.dropFirst().dropLast()), in: "path", nil)
        }
    }

    private static func parameter(_ name: String, in place: String, _ words: String?) -> JSONValue {
        var parts: [String: JSONValue] = [
            "name": .string(name), "in": .string(place), "required": .bool(place == "path"),
            "schema": .object(["type": .string("string")]),
        ]
        if let words { parts["description"] = .string(words) }
        return .object(parts)
    }

    /// `GET /v1/learners/{id}/events` is `getLearnersIdEvents`.
    private static func identifier(_ route: Route) -> String {
        let parts = route.path.split { "/{}-".contains($0) }
        let words = parts.first == "v1" ? parts.dropFirst() : parts[...]
        return route.method.rawValue.lowercased()
            + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
