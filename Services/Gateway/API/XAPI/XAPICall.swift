import Contracts
import Foundation
import HTTPServer

/// One request to an xAPI resource as it is meant: in the alternate syntax of 1.0.3 method, headers, parameters and
/// body all stand in a form (Communication 1.3).
struct XAPICall: Sendable {
    let http: HTTPServerRequest
    let version: XAPIVersion?
    let parameters: [(name: String, value: String)]

    /// - Throws: ``GatewayError/invalid(_:)`` for an alternate request that is none, or where the edition has none.
    init(_ request: HTTPServerRequest) throws(GatewayError) {
        let isAlternate = request.method == .post && request.queryItems.contains { $0.name == "method" }
        let meant = isAlternate ? try Self.meant(request) : request
        http = meant
        version = meant.header(XAPIVersion.header).flatMap(XAPIVersion.init(header:))
        parameters = meant.queryItems
        if isAlternate, version == .v2 {
            throw .invalid("method: expected no such parameter in version 2.0 of xAPI, which has no alternate syntax")
        }
    }

    /// The parameters by name.
    ///
    /// - Throws: ``GatewayError/invalid(_:)`` when one comes twice.
    func uniqueParameters() throws(GatewayError) -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in parameters where values.updateValue(value, forKey: name) != nil {
            throw .invalid("\(name.prefix(64)): expected one value, got several")
        }
        return values
    }

    // MARK: Alternate syntax

    /// Form parameters that stand for headers; in lower case, as headers are looked up.
    private static let headers: Set<String> = [
        "authorization", "x-experience-api-version", "content-type", "content-length", "if-match", "if-none-match",
        "accept-language",
    ]

    private static func meant(_ request: HTTPServerRequest) throws(GatewayError) -> HTTPServerRequest {
        guard request.queryItems.count == 1, let name = request.queryItems.first?.value,
            let method = HTTPVerb(rawValue: name)
        else {
            throw .invalid("method: expected the method alone in the query, everything else in the form")
        }
        var headers = request.headers
        headers["content-type"] = nil
        headers["content-length"] = nil
        var items: [(name: String, value: String)] = []
        var content: String?
        for (name, value) in form(request.body) {
            if Self.headers.contains(name.lowercased()) {
                // What the client could set as a header holds; the form is for what it could not.
                if headers[name.lowercased()] == nil { headers[name.lowercased()] = value }
            } else if name == "content" {
                content = value
            } else {
                items.append((name, value))
            }
        }
        guard content != nil || ![.put, .post].contains(method) else {
            throw .invalid("content: expected the body as a form parameter of this name, got nothing")
        }
        if content != nil, headers["content-type"] == nil { headers["content-type"] = "application/json" }
        return HTTPServerRequest(
            method: method, path: request.path, parameters: request.parameters, queryItems: items,
            headers: headers, body: Data((content ?? "").utf8), requestID: request.requestID, trace: request.trace)
    }

    /// `application/x-www-form-urlencoded`.
    static func form(_ body: Data) -> [(name: String, value: String)] {
        String(decoding: body, as: UTF8.self).split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
    }
}
