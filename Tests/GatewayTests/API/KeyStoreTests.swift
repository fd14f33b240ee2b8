import Contracts
import Foundation
import Logging
import PostgreSQL
import TestSupport
import Testing

@testable import Gateway

/// Keys on a real PostgreSQL.
@Suite struct KeyStoreTests {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private func store() async throws -> (KeyStore, Database) {
        let test = try await TestDatabase.make(schema: "gateway")
        try await Migrator(
            schema: "gateway", directory: Repository.root.appending(path: "Services/Gateway/Store/Migrations")
        ).migrate(test.settings(), logger: Logger(label: "test"))
        let database = test.database()
        return (KeyStore(database: database), database)
    }

    @Test func `a key opens what its scopes say, and nothing of it is kept but the digest`() async throws {
        let (keys, database) = try await store()
        let key = APIKey.make()
        _ = try await keys.save(key, name: "school", scopes: [.read], tenant: .standard, now: Self.now)
        let principal = try await keys.principal(of: key)
        #expect(principal.holds(.read) && !principal.holds(.ingest) && !principal.holds(.admin))
        let rows = try await database.rows("SELECT api_key::text AS row FROM api_key")
        let text = try rows.map { try $0.decode("row", as: String.self) }.joined()
        #expect(!text.contains(key.text))
    }

    @Test func `an administrator's key opens everything`() async throws {
        let (keys, _) = try await store()
        let key = APIKey.make()
        _ = try await keys.save(key, name: "admin", scopes: [.admin], tenant: .standard, now: Self.now)
        let principal = try await keys.principal(of: key)
        #expect(Scope.allCases.allSatisfy(principal.holds))
    }

    @Test func `a key that nobody made is unknown`() async throws {
        let (keys, _) = try await store()
        await #expect(throws: GatewayError.unknownKey) { try await keys.principal(of: .make()) }
    }

    @Test func `a revoked key is refused at once where it was revoked, and cannot be revoked twice`() async throws {
        let (keys, _) = try await store()
        let key = APIKey.make()
        let id = try await keys.save(key, name: "old", scopes: [.read], tenant: .standard, now: Self.now)
        _ = try await keys.principal(of: key)
        try await keys.revoke(id, tenant: .standard, now: Self.now)
        await #expect(throws: GatewayError.unknownKey) { try await keys.principal(of: key) }
        await #expect(throws: GatewayError.self) { try await keys.revoke(id, tenant: .standard, now: Self.now) }
    }

    @Test func `a tenant sees and revokes its own keys alone`() async throws {
        let (keys, _) = try await store()
        let other = TenantID(checked: "other")
        let id = try await keys.save(.make(), name: "mine", scopes: [.read], tenant: .standard, now: Self.now)
        #expect(try await keys.list(tenant: other).isEmpty)
        await #expect(throws: GatewayError.self) { try await keys.revoke(id, tenant: other, now: Self.now) }
        #expect(try await keys.list(tenant: .standard).count == 1)
    }
}
