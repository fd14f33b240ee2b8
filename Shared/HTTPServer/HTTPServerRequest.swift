import Contracts
import Foundation
import RPC
import Runtime

/// One request to a route, its body read and unpacked.
public struct HTTPServerRequest: Sendable {
    public let method: HTTPVerb
    /// As it came, without the query.
    public let path: String
    /// The values of `{names}` in the route's pattern, percent-decoded.
    public let parameters: [String: String]
    /// Every name and value of the query, percent-decoded, in order.
    public let queryItems: [(name: String, value: String)]
    /// Names in lower case; repeated ones joined by ", ".
    public let headers: [String: String]
    /// Empty for a route that takes none.
    public let body: Data
    /// Given by the client, or made; answered in `x-request-id` and part of every problem.
    public let requestID: String
    public let trace: TraceContext

    public init(
        method: HTTPVerb, path: String, parameters: [String: String] = [:],
        queryItems: [(name: String, value: String)] = [], headers: [String: String] = [:],
        body: Data = Data(),
        requestID: String = "test", trace: TraceContext = .fresh()
    ) {
        self.method = method
        self.path = path
        self.parameters = parameters
        self.queryItems = queryItems
        self.headers = headers
        self.body = body
        self.requestID = requestID
        self.trace = trace
    }

    /// The first value of that name in the query; nil when it is absent or empty.
    public func query(_ name: String) -> String? {
        queryItems.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// The header of that name, in any case.
    public func header(_ name: String) -> String? { headers[name.lowercased()] }

    /// The value of `{name}` in the route's pattern.
    ///
    /// - Throws: `internal` when the pattern has no such part, which is a mistake in the service.
    public func parameter(_ name: String) throws -> String {
        guard let value = parameters[name] else {
            throw RPCError(
                .internal, "the route cannot be answered", detail: "no parameter {\(name)} in \(path)")
        }
        return value
    }

    /// The body as JSON, after the checks of ``JSONGuard``.
    ///
    /// - Throws: `invalid_argument`, naming the field and what was expected; 415 when the content type is
    ///   not JSON.
    public func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        if let type = header("content-type") {
            let essence = type.prefix { $0 != ";" }.withoutBlanks.lowercased()
            guard essence == "application/json" || essence.hasSuffix("+json") else {
                throw HTTPProblem(
                    415, .invalidArgument, "the body must be JSON with content type application/json")
            }
        }
        return try JSONGuard.decode(type, from: body)
    }
}

/// The methods that routes answer.
public enum HTTPVerb: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
}
