import Foundation
import HTTPServer
import RPC

/// Where a request carries its API key.
///
/// `Authorization: Bearer hf_...` and `X-API-Key: hf_...` for our own clients. `Authorization: Basic` for what
/// platforms speak: the key is the password (xAPI's user and secret), or the user where the password is empty (a
/// Segment write key).
enum PresentedKey {
    /// - Throws: ``GatewayError/missingKey`` when there is none, ``GatewayError/malformedKey`` when it is no key.
    static func key(of request: HTTPServerRequest) throws(GatewayError) -> APIKey {
        if let text = request.header("x-api-key") { return try APIKey(text) }
        guard let authorization = request.header("authorization") else { throw .missingKey }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { throw .missingKey }
        let credentials = parts[1].withoutBlanks
        switch parts[0].lowercased() {
        case "bearer": return try APIKey(credentials)
        case "basic": return try basic(credentials)
        default: throw .missingKey
        }
    }

    /// The fields of a body that may hold a key: ours, and Segment's.
    enum BodyField: Sendable {
        case key, writeKey
    }

    /// The same, or else what the body says: a page that is being left can send a body and no headers.
    static func key(of request: HTTPServerRequest, orIn field: BodyField) throws(GatewayError) -> APIKey {
        let hasHeader = request.header("x-api-key") != nil || request.header("authorization") != nil
        guard !hasHeader, !request.body.isEmpty else { return try key(of: request) }
        let body: Body
        do {
            body = try JSONGuard.decode(Body.self, from: request.body)
        } catch {
            throw .missingKey
        }
        guard let text = field == .key ? body.key : body.writeKey else { throw .missingKey }
        return try APIKey(text)
    }

    private struct Body: Decodable {
        var key: String?
        var writeKey: String?
    }

    private static func basic(_ credentials: String) throws(GatewayError) -> APIKey {
        guard let bytes = Data(base64Encoded: credentials) else { throw .malformedKey }
        let pair = String(decoding: bytes, as: UTF8.self).split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = pair.first else { throw .malformedKey }
        let password = pair.count == 2 ? pair[1] : ""
        return try APIKey(String(password.isEmpty ? user : password))
    }
}
