import Foundation
import HTTPServer
import RPC
import Testing

@testable import Gateway

/// Pages of other origins: who may read answers, and where such a page puts its key.
@Suite struct PageOriginsTests {
    private let origins = PageOrigins(allowed: ["https://school.example"])

    private func request(_ headers: [String: String] = [:], body: String = "") -> HTTPServerRequest {
        HTTPServerRequest(method: .post, path: "/v1/events", headers: headers, body: Data(body.utf8))
    }

    private func value(_ name: String, _ response: HTTPServerResponse) -> String? {
        response.headers.first { $0.name == name }?.value
    }

    @Test func `a page of an allowed origin may read answers and problems`() async throws {
        let asked = request(["origin": "https://school.example"])
        let good = try await origins.answer(asked) { .text("yes") }
        #expect(value("access-control-allow-origin", good) == "https://school.example")
        let bad = try await origins.answer(asked) { throw GatewayError.missingKey }
        #expect(bad.status == 401)
        #expect(value("access-control-allow-origin", bad) == "https://school.example")
    }

    @Test(
        "other pages, and clients that are none, get no leave",
        arguments: ["https://evil.example", "null", ""])
    func others(origin: String) async throws {
        let asked = request(origin.isEmpty ? [:] : ["origin": origin])
        let answer = try await origins.answer(asked) { .text("yes") }
        #expect(answer.headers.allSatisfy { !$0.name.hasPrefix("access-control") })
        let preflight = origins.preflight(asked)
        #expect(preflight.status == 204)
        #expect(preflight.headers.allSatisfy { !$0.name.hasPrefix("access-control") })
    }

    @Test func `a browser that asks first hears what it may send`() {
        let answer = origins.preflight(request(["origin": "https://school.example"]))
        #expect(value("access-control-allow-methods", answer) == "POST")
        #expect(value("access-control-allow-headers", answer)?.contains("content-type") == true)
    }

    @Test func `the key stands in the body where no header holds one`() throws {
        let key = APIKey.make()
        #expect(
            try PresentedKey.key(of: request(body: "{\"key\":\"\(key.text)\",\"events\":[]}"), orIn: .key)
                == key)
        #expect(
            try PresentedKey.key(of: request(body: "{\"writeKey\":\"\(key.text)\"}"), orIn: .writeKey) == key)
        let bearer = ["authorization": "Bearer \(key.text)"]
        #expect(try PresentedKey.key(of: request(bearer, body: "{\"key\":\"hf_other\"}"), orIn: .key) == key)
        for body in ["", "no JSON", "{}", "{\"writeKey\":\"\(key.text)\"}", "{\"key\":7}"] {
            #expect(throws: GatewayError.missingKey) {
                try PresentedKey.key(of: request(body: body), orIn: .key)
            }
        }
        #expect(throws: GatewayError.malformedKey) {
            try PresentedKey.key(of: request(body: "{\"key\":\"hf_x\"}"), orIn: .key)
        }
    }
}
