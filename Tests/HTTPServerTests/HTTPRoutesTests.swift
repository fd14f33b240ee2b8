import Contracts
import Foundation
import HTTPClient
import HTTPServer
import RPC
import TestSupport
import Testing

/// Requests that are well meant: routing, bodies, problems, files.
@Suite struct HTTPRoutesTests {
    private struct Note: Codable, Sendable { var text: String }

    private func routes() -> HTTPRoutes {
        let routes = HTTPRoutes()
        routes.on(.get, "/v1/learners/{id}") { request in
            .text("learner \(try request.parameter("id")) \(request.query("band") ?? "-")")
        }
        routes.on(.get, "/v1/learners/newest") { _ in .text("newest") }
        routes.on(.post, "/v1/notes", maxBytes: 1_000) { request in
            try .json(try request.json(Note.self), status: 201)
        }
        routes.on(.get, "/v1/broken") { _ in throw CocoaError(.fileNoSuchFile) }
        routes.on(.get, "/v1/busy") { _ in
            throw RPCError(.resourceExhausted, "too many requests with this key", retryAfter: .seconds(7))
        }
        return routes
    }

    @Test func `a part in braces is any one segment, and a literal one wins`() async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            #expect(try await server.get("/v1/learners/a%20b%2Fc?band=high&x=1").text == "learner a b/c high")
            #expect(try await server.get("/v1/learners/newest").text == "newest")
            #expect(try await server.get("/v1/learners").status == 404)
            #expect(try await server.get("/v1/learners/").status == 404)
        }
    }

    @Test func `HEAD is GET without the body`() async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            let response = try await server.send(.head, "/v1/learners/newest")
            #expect(response.status == 200 && response.body.isEmpty)
            #expect(response.header("content-length") == "6")
        }
    }

    @Test func `another method is told which ones there are`() async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            let response = try await server.send(.delete, "/v1/notes")
            #expect(response.status == 405)
            #expect(response.header("allow") == "POST")
        }
    }

    @Test func `a failure is a problem with code, sentence and the request's id`() async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            let response = try await server.get("/v1/nothing", headers: [("x-request-id", "ada-0001")])
            #expect(response.status == 404)
            #expect(response.header("content-type") == "application/problem+json")
            #expect(response.header("x-request-id") == "ada-0001")
            #expect(try response.field("code") == "not_found")
            #expect(try response.field("status") == "404")
            #expect(try response.field("requestId") == "ada-0001")
            let busy = try await server.get("/v1/busy")
            #expect(busy.status == 429 && busy.header("retry-after") == "7")
        }
    }

    @Test func `what went wrong inside is for the log alone`() async throws {
        let lines = LogLines()
        try await withServer(routes: routes(), lines: lines) { (server: TestServer) async throws -> Void in
            let response = try await server.get("/v1/broken")
            #expect(response.status == 500)
            #expect(try response.field("detail") == "something went wrong inside the service")
        }
        #expect(lines.all.contains { $0.contains("\"http.status\":\"500\"") && $0.contains("CocoaError") })
    }

    @Test func `the log names the route, never the path or the query`() async throws {
        let lines = LogLines()
        try await withServer(routes: routes(), lines: lines) { (server: TestServer) async throws -> Void in
            _ = try await server.get("/v1/learners/secret-name?mail=other-secret")
        }
        #expect(lines.all.contains { $0.contains("\"http.route\":\"/v1/learners/{id}\"") })
        #expect(!lines.all.contains { $0.contains("secret") })
    }

    @Test func `a JSON body is read, and a bad one is explained`() async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            let json = [("content-type", "application/json; charset=utf-8")] as [HTTPClientRequest.Header]
            let good = try await server.send(
                .post, "/v1/notes", Data(#"{"text":"hello","other":null}"#.utf8), headers: json)
            #expect(good.status == 201 && good.text == #"{"text":"hello"}"#)
            let cases: [(String, Int, String)] = [
                (#"{"text":7}"#, 400, "the field text must be a string"),
                (#"{}"#, 400, "the field text is missing"),
                (
                    #"not json"#, 400,
                    "the body is not a valid JSON document, or a number in it does not fit its field"
                ),
                (
                    #"{"text":"a\u0000b"}"#, 400,
                    "the JSON document must not contain a NUL character (\\u0000)"
                ),
                (
                    String(repeating: "[", count: 40), 400,
                    "the JSON document must not contain more than 32 levels of nesting"
                ),
            ]
            for (body, status, detail) in cases {
                let response = try await server.send(.post, "/v1/notes", Data(body.utf8), headers: json)
                #expect(response.status == status)
                #expect(try response.field("detail") == detail)
            }
            let form = try await server.send(
                .post, "/v1/notes", Data("text=a".utf8), headers: [("content-type", "text/plain")])
            #expect(form.status == 415)
        }
    }

    @Test func `a body beyond the route's limit is 413, however it is sent`() async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            let json: [HTTPClientRequest.Header] = [("content-type", "application/json")]
            let large = Data(("{\"text\":\"" + String(repeating: "x", count: 10 << 20) + "\"}").utf8)
            #expect(try await server.send(.post, "/v1/notes", large, headers: json).status == 413)
            let chunked = try await server.send(
                .post, "/v1/notes", large, headers: json + [("transfer-encoding", "chunked")])
            #expect(chunked.status == 413)
            let packed = try Gzip.compress(
                Data(("{\"text\":\"" + String(repeating: "x", count: 1 << 20) + "\"}").utf8))
            let bomb = try await server.send(
                .post, "/v1/notes", packed, headers: json + [("content-encoding", "gzip")])
            #expect(bomb.status == 413)
            #expect(try await server.get("/v1/learners/newest").status == 200)
        }
    }

    @Test func `a packed body is unpacked, an unknown packing refused`() async throws {
        try await withServer(routes: routes()) { (server: TestServer) async throws -> Void in
            let body = try Gzip.compress(Data(#"{"text":"hello"}"#.utf8))
            let json: [HTTPClientRequest.Header] = [("content-type", "application/json")]
            let good = try await server.send(
                .post, "/v1/notes", body, headers: json + [("content-encoding", "gzip")])
            #expect(good.text == #"{"text":"hello"}"#)
            let torn = try await server.send(
                .post, "/v1/notes", body.dropLast(9), headers: json + [("content-encoding", "gzip")])
            #expect(torn.status == 400)
            let other = try await server.send(
                .post, "/v1/notes", body, headers: json + [("content-encoding", "br")])
            #expect(other.status == 415)
        }
    }

    @Test func `files are served with type, tag and policy, and nothing outside the folder`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-files-\(UUID())")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "assets"), withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) } }
        try Data("<p>hello</p>".utf8).write(to: folder.appending(path: "index.html"))
        try Data(String(repeating: "let a = 1;", count: 500).utf8).write(
            to: folder.appending(path: "assets/app.js"))
        let files = try StaticFiles(
            directory: folder, headers: [("content-security-policy", "default-src 'self'")])
        try await withServer(routes: routes(), files: files) { (server: TestServer) async throws -> Void in
            let index = try await server.get("/")
            #expect(index.text == "<p>hello</p>")
            #expect(index.header("content-security-policy") == "default-src 'self'")
            #expect(index.header("content-type") == "text/html; charset=utf-8")
            let browser = [(name: "accept", value: "text/html,application/xhtml+xml,*/*;q=0.8")]
            #expect(try await server.get("/learners/abc", headers: browser).text == "<p>hello</p>")
            for headers in [[], [(name: "accept", value: "*/*")]] {
                #expect(try await server.get("/v1/learner", headers: headers).status == 404)
            }
            let tag = try #require(index.header("etag"))
            #expect(try await server.get("/", headers: [("if-none-match", tag)]).status == 304)
            let script = try await server.get("/assets/app.js", headers: [("accept-encoding", "gzip")])
            #expect(script.header("content-encoding") == "gzip")
            #expect(try Gzip.decompress(script.body, limit: 10_000).count == 5_000)
            #expect(try await server.get("/assets/none.js").status == 404)
            #expect(try await server.get("/..%2f..%2fetc/passwd.txt").status == 404)
        }
    }

    @Test func `readiness asks every check within its time and says why not`() async throws {
        let checks = [
            HealthCheck("database", .essential) { "6 connections" },
            HealthCheck("log", .degrading) { HealthDetail("caught up", lag: ["learner-events": 3]) },
            HealthCheck("redis", .degrading) { throw RPCError(.unavailable, "no connection to Redis") },
            HealthCheck("slow", .essential) {
                try await Task.sleep(for: .seconds(30))
                return ""
            },
        ]
        try await withServer(health: checks, adjust: { $0.healthTimeout = .milliseconds(200) }) {
            (server: TestServer) async throws -> Void in
            let response = try await server.get("/readyz")
            #expect(response.status == 503)
            let report = try JSONCoding.decoder().decode(ReadinessReport.self, from: response.body)
            #expect(report.checks.map(\.ready) == [true, true, false, false])
            #expect(report.checks.map(\.essential) == [true, false, false, true])
            #expect(report.checks[2].detail == "no connection to Redis")
            #expect(report.lag == ["learner-events": 3])
            #expect(try await server.get("/livez").status == 200)
            #expect(try await server.get("/metrics").text.contains("process_start_time_seconds"))
        }
    }

    @Test func `a service that misses nothing essential is ready, and says that it is degraded`() async throws {
        let checks = [
            HealthCheck("database", .essential) { "answers" },
            HealthCheck("redis", .degrading) { throw RPCError(.unavailable, "no connection to Redis") },
        ]
        try await withServer(health: checks) { (server: TestServer) async throws -> Void in
            let response = try await server.get("/readyz")
            #expect(response.status == 200)
            let report = try JSONCoding.decoder().decode(ReadinessReport.self, from: response.body)
            #expect(report.ready)
            #expect(report.degraded)
            #expect(report.checks[1].detail == "no connection to Redis")
        }
    }
}
