import Contracts
import Foundation
import PostgreSQL

/// Who a learner is to whom.
struct IdentityReads: Sendable {
    let database: Database

    /// - Throws: ``TrackingError/unknownLearner(_:)``.
    func identity(of learner: LearnerID, tenant: TenantID) async throws -> GetIdentity.Response {
        try await database.run { session in
            let names = try PeopleRows.names(of: learner, tenant: tenant, on: session)
            guard !names.isEmpty else { throw TrackingError.unknownLearner(learner) }
            let said = try PeopleRows.known([learner], tenant: tenant, on: session)[learner]
            let merged = try PeopleRows.merged(into: [learner], tenant: tenant, on: session).map { merged in
                MergedLearner(
                    learner: merged.learner, mergedAt: merged.mergedAt,
                    identities: try PeopleRows.names(of: merged.learner, tenant: tenant, on: session))
            }
            return GetIdentity.Response(
                learner: learner, role: said?.role ?? .learner, mergedInto: said?.mergedInto, merged: merged,
                identities: names,
                audit: try AuditRows.list(LearnerChanges.subject(learner), tenant: tenant, on: session))
        }
    }

    func rules(of source: SourceID, tenant: TenantID) async throws -> [RoleRule] {
        try await database.run { try PeopleRows.rules(of: source, tenant: tenant, on: $0) }
    }

    func setRules(_ request: SetRoleRules.Request, by actor: String, tenant: TenantID, now: Date) async throws {
        try await database.transaction { session in
            try PeopleRows.saveRules(request.rules, of: request.source, tenant: tenant, on: session)
            let words = request.rules.map { "\($0.pattern) is \($0.role)" }.joined(separator: ", ")
            try AuditRows.add(
                [.init(subject: "source/\(request.source)", action: "rules", note: words)], by: actor, tenant: tenant,
                at: now, on: session)
        }
    }
}
