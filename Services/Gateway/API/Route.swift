import Contracts
import Foundation
import HTTPServer
import Runtime

/// One request of the public API, by somebody who may make it.
struct APIRequest: Sendable {
    let http: HTTPServerRequest
    let principal: Principal

    var trace: TraceContext { http.trace }

    /// A parameter of the path, as a checked value.
    func parameter<Value>(_ name: String, expected: String, _ parse: (String) -> Value?) throws -> Value {
        let text = try http.parameter(name)
        guard let value = parse(text) else {
            throw GatewayError.invalid("\(name) must be \(expected), got \"\(text.prefix(80))\"")
        }
        return value
    }

    /// A parameter of the query, as a checked value; nil when it is not there or empty.
    func query<Value>(_ name: String, expected: String, _ parse: (String) -> Value?) throws -> Value? {
        guard let text = http.query(name) else { return nil }
        guard let value = parse(text) else {
            throw GatewayError.invalid("\(name) must be \(expected), got \"\(text.prefix(80))\"")
        }
        return value
    }
}

/// One door of the public API, declared once: the router, the check of scopes and the OpenAPI document read it.
struct Route: Sendable {
    /// A parameter of the query, for the document.
    struct Parameter: Sendable {
        let name: String
        let words: String
    }

    /// What a door is that pages of other origins may send to.
    struct ForPages: Sendable {
        /// The field of the body that holds the key where no header does: a beacon has no headers.
        let keyInBody: PresentedKey.BodyField
    }

    let method: HTTPVerb
    /// With parameters in braces: `/v1/learners/{id}`.
    let path: String
    let scope: Scope
    let summary: String
    var query: [Parameter] = []
    /// Names of the schemas of body and answer in the OpenAPI document; nil where there is none.
    var requestSchema: String?
    var responseSchema: String?
    var successStatus = 200
    /// Nil where only those with a header may ask.
    var forPages: ForPages?
    let handle: @Sendable (APIRequest) async throws -> HTTPServerResponse
}
