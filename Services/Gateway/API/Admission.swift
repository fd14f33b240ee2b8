import Foundation
import HTTPServer

/// The check at every door of the public API: key, scope and rate.
struct Admission: Sendable {
    let keys: KeyStore
    let limit: RateLimit

    /// Who is asking.
    ///
    /// - Throws: ``GatewayError`` when there is no known key, it lacks the scope, or it asks too often.
    func principal(of request: HTTPServerRequest, holding scope: Scope) async throws -> Principal {
        let principal = try await keys.principal(of: try PresentedKey.key(of: request))
        try limit.take(principal.keyID)
        guard principal.holds(scope) else { throw GatewayError.scopeMissing(scope) }
        return principal
    }
}
