import Contracts
import Foundation
import HTTPServer
import Runtime

/// One dashboard's WebSocket: who it is, then everything that is pushed, until it leaves or its key is revoked.
///
/// The key comes in the first message and not in the address, which logs would keep.
struct LiveSocket: Sendable {
    let hub: LiveHub
    let push: LivePush
    let keys: KeyStore
    let clock: any ServiceClock
    /// Origins beside this host's own that a browser may come from.
    let origins: Set<String>

    private struct Authenticate: Decodable {
        var type: String
        var key: String
    }

    func serve(_ connection: WebSocketConnection) async throws {
        guard isAllowedOrigin(connection) else {
            return try refuse(connection, RPCError(.permissionDenied, "this origin may not connect"))
        }
        let key: APIKey
        let principal: Principal
        do {
            key = try await authenticate(connection)
            principal = try await keys.principal(of: key)
            guard principal.holds(.read) else { throw GatewayError.scopeMissing(.read) }
        } catch let error as GatewayError {
            return try refuse(connection, error.rpcError)
        }
        guard let seat = hub.join(connection, as: principal) else {
            return connection.close(.tryAgainLater, reason: "too many dashboards are open")
        }
        defer { hub.leave(seat) }
        try connection.send(text: LiveMessage.ready(now: clock.now()))
        try connection.send(text: await push.overview(of: principal.tenant))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in connection.messages {} }
            group.addTask { try await watch(key, connection) }
            // Whichever ends first ends the socket: the client left, or its key was revoked.
            _ = try await group.next()
            group.cancelAll()
        }
    }

    /// The first message says who it is; it must come soon.
    private func authenticate(_ connection: WebSocketConnection) async throws -> APIKey {
        let first = try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                for await message in connection.messages { return message }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: GatewayLimits.authenticationTime)
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let first else { throw GatewayError.missingKey }
        do {
            let message = try JSONCoding.decoder().decode(Authenticate.self, from: Data(first.utf8))
            guard message.type == "authenticate" else { throw GatewayError.missingKey }
            return try APIKey(message.key)
        } catch is DecodingError {
            throw GatewayError.missingKey
        }
    }

    /// Ends when the key does not hold any more.
    private func watch(_ key: APIKey, _ connection: WebSocketConnection) async throws {
        while true {
            try await Task.sleep(for: .seconds(30))
            do {
                _ = try await keys.principal(of: key)
            } catch let error as GatewayError {
                return try refuse(connection, error.rpcError)
            }
        }
    }

    private func refuse(_ connection: WebSocketConnection, _ error: RPCError) throws {
        try connection.send(text: LiveMessage.failure(error))
        connection.close(.policyViolation, reason: error.message)
    }

    /// A browser says where its page is from; programs that are no browser say nothing.
    private func isAllowedOrigin(_ connection: WebSocketConnection) -> Bool {
        guard let origin = connection.header("origin"), let url = URL(string: origin), let host = url.host else {
            return connection.header("origin") == nil
        }
        let authority = url.port.map { "\(host):\($0)" } ?? host
        return authority == connection.header("host") || origins.contains(origin)
    }
}
