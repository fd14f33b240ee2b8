import Contracts
import Foundation
import HTTPServer
import Testing

@testable import Gateway

/// Bodies of several parts, and requests in the alternate syntax. No server: both are pure functions.
@Suite struct MultipartMixedTests {
    @Test func `what is put together comes apart again, whatever bytes the parts hold`() throws {
        let binary = Data((0..<256).map { UInt8($0) }) + Data("\r\n--almost\r\n--bx\r\nx--b\r\n".utf8)
        let parts = [
            MultipartMixed.Part(headers: ["content-type": "application/json"], body: Data("{}".utf8)),
            MultipartMixed.Part(headers: ["x-a": "1", "x-b": "2: 3"], body: binary),
            MultipartMixed.Part(headers: ["x-a": "1"], body: Data()),
        ]
        #expect(try MultipartMixed.parts(MultipartMixed.body(parts, boundary: "b"), boundary: "b") == parts)
    }

    @Test func `line breaks of one character, a preamble, an epilogue and space behind a boundary are allowed`() throws {
        let body = "preamble\n--b  \nContent-Type: text/plain\n\nhello\n--b--\nepilogue --b"
        let parts = try MultipartMixed.parts(Data(body.utf8), boundary: "b")
        #expect(parts == [MultipartMixed.Part(headers: ["content-type": "text/plain"], body: Data("hello".utf8))])
    }

    @Test("a body that is none is refused", arguments: [
        "", "nothing", "--b\r\n", "--b\r\nContent-Type: text/plain\r\n\r\nnot closed", "--c\r\n\r\nx\r\n--c--",
        "--b\r\nContent-Type: text/plain\r\n--b--", "--b\r\nno colon\r\n\r\nx\r\n--b--",
    ])
    func refused(body: String) {
        #expect(throws: GatewayError.self) { try MultipartMixed.parts(Data(body.utf8), boundary: "b") }
    }

    @Test func `the boundary is read from the content type, in quotation marks or without`() {
        #expect(MultipartMixed.boundary("multipart/mixed; boundary=abc") == "abc")
        #expect(MultipartMixed.boundary("multipart/mixed; charset=utf-8; Boundary=\"a b\"") == "a b")
        for type in ["multipart/mixed", "multipart/mixed;", "multipart/mixed; boundary=", "multipart/mixed; boundary=\"\""] {
            #expect(MultipartMixed.boundary(type) == nil, "\(type)")
        }
    }

    // MARK: Alternate syntax

    private func call(
        _ method: HTTPVerb, _ query: [(name: String, value: String)], _ form: String, _ headers: [String: String] = [:]
    ) throws -> XAPICall {
        try XAPICall(
            HTTPServerRequest(
                method: method, path: "/xapi/statements", queryItems: query, headers: headers, body: Data(form.utf8)))
    }

    @Test func `Communication 1.3: method, headers, parameters and body out of a form`() throws {
        let form = "statementId=1&content=%7B%22a%22%3A%22b+c%22%7D&Authorization=Basic%20x&X-Experience-API-Version=1.0.3"
        let call = try call(.post, [("method", "PUT")], form, ["content-type": "application/x-www-form-urlencoded"])
        #expect(call.http.method == .put)
        #expect(call.version == .v1)
        #expect(try call.uniqueParameters() == ["statementId": "1"])
        #expect(call.http.header("authorization") == "Basic x")
        #expect(call.http.header("content-type") == "application/json")
        #expect(call.http.body == Data(#"{"a":"b c"}"#.utf8))
    }

    @Test func `Communication 1.3: a header that could be set holds over the form's`() throws {
        let form = "X-Experience-API-Version=0.8&content=x"
        let call = try call(.post, [("method", "PUT")], form, ["x-experience-api-version": "1.0.3"])
        #expect(call.version == .v1)
    }

    @Test func `Communication 1.3: other parameters in the query, no content, and version 2.0 are refused`() throws {
        #expect(throws: GatewayError.self) { try call(.post, [("method", "PUT"), ("statementId", "1")], "content=x") }
        #expect(throws: GatewayError.self) { try call(.post, [("method", "PUT")], "statementId=1") }
        #expect(throws: GatewayError.self) { try call(.post, [("method", "FETCH")], "content=x") }
        #expect(throws: GatewayError.self) {
            try call(.post, [("method", "GET")], "limit=1", ["x-experience-api-version": "2.0.0"])
        }
        let get = try call(.get, [("method", "POST")], "")
        #expect(get.http.method == .get && get.parameters.first?.name == "method")
    }

    @Test func `XAPI-00331 / Communication 3.3: which versions are spoken`() {
        for text in ["1.0", "1.0.0", "1.0.3", "1.0.99"] { #expect(XAPIVersion(header: text) == .v1, "\(text)") }
        for text in ["2.0", "2.0.0", "2.0.1"] { #expect(XAPIVersion(header: text) == .v2, "\(text)") }
        for text in ["", "1", "1.1", "1.1.0", "0.95", "2.1.0", "1.0.", "1.0.x", "1.0.3.1", "v1.0.3", "1.0.3 ", "10.0"] {
            #expect(XAPIVersion(header: text) == nil, "\(text)")
        }
    }

    @Test func `dates as HTTP writes them`() {
        #expect(XAPIAnswer.httpDate(Date(timeIntervalSince1970: 784_111_777.9)) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(XAPIAnswer.httpDate(Date(timeIntervalSince1970: 1_790_000_000)) == "Mon, 21 Sep 2026 14:13:20 GMT")
    }
}
