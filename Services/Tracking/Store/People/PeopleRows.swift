import Contracts
import Foundation
import PostgreSQL

/// Reading and writing what is said of learners, in the caller's transaction.
enum PeopleRows {
    /// Changes of one tenant wait for each other: they are rare, and each may concern a learner of the other.
    static func lock(_ tenant: TenantID, on session: Session) throws {
        _ = try session.rows("SELECT pg_advisory_xact_lock(hashtextextended(\("people/\(tenant)"), 0))")
    }

    static func known(
        _ learners: [LearnerID], tenant: TenantID, on session: Session
    ) throws -> [LearnerID: LearnerExceptions.Exception] {
        var known: [LearnerID: LearnerExceptions.Exception] = [:]
        for row in try session.rows(
            """
            SELECT learner_id, merged_into, role FROM learner_exception
            WHERE tenant = \(tenant) AND learner_id = ANY(\(learners))
            """
        ) {
            known[try row.decode("learner_id")] = LearnerExceptions.Exception(
                mergedInto: try row.decode("merged_into"), role: try row.decode("role"))
        }
        return known
    }

    /// Who was merged into any of these learners, and when; oldest merge first.
    static func merged(
        into learners: [LearnerID], tenant: TenantID, on session: Session
    ) throws -> [(learner: LearnerID, mergedAt: Date)] {
        try session.rows(
            """
            SELECT learner_id, merged_at FROM learner_exception
            WHERE tenant = \(tenant) AND merged_into = ANY(\(learners)) ORDER BY merged_at, learner_id
            """
        ).map { (try $0.decode("learner_id"), try $0.decode("merged_at")) }
    }

    static func saveMerge(
        _ merged: LearnerID, into survivor: LearnerID?, at instant: Date?, tenant: TenantID, on session: Session
    ) throws {
        try session.execute(
            """
            INSERT INTO learner_exception AS said (tenant, learner_id, merged_into, merged_at)
            VALUES (\(tenant), \(merged), \(survivor), \(instant))
            ON CONFLICT (tenant, learner_id) DO UPDATE
                SET merged_into = excluded.merged_into, merged_at = excluded.merged_at
            """
        )
        try forgetOrdinary(tenant, session)
    }

    static func saveRole(
        _ role: LearnerRole, of learner: LearnerID, tenant: TenantID, on session: Session
    ) throws {
        try session.execute(
            """
            INSERT INTO learner_exception AS said (tenant, learner_id, role) VALUES (\(tenant), \(learner), \(role))
            ON CONFLICT (tenant, learner_id) DO UPDATE SET role = excluded.role
            """
        )
        try forgetOrdinary(tenant, session)
    }

    /// Rows that say nothing out of the ordinary go, so that never merged and merged no more are the same.
    private static func forgetOrdinary(_ tenant: TenantID, _ session: Session) throws {
        try session.execute(
            "DELETE FROM learner_exception WHERE tenant = \(tenant) AND merged_into IS NULL AND role = 'learner'")
    }

    /// Those of these learners of whom no platform ever spoke.
    static func unknown(_ learners: [LearnerID], tenant: TenantID, on session: Session) throws -> [LearnerID] {
        let known = try session.rows(
            """
            SELECT DISTINCT learner_id FROM learner_identity
            WHERE tenant = \(tenant) AND learner_id = ANY(\(learners))
            """
        ).map { try $0.decode("learner_id", as: LearnerID.self) }
        return learners.filter { !known.contains($0) }
    }

    /// As whom each of these learners counts.
    static func counted(
        _ learners: [LearnerID], tenant: TenantID, on session: Session
    ) throws -> [LearnerID: LearnerID] {
        try known(learners, tenant: tenant, on: session).compactMapValues(\.mergedInto)
    }

    static func names(
        of learner: LearnerID, addedBy instant: Date = .distantFuture, tenant: TenantID, on session: Session
    ) throws -> [LearnerIdentity] {
        try session.rows(
            """
            SELECT source, external_id FROM learner_identity
            WHERE tenant = \(tenant) AND learner_id = \(learner) AND added_at <= \(instant)
            ORDER BY source, external_id LIMIT 100
            """
        ).map { LearnerIdentity(source: try $0.decode("source"), externalID: try $0.decode("external_id")) }
    }

    // MARK: Rules

    static func saveRules(
        _ rules: [RoleRule], of source: SourceID, tenant: TenantID, on session: Session
    ) throws {
        try session.execute("DELETE FROM role_rule WHERE tenant = \(tenant) AND source = \(source)")
        try session.execute(
            """
            INSERT INTO role_rule (tenant, source, place, pattern, role)
            SELECT \(tenant), \(source), place, pattern, role
            FROM unnest(\(rules.map(\.pattern)), \(rules.map(\.role))) WITH ORDINALITY AS rule (pattern, role, place)
            """
        )
    }

    static func rules(of source: SourceID, tenant: TenantID, on session: Session) throws -> [RoleRule] {
        try session.rows(
            "SELECT pattern, role FROM role_rule WHERE tenant = \(tenant) AND source = \(source) ORDER BY place"
        ).map { RoleRule(pattern: try $0.decode("pattern"), role: try $0.decode("role")) }
    }

    /// Says of people never heard of before what the rules of their source say; one statement, for new names alone.
    static func applyRules(_ names: [LearnerName], on session: Session) throws {
        try session.execute(
            """
            INSERT INTO learner_exception (tenant, learner_id, role)
            SELECT name.tenant, name.learner_id, rule.role
            FROM unnest(\(names.map(\.tenant)), \(names.map(\.source)), \(names.map(\.name)),
                \(names.map(\.derivedLearner))) AS name (tenant, source, external_id, learner_id)
            CROSS JOIN LATERAL (
                SELECT role FROM role_rule
                WHERE role_rule.tenant = name.tenant AND role_rule.source = name.source AND name.external_id LIKE
                    replace(replace(replace(replace(pattern, '\\', '\\\\'), '%', '\\%'), '_', '\\_'), '*', '%')
                ORDER BY place LIMIT 1
            ) AS rule
            WHERE rule.role <> 'learner'
            ON CONFLICT DO NOTHING
            """
        )
    }
}
