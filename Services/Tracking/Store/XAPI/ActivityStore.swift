import Contracts
import Crypto
import Foundation
import PostgreSQL

/// What is known of activities.
enum ActivityStore {
    /// Puts what statements say of activities to what was known, in their order. Under the tenant's lock, so that two
    /// never learn from the same state.
    static func learn(
        _ mentions: [(activity: String, definition: String)], tenant: TenantID, on session: Session
    ) throws {
        guard !mentions.isEmpty else { return }
        let known = try definitions(Array(Set(mentions.map(\.activity))), tenant: tenant, on: session)
        var learned = known
        for (activity, definition) in mentions {
            learned[activity] = try XAPIDefinition.merged(learned[activity], definition)
        }
        let changed = learned.filter { known[$0.key] != $0.value }.sorted { $0.key < $1.key }
        guard !changed.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO xapi_activity (tenant, hash, id, definition)
            SELECT \(tenant), * FROM unnest(\(changed.map { hash($0.key) }), \(changed.map(\.key)),
                \(changed.map(\.value)))
            ON CONFLICT (tenant, hash) DO UPDATE SET definition = excluded.definition
            """
        )
    }

    /// Definitions by activity id; those never described are not in it.
    static func definitions(_ ids: [String], tenant: TenantID, on session: Session) throws -> [String: String] {
        guard !ids.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            SELECT id, definition FROM xapi_activity
            WHERE tenant = \(tenant) AND hash = ANY(\(ids.map(hash)))
            """
        )
        var definitions: [String: String] = [:]
        for row in rows { definitions[try row.decode("id")] = try row.decode("definition", as: String.self) }
        return definitions
    }

    private static func hash(_ id: String) -> Data { Data(SHA256.hash(data: Data(id.utf8))) }
}
