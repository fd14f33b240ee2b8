import Contracts
import Foundation
import HTTPClient
import Synchronization
import TestSupport

/// The gateway as a third party sees it: JSON over HTTP with a key.
struct PublicAPI: Sendable {
    let base: String
    let key: String
    private let http = HTTPClient()

    init(base: String, key: String) {
        self.base = base
        self.key = key
    }

    /// The same gateway with another key; nil for none.
    func send(
        _ method: HTTPClientRequest.Method, _ path: String, body: Data? = nil, key: String?,
        headers: [HTTPClientRequest.Header] = []
    ) async throws -> HTTPClientResponse {
        var all = headers
        if let key { all.append(("Authorization", "Bearer \(key)")) }
        if body != nil, !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            all.append(("Content-Type", "application/json"))
        }
        return try await http.send(
            HTTPClientRequest(method: method, url: base + path, headers: all, body: body, timeout: .seconds(30)))
    }

    func get<Answer: Decodable>(_ path: String, as: Answer.Type = Answer.self) async throws -> Answer {
        let answer = try await send(.get, path, key: key)
        guard answer.status == 200 else { throw unexpected("GET \(path)", answer) }
        return try JSONCoding.decoder().decode(Answer.self, from: answer.body)
    }

    func put(_ path: String, _ body: some Encodable) async throws {
        let answer = try await send(.put, path, body: JSONCoding.encoder().encode(body), key: key)
        guard answer.status == 200 else { throw unexpected("PUT \(path)", answer) }
    }

    func record(_ events: [EventDraft]) async throws -> RecordEvents.Response {
        let body = try JSONCoding.encoder().encode(RecordEvents.Request(source: "story", events: events))
        let answer = try await send(.post, "/v1/events", body: body, key: key)
        guard answer.status == 200 else { throw unexpected("POST /v1/events", answer) }
        return try JSONCoding.decoder().decode(RecordEvents.Response.self, from: answer.body)
    }

    private func unexpected(_ what: String, _ answer: HTTPClientResponse) -> TestSupportError {
        TestSupportError("\(what) answered \(answer.status): \(String(decoding: answer.body.prefix(1_000), as: UTF8.self))")
    }

    // MARK: - Time

    private struct Clock: Encodable {
        var now: Date
        var rate = 0.0
    }

    /// Sets every service's clock.
    func set(now: Date) async throws {
        try await put("/v1/clock", Clock(now: now))
    }

    /// Sets every service's clock and waits until all that is due by then has happened.
    func advance(to now: Date) async throws {
        try await set(now: now)
        try await settle()
    }

    private struct Status: Decodable {
        struct Service: Decodable {
            var name: String
            var lag: [String: Int64]
            var pending: Int
            var reasons: [String]
        }
        var services: [Service]

        var isQuiet: Bool {
            services.count == 4
                && services.allSatisfy { $0.reasons.isEmpty && $0.pending == 0 && $0.lag.values.allSatisfy { $0 == 0 } }
        }
    }

    /// Waits until no fact is on its way and nothing is due.
    func settle() async throws {
        let quiet = QuietCount()
        try await eventually("the suite is quiet", within: .seconds(20)) {
            let status = try await get("/v1/status", as: Status.self)
            return quiet.note(status.isQuiet)
        }
    }
}

/// Quiet twice in a row is quiet: a fact may pass from a service not yet asked to one asked before.
private final class QuietCount: Sendable {
    private let count = Mutex(0)

    func note(_ isQuiet: Bool) -> Bool {
        count.withLock { count in
            count = isQuiet ? count + 1 : 0
            return count >= 2
        }
    }
}

extension SourceID: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.init(checked: text) }
}
