import Contracts
import Foundation
import PostgreSQL
import RPC

/// What Nudging answers: parse, act, answer.
struct NudgingRoutes: Sendable {
    let database: Database
    let reads: NudgeReads
    let policies: PolicyStore

    func register(on router: RPCRouter) {
        router.handle(NudgingRPC.listNudges) { request, context in
            try await reads.nudges(request, tenant: context.tenant)
        }
        router.handle(NudgingRPC.getLatestNudges) { request, context in
            try await reads.latest(request, tenant: context.tenant)
        }
        router.handle(NudgingRPC.listDecisions) { request, context in
            try await reads.decisions(request, tenant: context.tenant)
        }
        router.handle(NudgingRPC.getNudgingOverview) { request, context in
            try await reads.overview(courseRun: request.courseRun, tenant: context.tenant, now: context.now)
        }
        router.handle(NudgingRPC.listPolicies) { _, context in
            let all = try await database.run { try policies.policies(of: context.tenant, on: $0) }
            return ListPolicies.Response(policies: all.map(\.definition))
        }
        router.handle(NudgingRPC.setPolicy) { request, context in
            let policy = try NudgePolicy(request.policy)
            try await database.transaction { session in
                try policies.save(policy, tenant: context.tenant, now: context.now, on: session)
            }
            return Empty()
        }
    }
}
