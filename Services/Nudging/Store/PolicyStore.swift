import Contracts
import Foundation
import PostgreSQL

/// A tenant's policies.
struct PolicyStore: Sendable {
    /// All policies by name; the standard one for a tenant that has set none.
    func policies(of tenant: TenantID, on session: Session) throws -> [NudgePolicy] {
        let rows = try session.rows(
            "SELECT definition::text AS definition FROM policy WHERE tenant = \(tenant) ORDER BY name")
        guard !rows.isEmpty else { return [.standard] }
        return try rows.map { row in
            let text = try row.decode("definition", as: String.self)
            return try NudgePolicy(JSONCoding.decoder().decode(NudgePolicyDefinition.self, from: Data(text.utf8)))
        }
    }

    func save(_ policy: NudgePolicy, tenant: TenantID, now: Date, on session: Session) throws {
        let text = String(decoding: try JSONCoding.encoder().encode(policy.definition), as: UTF8.self)
        _ = try session.execute("SELECT pg_advisory_xact_lock(hashtextextended(\("policies/\(tenant)"), 0))")
        let others = try session.rows(
            "SELECT name FROM policy WHERE tenant = \(tenant) AND name <> \(policy.definition.name)")
        guard others.count < NudgingLimits.policiesMax else {
            throw NudgingError.tooManyPolicies(max: NudgingLimits.policiesMax)
        }
        _ = try session.execute(
            """
            INSERT INTO policy (tenant, name, definition, changed_at)
            VALUES (\(tenant), \(policy.definition.name), \(JSONText(text)), \(now))
            ON CONFLICT (tenant, name) DO UPDATE
               SET definition = excluded.definition, changed_at = excluded.changed_at
            """
        )
    }
}
