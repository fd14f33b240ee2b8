import Contracts
import Foundation
import HTTPServer
import Logging
import RPC
import Runtime

/// Puts the doors of the public API onto the server: each behind the check of key, scope and rate.
struct PublicRoutes: Sendable {
    let admission: Admission
    let table: [Route]
    let unsubscribePage: UnsubscribePage
    let origins: PageOrigins

    func register(on routes: HTTPRoutes) throws {
        for route in table {
            routes.on(route.method, route.path, maxBytes: GatewayLimits.bodyMax) { request in
                guard route.forPages != nil else { return try await answer(request, route) }
                return try await origins.answer(request) { try await answer(request, route) }
            }
            if route.forPages != nil {
                routes.on(.options, route.path, importance: .write) { origins.preflight($0) }
            }
        }
        let document = try OpenAPIDocument.make(table)
        routes.on(.get, "/openapi.json") { _ in .data(document, type: "application/json") }
        routes.on(.get, "/unsubscribe/{token}") { request in
            await unsubscribePage.show(token: try request.parameter("token"), context: Self.context(request))
        }
        routes.on(.post, "/unsubscribe/{token}", maxBytes: 4_096) { request in
            await unsubscribePage.unsubscribe(token: try request.parameter("token"), context: Self.context(request))
        }
    }

    private static func context(_ request: HTTPServerRequest) -> RPCContext {
        RPCContext(deadline: .now + GatewayLimits.callTimeout, trace: request.trace)
    }

    private func answer(_ request: HTTPServerRequest, _ route: Route) async throws -> HTTPServerResponse {
        let principal = try await admission.principal(
            of: request, orIn: route.forPages?.keyInBody, holding: route.scope)
        return try await route.handle(APIRequest(http: request, principal: principal))
    }
}
