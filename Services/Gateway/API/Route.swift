import Contracts
import Foundation
import Runtime

/// One request of the public API, after the checks that all requests go through.
struct APIRequest: Sendable {
    /// By name, decoded, e.g. `id` of `/v1/learners/{id}`.
    let parameters: [String: String]
    let query: [String: String]
    /// Lower-case names.
    let headers: [String: String]
    let body: Data
    let principal: Principal
    let trace: TraceContext

    /// A parameter of the path, as a checked value.
    func parameter<Value>(_ name: String, expected: String, _ parse: (String) -> Value?) throws -> Value {
        let text = parameters[name] ?? ""
        guard let value = parse(text) else {
            throw GatewayError.invalid("\(name) must be \(expected), got \"\(text.prefix(80))\"")
        }
        return value
    }

    /// A parameter of the query, as a checked value; nil when it is not there or empty.
    func query<Value>(_ name: String, expected: String, _ parse: (String) -> Value?) throws -> Value? {
        guard let text = query[name], !text.isEmpty else { return nil }
        guard let value = parse(text) else {
            throw GatewayError.invalid("\(name) must be \(expected), got \"\(text.prefix(80))\"")
        }
        return value
    }

    /// The body as JSON.
    func decode<Body: Decodable>(_ type: Body.Type = Body.self) throws -> Body {
        do {
            return try JSONCoding.decoder().decode(type, from: body)
        } catch let error as DecodingError {
            throw GatewayError.invalid(error.sentence)
        }
    }
}

/// One answer of the public API.
struct APIResponse: Sendable {
    var status = 200
    var contentType = "application/json"
    var headers: [(name: String, value: String)] = []
    var body: Data

    static func json(_ value: some Encodable, status: Int = 200) throws -> APIResponse {
        APIResponse(status: status, body: try JSONCoding.encoder().encode(value))
    }
}

/// One door of the public API, declared once: the router, the check of scopes and the OpenAPI document read it.
struct Route: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"
    }

    /// A parameter of the query, for the document.
    struct Parameter: Sendable {
        let name: String
        let words: String
    }

    let method: Method
    /// With parameters in braces: `/v1/learners/{id}`.
    let path: String
    let scope: Scope
    let summary: String
    var query: [Parameter] = []
    /// Names of the schemas of body and answer in the OpenAPI document; nil where there is none.
    var requestSchema: String?
    var responseSchema: String?
    var successStatus = 200
    let handle: @Sendable (APIRequest) async throws -> APIResponse
}

extension DecodingError {
    /// What was expected and what came, by the name of the field.
    var sentence: String {
        switch self {
        case .keyNotFound(let key, let context): "\(Self.place(context.codingPath + [key])) is missing"
        case .typeMismatch(let type, let context): "\(Self.place(context.codingPath)) must be \(Self.words(type))"
        case .valueNotFound(let type, let context):
            "\(Self.place(context.codingPath)) must be \(Self.words(type)), got null"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "the body is not valid JSON" : "\(Self.place(context.codingPath)): \(context.debugDescription)"
        @unknown default: "the body cannot be read"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "the body" }
        return path.reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }

    private static func words(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is any Collection.Type: "a list"
        default: "an object"
        }
    }
}
