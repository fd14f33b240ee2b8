import Contracts
import Foundation
import PostgreSQL
import Synchronization

/// The API keys, with a short memory so that a request need not ask the database.
final class KeyStore: Sendable {
    /// A key as a list shows it.
    struct Listed: Codable, Sendable {
        var id: UUID
        var name: String
        var prefix: String
        var scopes: [Scope]
        var createdAt: Date
        var revokedAt: Date?
    }

    private struct Remembered {
        var principal: Principal?
        var until: ContinuousClock.Instant
    }

    private let database: Database
    private let memory = Mutex<[Data: Remembered]>([:])

    init(database: Database) { self.database = database }

    /// Who holds the key.
    ///
    /// - Throws: ``GatewayError/unknownKey`` when nobody does, or not any more.
    func principal(of key: APIKey) async throws -> Principal {
        let digest = key.digest
        let now = ContinuousClock.now
        let remembered = memory.withLock { $0[digest] }
        if let remembered, remembered.until > now {
            guard let principal = remembered.principal else { throw GatewayError.unknownKey }
            return principal
        }
        let found = try await find(digest)
        memory.withLock { memory in
            if memory.count >= GatewayLimits.keysRemembered { memory.removeAll() }
            memory[digest] = Remembered(principal: found, until: now + GatewayLimits.keyMemory)
        }
        guard let found else { throw GatewayError.unknownKey }
        return found
    }

    /// Adds a key; one that is there already keeps its id and gets these scopes.
    func save(_ key: APIKey, name: String, scopes: Set<Scope>, tenant: TenantID, now: Date) async throws -> UUID {
        let words = scopes.map(\.rawValue).sorted()
        let rows = try await database.rows(
            """
            INSERT INTO api_key (id, tenant, name, prefix, digest, scopes, created_at)
            VALUES (\(UUID()), \(tenant), \(name), \(key.shownPrefix), \(key.digest), \(words), \(now))
            ON CONFLICT (digest) DO UPDATE SET scopes = excluded.scopes, revoked_at = NULL
            RETURNING id
            """
        )
        guard let row = rows.first else { throw GatewayError.unknownKey }
        return try row.decode("id", as: UUID.self)
    }

    func list(tenant: TenantID) async throws -> [Listed] {
        try await database.rows(
            """
            SELECT id, name, prefix, scopes, created_at, revoked_at FROM api_key
            WHERE tenant = \(tenant) ORDER BY created_at, id
            """
        ).map { row in
            Listed(
                id: try row.decode("id", as: UUID.self), name: try row.decode("name", as: String.self),
                prefix: try row.decode("prefix", as: String.self), scopes: try Self.scopes(row),
                createdAt: try row.decode("created_at", as: Date.self),
                revokedAt: try row.decode("revoked_at", as: Date?.self))
        }
    }

    /// Takes a key's rights away. Other replicas of the gateway forget it within ``GatewayLimits/keyMemory``.
    func revoke(_ id: UUID, tenant: TenantID, now: Date) async throws {
        let touched = try await database.execute(
            """
            UPDATE api_key SET revoked_at = \(now)
            WHERE id = \(id) AND tenant = \(tenant) AND revoked_at IS NULL
            """
        )
        guard touched == 1 else { throw GatewayError.notFound("no key \(id.uuidString.lowercased()) to revoke") }
        memory.withLock { $0.removeAll() }
    }

    private func find(_ digest: Data) async throws -> Principal? {
        let rows = try await database.rows(
            "SELECT id, tenant, scopes FROM api_key WHERE digest = \(digest) AND revoked_at IS NULL")
        return try rows.first.map { row in
            Principal(
                keyID: try row.decode("id", as: UUID.self), tenant: try row.decode("tenant", as: TenantID.self),
                scopes: Set(try Self.scopes(row)))
        }
    }

    private static func scopes(_ row: Row) throws -> [Scope] {
        try row.decode("scopes", as: [String].self).compactMap(Scope.init(rawValue:))
    }
}
