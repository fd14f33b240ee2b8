import Foundation
import HTTPServer

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
        let credentials = parts[1].trimmingCharacters(in: .whitespaces)
        switch parts[0].lowercased() {
        case "bearer": return try APIKey(credentials)
        case "basic": return try basic(credentials)
        default: throw .missingKey
        }
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
