import Contracts
import Foundation
import RPC
import Runtime
import Testing

/// The server side of a procedure, without a socket: codes, headers, bodies.
@Suite struct RPCRouterTests {
    struct Question: Codable, Sendable, Equatable {
        var name: String
        var age: Int?
    }
    struct Reply: Codable, Sendable, Equatable {
        var greeting: String
        var tenant: String
        var left: Bool
    }
    static let greet = RPCMethod<Question, Reply>(
        path: "/holdfast.test.v1.TestService/Greet", isIdempotent: true)

    struct Missing: Error, RPCErrorConvertible {
        var rpcError: RPCError { RPCError(.notFound, "nobody is called that", detail: "secret table") }
    }

    let router: RPCRouter

    init() {
        router = RPCRouter(clock: SystemClock())
        router.handle(Self.greet, maxBytes: 5_000) { question, context in
            switch question.name {
            case "missing": throw Missing()
            case "broken": throw CocoaError(.coderInvalidValue)
            case "busy": throw RPCError(.unavailable, "later", retryAfter: .milliseconds(1_500))
            case "slow": try await Task.sleep(for: .seconds(20))
            case "long":
                return Reply(greeting: String(repeating: "long ", count: 1_000), tenant: "", left: false)
            default: break
            }
            return Reply(
                greeting: "hello \(question.name) \(question.age ?? -1)", tenant: context.tenant.rawValue,
                left: context.remaining != nil)
        }
    }

    private func call(
        _ body: String, method: String = "POST", path: String = greet.path,
        headers: [String: String] = ["content-type": "application/json"]
    ) async -> (status: Int, headers: [String: String], text: String) {
        await call(Data(body.utf8), method: method, path: path, headers: headers)
    }

    private func call(
        _ body: Data, method: String = "POST", path: String = greet.path, headers: [String: String]
    ) async -> (status: Int, headers: [String: String], text: String) {
        let reply = await router.respond(
            to: RPCRequest(method: method, path: path, headers: headers, body: body))
        return (
            reply.status, Dictionary(reply.headers, uniquingKeysWith: { $1 }),
            String(decoding: reply.body, as: UTF8.self)
        )
    }

    private let json = ["content-type": "application/json"]

