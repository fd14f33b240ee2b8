import Contracts
import Foundation
import HTTPServer
import Platform
import Runtime

/// Keys, policies, dead letters and the simulated clock.
struct AdminRoutes: Sendable {
    let upstream: Upstream
    let keys: KeyStore
    let clock: any ServiceClock
    /// The gateway's own clock where it is simulated, else nil.
    let keptClock: KeptClock?

    var routes: [Route] {
        [
            Route(
                method: .get, path: "/v1/keys", scope: .admin, summary: "Lists the API keys, without the keys.",
                responseSchema: "Keys", handle: listKeys),
            Route(
                method: .post, path: "/v1/keys", scope: .admin, summary: "Makes an API key, shown this once.",
                requestSchema: "NewKey", responseSchema: "MadeKey", successStatus: 201, handle: makeKey),
            Route(
                method: .delete, path: "/v1/keys/{id}", scope: .admin, summary: "Revokes an API key.",
                successStatus: 204, handle: revokeKey),
            Route(
                method: .get, path: "/v1/policies", scope: .read, summary: "Lists the nudge policies.",
                responseSchema: "Policies", handle: listPolicies),
            Route(
                method: .put, path: "/v1/policies/{name}", scope: .admin, summary: "Sets a nudge policy.",
                requestSchema: "Policy", responseSchema: "Policy", handle: setPolicy),
            Route(
                method: .get, path: "/v1/dead-letters", scope: .read,
                summary: "Facts that a service heard and could not apply.",
                query: [.init(name: "service", words: "Only this service.")], responseSchema: "DeadLetters",
                handle: listDeadLetters),
            Route(
                method: .post, path: "/v1/dead-letters/{service}/{id}/replay", scope: .admin,
                summary: "Applies a dead letter after all.", successStatus: 204, handle: replay),
            Route(
                method: .get, path: "/v1/clock", scope: .read, summary: "The time that the services believe it is.",
                responseSchema: "ClockState", handle: getClock),
            Route(
                method: .put, path: "/v1/clock", scope: .admin,
                summary: "Sets the clock of every service, where it is simulated.", requestSchema: "ClockSetting",
                responseSchema: "ClockState", handle: setClock),
        ]
    }

    // MARK: - Keys

    private struct NewKey: Decodable {
        var name: String
        var scopes: [Scope]
    }

    private struct MadeKey: Encodable {
        var id: UUID
        var key: String
        var prefix: String
        var scopes: [Scope]
    }

    private struct Keys: Encodable {
        var keys: [KeyStore.Listed]
    }

    private func listKeys(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(Keys(keys: await keys.list(tenant: request.principal.tenant)))
    }

    private func makeKey(_ request: APIRequest) async throws -> HTTPServerResponse {
        let wanted: NewKey = try request.http.json()
        guard (1...100).contains(wanted.name.count) else {
            throw GatewayError.invalid("name must have 1 to 100 characters, got \(wanted.name.count)")
        }
        guard !wanted.scopes.isEmpty else { throw GatewayError.invalid("scopes must have at least one entry") }
        let key = APIKey.make()
        let id = try await keys.save(
            key, name: wanted.name, scopes: Set(wanted.scopes), tenant: request.principal.tenant, now: clock.now())
        return try .json(
            MadeKey(id: id, key: key.text, prefix: key.shownPrefix, scopes: wanted.scopes), status: 201)
    }

    private func revokeKey(_ request: APIRequest) async throws -> HTTPServerResponse {
        let id = try request.parameter("id", expected: "a key's id (a UUID)", UUID.init(uuidString:))
        try await keys.revoke(id, tenant: request.principal.tenant, now: clock.now())
        return HTTPServerResponse(status: 204)
    }

    // MARK: - Policies

    private func listPolicies(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(await upstream.nudging.call(NudgingRPC.listPolicies, Empty(), upstream.context(request)))
    }

    private func setPolicy(_ request: APIRequest) async throws -> HTTPServerResponse {
        let policy: NudgePolicyDefinition = try request.http.json()
        guard policy.name == request.http.parameters["name"] else {
            throw GatewayError.invalid("name must be the same in path and body, got \"\(policy.name)\" in the body")
        }
        _ = try await upstream.nudging.call(
            NudgingRPC.setPolicy, .init(policy: policy), upstream.context(request))
        return try .json(policy)
    }

    // MARK: - Dead letters

    /// A dead letter with the name of the service that could not apply it.
    private struct ServiceDeadLetter: Encodable, Sendable {
        var service: String
        var deadLetter: DeadLetter

        private enum Keys: String, CodingKey {
            case service
        }

        func encode(to encoder: any Encoder) throws {
            try deadLetter.encode(to: encoder)
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(service, forKey: .service)
        }
    }

    private struct DeadLetters: Encodable {
        var deadLetters: [ServiceDeadLetter]
        var unavailable: [String]
    }

    private func listDeadLetters(_ request: APIRequest) async throws -> HTTPServerResponse {
        let names = upstream.all.map(\.name)
        let wanted = try request.query("service", expected: "one of \(names.joined(separator: ", "))") { text in
            names.contains(text) ? text : nil
        }
        let context = upstream.context(request)
        let missing = Missing()
        var found: [ServiceDeadLetter] = []
        for (name, client) in upstream.all where wanted == nil || wanted == name {
            guard let log = Upstream.logs[name] else { continue }
            let answer = try await upstream.part(name, missing) {
                try await client.call(log.listDeadLetters, .init(page: PageRequest(size: 200)), context)
            }
            found += (answer?.deadLetters ?? []).filter { $0.tenant == request.principal.tenant }
                .map { ServiceDeadLetter(service: name, deadLetter: $0) }
        }
        return try .json(DeadLetters(deadLetters: found, unavailable: missing.sorted))
    }

    private func replay(_ request: APIRequest) async throws -> HTTPServerResponse {
        let id = try request.parameter("id", expected: "a dead letter's number", Int64.init(_:))
        let name = request.http.parameters["service"] ?? ""
        guard let log = Upstream.logs[name], let client = upstream.all.first(where: { $0.name == name })?.client else {
            throw GatewayError.notFound("no service \"\(name.prefix(40))\" has dead letters")
        }
        _ = try await client.call(log.replayDeadLetter, .init(id: id), upstream.context(request))
        return HTTPServerResponse(status: 204)
    }

    // MARK: - Clock

    private struct ClockState: Encodable {
        var now: Date
        var simulated: Bool
    }

    private func getClock(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(ClockState(now: clock.now(), simulated: keptClock != nil))
    }

    /// All services are told at once, and this one: a step of a simulation waits for this answer. A time that has
    /// passed already is refused before any of them is told.
    private func setClock(_ request: APIRequest) async throws -> HTTPServerResponse {
        guard let keptClock else { throw GatewayError.clockNotSimulated }
        let setting: SetClock.Request = try request.http.json()
        try keptClock.check(now: setting.now, rate: setting.rate)
        let context = upstream.context(request)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (_, client) in upstream.all {
                group.addTask { _ = try await client.call(ClockRPC.setClock, setting, context) }
            }
            try await group.waitForAll()
        }
        let now = try await keptClock.set(now: setting.now, rate: setting.rate)
        return try .json(ClockState(now: now, simulated: true))
    }
}
