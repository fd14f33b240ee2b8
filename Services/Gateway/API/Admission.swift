import Foundation
import HTTPServer

/// The check at every door of the public API: key, scope and rate.
struct Admission: Sendable {
    let keys: KeyStore
    let limit: RateLimit

    /// Who is asking.
    ///
    /// - Parameter field: Of the body, that may hold the key where no header does.
    /// - Throws: ``GatewayError`` when there is no known key, it lacks the scope, or it asks too often.
    func principal(
        of request: HTTPServerRequest, orIn field: PresentedKey.BodyField? = nil, holding scope: Scope
    ) async throws -> Principal {
        let key = try field.map { try PresentedKey.key(of: request, orIn: $0) } ?? PresentedKey.key(of: request)
        let principal = try await keys.principal(of: key)
        try limit.take(principal.keyID)
        guard principal.holds(scope) else { throw GatewayError.scopeMissing(scope) }
        return principal
    }
}
