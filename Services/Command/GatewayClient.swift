import Contracts
import Foundation
import HTTPClient
import Runtime

/// Talks to the gateway's public API, and to nothing else.
///
/// Everything asked here may be asked twice without harm, so whatever may be a passing trouble (no
/// connection, 429, 502, 503, 504) is tried again for as long as `patience` lasts, at the time that
/// `Retry-After` names where there is one.
struct GatewayClient: Sendable {
    let base: String
    let key: String
    let http: HTTPClient
    var patience: Duration
    private let backoff = Backoff(base: .milliseconds(100), cap: .seconds(3))

    init(base: String, key: String, http: HTTPClient, patience: Duration) {
        self.base = base
        self.key = key
        self.http = http
        self.patience = patience
    }

    func get<Answer: Decodable>(_ path: String, query: [(String, String?)] = []) async throws -> Answer {
        try decode(try await send(.get, path + Self.text(of: query)), path)
    }

    func put<Body: Encodable>(_ path: String, _ body: Body) async throws {
        _ = try await send(.put, path, try JSONCoding.encoder().encode(body))
    }

    func put<Body: Encodable, Answer: Decodable>(_ path: String, _ body: Body) async throws -> Answer {
        try decode(try await send(.put, path, try JSONCoding.encoder().encode(body)), path)
    }

    /// Replaces what is there only while it still has this entity tag.
    func put<Body: Encodable>(_ path: String, _ body: Body, ifMatch tag: String) async throws {
        _ = try await send(.put, path, try JSONCoding.encoder().encode(body), headers: [("if-match", tag)])
    }

    /// What is there; `nil` where nothing is.
    func find<Answer: Decodable>(_ path: String) async throws -> Answer? {
        do {
            return try decode(try await send(.get, path), path)
        } catch let error as GatewayError where error.status == 404 {
            return nil
        }
    }

    func post<Answer: Decodable>(_ path: String, _ body: Data) async throws -> Answer {
        try decode(try await send(.post, path, body), path)
    }

    func post(_ path: String) async throws {
        _ = try await send(.post, path, Data("{}".utf8))
    }

    /// All rows of a paged list.
    func all<Page: Decodable, Row>(
        _ path: String, query: [(String, String?)], rows: (Page) -> [Row], next: (Page) -> String
    ) async throws -> [Row] {
        var found: [Row] = []
        var token = ""
        repeat {
            let page: Page = try await get(
                path,
                query: query + [
                    ("pageSize", "\(PageRequest.sizeMax)"), ("pageToken", token.isEmpty ? nil : token),
                ])
            found += rows(page)
            token = next(page)
        } while !token.isEmpty
        return found
    }

    /// One request, tried again while that may help. Answers with the body of a 2xx.
    func send(
        _ method: HTTPClientRequest.Method, _ path: String, _ body: Data? = nil,
        headers: [HTTPClientRequest.Header] = []
    ) async throws -> Data {
        let asked = "\(method.rawValue) \(path.prefix { $0 != "?" })"
        let deadline = ContinuousClock.now + patience
        var failures = 0
        while true {
            let failure: (error: GatewayError, wait: Duration?)
            do {
                let response = try await http.send(request(method, path, body, headers))
                if (200..<300).contains(response.status) { return response.body }
                let error = GatewayError(status: response.status, body: response.body, asked: asked)
                guard [429, 502, 503, 504].contains(response.status) else { throw error }
                failure = (error, response.header("retry-after").flatMap(Self.seconds))
            } catch let error as HTTPClientError {
                guard error.kind != .invalidRequest, error.kind != .shutDown else { throw error }
                failure = (GatewayError("\(asked) got no answer from \(base): \(error)"), nil)
            }
            failures += 1
            let wait = failure.wait ?? backoff.wait(afterFailures: failures)
            guard ContinuousClock.now + wait < deadline else { throw failure.error }
            try await Task.sleep(for: wait)
        }
    }

    private func request(
        _ method: HTTPClientRequest.Method, _ path: String, _ body: Data?, _ more: [HTTPClientRequest.Header]
    ) -> HTTPClientRequest {
        var headers: [HTTPClientRequest.Header] = [
            ("authorization", "Bearer \(key)"), ("accept", "application/json"),
        ] + more
        if body != nil { headers.append(("content-type", "application/json")) }
        return HTTPClientRequest(
            method: method, url: base + path, headers: headers, body: body, timeout: .seconds(30),
            maxResponseBytes: 32 << 20)
    }

    private func decode<Answer: Decodable>(_ body: Data, _ path: String) throws -> Answer {
        do {
            return try JSONCoding.decoder().decode(Answer.self, from: body)
        } catch let error as DecodingError {
            throw GatewayError("the answer of \(path) is not what was expected: \(error)")
        }
    }

    private static func text(of query: [(String, String?)]) -> String {
        let parts = query.compactMap { name, value in value.map { "\(name)=\(escaped($0))" } }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }

    /// For a part of a path or a query.
    static func escaped(_ text: String) -> String {
        let plain = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }

    private static func seconds(_ text: String) -> Duration? {
        Double(text).flatMap { (0...3_600).contains($0) ? .seconds($0) : nil }
    }
}
