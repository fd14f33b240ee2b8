import Contracts
import Foundation
import PostgreSQL
import RPC

/// What Tracking answers about who somebody is.
struct PeopleRoutes: Sendable {
    let changes: LearnerChanges
    let reads: IdentityReads
    /// Called after every commit that appended to the log.
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        router.handle(TrackingRPC.getIdentity) { request, context in
            try await reads.identity(of: request.learner, tenant: context.tenant)
        }
        router.handle(TrackingRPC.mergeLearners) { request, context in
            let order = try order(request.actor, request.note, context)
            try await changes.merge(request.merged, into: request.survivor, order)
            wakeRelay()
            return try await reads.identity(of: request.survivor, tenant: context.tenant)
        }
        router.handle(TrackingRPC.unmergeLearners) { request, context in
            try await changes.unmerge(request.merged, order(request.actor, request.note, context))
            wakeRelay()
            return try await reads.identity(of: request.merged, tenant: context.tenant)
        }
        router.handle(TrackingRPC.setLearnerRole) { request, context in
            let order = try order(request.actor, request.note, context)
            try await changes.setRole(request.role, of: request.learner, order)
            wakeRelay()
            return try await reads.identity(of: request.learner, tenant: context.tenant)
        }
        router.handle(TrackingRPC.listRoleRules) { request, context in
            ListRoleRules.Response(rules: try await reads.rules(of: request.source, tenant: context.tenant))
        }
        router.handle(TrackingRPC.setRoleRules, setRules)
    }

    @Sendable
    private func setRules(_ request: SetRoleRules.Request, _ context: RPCContext) async throws -> Empty {
        let actor = try AuditWords.actor(request.actor)
        guard request.rules.count <= SetRoleRules.rulesMax else {
            throw TrackingError.unreadable(
                "rules: expected at most \(SetRoleRules.rulesMax), got \(request.rules.count)")
        }
        for (place, rule) in request.rules.enumerated() {
            try AuditWords.check(
                rule.pattern, "rules[\(place)].pattern", length: 1...TrackingLimits.rolePatternLengthMax)
        }
        try await reads.setRules(request, by: actor, tenant: context.tenant, now: context.now)
        return Empty()
    }

    private func order(
        _ actor: String, _ note: String?, _ context: RPCContext
    ) throws -> LearnerChanges.Order {
        let note = note ?? ""
        try AuditWords.check(note, "note", length: 0...AuditEntry.noteLengthMax)
        return LearnerChanges.Order(
            tenant: context.tenant, actor: try AuditWords.actor(actor), note: note, now: context.now,
            traceparent: context.trace.traceparent)
    }
}
