import Foundation
import HTTPServer
import Testing

@testable import Gateway

/// How a request may carry its key.
@Suite struct PresentedKeyTests {
    private let key = APIKey.make()

    private func request(_ headers: [String: String]) -> HTTPServerRequest {
        HTTPServerRequest(method: .get, path: "/v1/overview", headers: headers)
    }

    private func basic(_ credentials: String) -> [String: String] {
        ["authorization": "Basic " + Data(credentials.utf8).base64EncodedString()]
    }

    @Test func `a bearer token, a header of its own, a password or a user alone is the key`() throws {
        for headers in [
            ["authorization": "Bearer \(key.text)"], ["authorization": "bearer  \(key.text)"],
            ["x-api-key": key.text], basic("moodle:\(key.text)"), basic("\(key.text):"), basic(key.text),
        ] {
            #expect(try PresentedKey.key(of: request(headers)) == key)
        }
    }

    @Test func `without a key, or with something else in its place, the refusal says so`() {
        #expect(throws: GatewayError.missingKey) { try PresentedKey.key(of: request([:])) }
        #expect(throws: GatewayError.missingKey) { try PresentedKey.key(of: request(["authorization": "Digest x"])) }
        #expect(throws: GatewayError.malformedKey) { try PresentedKey.key(of: request(basic("ada:secret"))) }
        #expect(throws: GatewayError.malformedKey) {
            try PresentedKey.key(of: request(["authorization": "Basic ***"]))
        }
    }
}
