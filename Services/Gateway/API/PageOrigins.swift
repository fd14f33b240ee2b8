import Foundation
import HTTPServer
import RPC

/// Which pages of other origins may send to the gateway, by the rules of CORS (WHATWG Fetch, section 3.2).
///
/// A browser sends a text to any origin without asking; what it asks for is leave to read the answer, which a queue
/// needs to know what it may forget. The key of such a page is for everybody to see: it should hold the scope `ingest`
/// alone.
struct PageOrigins: Sendable {
    /// As pages say them, e.g. `https://school.example`.
    let allowed: Set<String>

    /// What an answer to this request says to the browser; nothing where no page of another origin asks.
    func headers(for request: HTTPServerRequest) -> [(name: String, value: String)] {
        guard let origin = request.header("origin"), allowed.contains(origin) else { return [] }
        // Beacons are sent with credentials, whether a page wants it or not. There are none here that mean anything.
        return [
            ("access-control-allow-origin", origin), ("access-control-allow-credentials", "true"), ("vary", "origin"),
        ]
    }

    /// The answer to what a browser asks before it sends something that is no plain text.
    func preflight(_ request: HTTPServerRequest) -> HTTPServerResponse {
        let headers = headers(for: request)
        guard !headers.isEmpty else { return HTTPServerResponse(status: 204, headers: [("vary", "origin")]) }
        return HTTPServerResponse(
            status: 204,
            headers: headers + [
                ("access-control-allow-methods", "POST"),
                ("access-control-allow-headers", "authorization, content-type, x-api-key"),
                ("access-control-max-age", "\(GatewayLimits.preflightSeconds)"),
            ])
    }

    /// Answers with what `body` returns, or with the problem it throws, and lets the page read either.
    func answer(
        _ request: HTTPServerRequest, _ body: () async throws -> HTTPServerResponse
    ) async throws -> HTTPServerResponse {
        let headers = headers(for: request)
        guard !headers.isEmpty else { return try await body() }
        var response: HTTPServerResponse
        do {
            response = try await body()
        } catch {
            response = try HTTPProblem.from(error).problem.response(requestID: request.requestID)
        }
        response.headers += headers
        return response
    }
}