    @Test func `a success is 200 with the bare message`() async {
        let reply = await call(#"{"name":"Ada","age":null,"unknown":{"x":[1]}}"#)
        #expect(reply.status == 200)
        #expect(reply.headers["content-type"] == "application/json")
        #expect(reply.text == #"{"greeting":"hello Ada -1","left":false,"tenant":"default"}"#)
    }

    @Test func `tenant and deadline come from the headers`() async {
        let headers = [
            "content-type": "application/json", "holdfast-tenant": "school", "connect-timeout-ms": "5000",
        ]
        let reply = await call(#"{"name":"Ada"}"#, headers: headers)
        #expect(reply.text == #"{"greeting":"hello Ada -1","left":true,"tenant":"school"}"#)
    }

    @Test("a bad deadline is refused", arguments: ["0", "-1", "1.5", "12345678901", "", "soon"])
    func badDeadline(text: String) async {
        let headers = ["content-type": "application/json", "connect-timeout-ms": text]
        let reply = await call(#"{"name":"Ada"}"#, headers: headers)
        #expect(reply.status == 400 && reply.text.contains(#""code":"invalid_argument""#))
    }

    @Test func `the deadline ends the call at once`() async {
        let start = ContinuousClock.now
        let headers = ["content-type": "application/json", "connect-timeout-ms": "100"]
        let reply = await call(#"{"name":"slow"}"#, headers: headers)
        #expect(reply.status == 504 && reply.text.contains(#""code":"deadline_exceeded""#))
        #expect(start.duration(to: .now) < .seconds(3))
    }

    @Test func `a service's own error crosses as its code and sentence, never its detail`() async {
        let reply = await call(#"{"name":"missing"}"#)
        #expect(reply.status == 404)
        #expect(reply.text == #"{"code":"not_found","message":"nobody is called that"}"#)
        let broken = await call(#"{"name":"broken"}"#)
        #expect(broken.status == 500)
        #expect(broken.text == #"{"code":"internal","message":"something went wrong inside the service"}"#)
    }

    @Test func `a known wait is told twice: in RetryInfo and in Retry-After`() async {
        let reply = await call(#"{"name":"busy"}"#)
        #expect(reply.status == 503 && reply.headers["retry-after"] == "2")
        // google.rpc.RetryInfo { retry_delay { seconds: 1, nanos: 500000000 } }, without padding.
        #expect(reply.text.contains(#""type":"google.rpc.RetryInfo","value":"CggIARCAyrXuAQ""#))
    }

    @Test func `another method is 405, another type 415, another path 404`() async {
        let get = await call("", method: "GET")
        #expect(get.status == 405 && get.headers["allow"] == "POST")
        let type = await call("{}", headers: ["content-type": "application/proto"])
        #expect(type.status == 415 && type.headers["accept-post"] == "application/json")
        #expect(await call("{}", headers: [:]).status == 415)
        #expect(await call("{}", path: "/holdfast.test.v1.TestService/greet", headers: json).status == 404)
    }

    @Test(
        "a request that cannot be read is invalid_argument and says where",
        arguments: [
            ("{", "the body is not a valid JSON document, or a number in it does not fit its field"),
            (#"{"age":1}"#, "the field name is missing"),
            (#"{"name":1}"#, "the field name must be a string"),
            (#"{"name":"a","age":"old"}"#, "the field age must be a whole number"),
            (
                #"{"name":"a","age":1.5}"#,
                "the body is not a valid JSON document, or a number in it does not fit its field"
            ),
            (#"{"name":"\u0000"}"#, "the JSON document must not contain a NUL character (\\\\u0000)"),
        ])
    func unreadable(body: String, message: String) async {
        let reply = await call(body)
        #expect(reply.status == 400)
        #expect(reply.text == #"{"code":"invalid_argument","message":"\#(message)"}"#)
    }

    @Test func `nesting beyond 32 is refused, in strings it counts for nothing`() async {
        let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
        #expect(await call(#"{"name":"a","x":\#(deep)}"#).status == 400)
        let text = String(repeating: "[", count: 100)
        #expect(await call(#"{"name":"\\\"\#(text)"}"#).status == 200)
    }

    @Test func `packed requests are unpacked, and counted unpacked`() async throws {
        let gzip = ["content-type": "application/json", "content-encoding": "gzip"]
        let small = try Gzip.compress(Data(#"{"name":"Ada"}"#.utf8))
        #expect(await call(small, headers: gzip).status == 200)
        let bomb = try Gzip.compress(
            Data((#"{"name":""# + String(repeating: "a", count: 1 << 20) + "\"}").utf8))
        #expect(bomb.count < 5_000)
        #expect(await call(bomb, headers: gzip).status == 413)
        #expect(await call(small.dropLast(4), headers: gzip).status == 400)
        #expect(await call(Data("no gzip".utf8), headers: gzip).status == 400)
        let other = await call(
            small, headers: ["content-type": "application/json", "content-encoding": "br"])
        #expect(other.status == 501 && other.text.contains("gzip and identity"))
    }

    @Test func `an answer is packed for a client that says it can read it`() async throws {
        let headers = ["content-type": "application/json", "accept-encoding": "deflate, gzip;q=0.8"]
        let reply = await router.respond(
            to: RPCRequest(
                method: "POST", path: Self.greet.path, headers: headers, body: Data(#"{"name":"long"}"#.utf8))
        )
        #expect(reply.headers.contains { $0 == ("content-encoding", "gzip") })
        let text = String(decoding: try Gzip.decompress(reply.body, limit: 100_000), as: UTF8.self)
        #expect(text.contains("long long long"))
        let plain = await call(
            #"{"name":"long"}"#, headers: ["content-type": "application/json", "accept-encoding": "gzip;q=0"])
        #expect(plain.headers["content-encoding"] == nil)
    }

    @Test func `a request beyond its limit is 413 and not worth a retry`() async {
        let reply = await call(#"{"name":"\#(String(repeating: "a", count: 6_000))"}"#)
        #expect(reply.status == 413 && reply.text.contains(#""code":"invalid_argument""#))
    }

    @Test func `every code has its status, and the status alone leads back to a code`() {
        let expected: [RPCError.Code: Int] = [
            .canceled: 499, .unknown: 500, .invalidArgument: 400, .deadlineExceeded: 504, .notFound: 404,
            .alreadyExists: 409, .permissionDenied: 403, .resourceExhausted: 429, .failedPrecondition: 400,
            .aborted: 409, .outOfRange: 400, .unimplemented: 501, .internal: 500, .unavailable: 503,
            .dataLoss: 500, .unauthenticated: 401,
        ]
        for code in RPCError.Code.allCases { #expect(code.httpStatus == expected[code]) }
    }

    @Test func `integers of the contracts are taken as numbers with a zero fraction and as strings`()
        async throws
    {
        for text in ["7", "7.0", "\"7\""] {
            let data = Data(#"{"partition":\#(text),"after":\#(text),"limit":\#(text)}"#.utf8)
            #expect(
                try JSONGuard.decode(ReadLog.Request.self, from: data)
                    == .init(partition: 7, after: 7, limit: 7))
        }
        for text in ["7.5", "\"seven\"", "true"] {
            let data = Data(#"{"partition":\#(text),"after":7,"limit":7}"#.utf8)
            #expect(throws: RPCError.self) { try JSONGuard.decode(ReadLog.Request.self, from: data) }
        }
    }
}
