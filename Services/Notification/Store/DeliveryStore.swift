import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Deliveries and their states. Every change of state is in one transaction with the fact that says so.
struct DeliveryStore: Sendable {
    let keys: DerivedKeys
    let appender = LogAppender(stream: StreamName.deliveries)

    /// A message to be sent because of a nudge.
    struct Plan: Sendable {
        let tenant: TenantID
        let nudge: NudgeDecided
        let channel: Channel
        let traceparent: String?

        var delivery: DeliveryID { .derived(from: nudge.nudge, channel: channel, tenant: tenant) }
    }

    /// Plans messages of one tenant, each at most once however often its nudge is heard, and says so. Those that must
    /// not be sent are suppressed with a reason at once.
    func plan(
        _ plans: [Plan], tenant: TenantID, templates: Set<NudgeKind>, provider: String, now: Date,
        on session: Session
    )
        throws
    {
        let learners = Array(Set(plans.map(\.nudge.learner)))
        let reachable = try reachable(learners, tenant: tenant, on: session)
        let unsubscribed = try unsubscribed(learners, tenant: tenant, on: session)
        let reasons = plans.map { plan in
            SendingConditions(
                hasTemplate: templates.contains(plan.nudge.kind),
                hasAddress: reachable.contains(plan.nudge.learner),
                isUnsubscribed: unsubscribed.contains(plan.nudge.learner), expiresAt: plan.nudge.expiresAt
            ).obstacle(at: now)
        }
        let added = try insert(
            plans, reasons: reasons, tenant: tenant, provider: provider, now: now, on: session)
        var facts: [NewFact] = []
        var said: Set<DeliveryID> = []
        for (plan, reason) in zip(plans, reasons)
        where added.contains(plan.delivery) && said.insert(plan.delivery).inserted {
            let changed = DeliveryChanged(
                delivery: plan.delivery, nudge: plan.nudge.nudge, learner: plan.nudge.learner,
                courseRun: plan.nudge.courseRun, channel: plan.channel,
                state: reason == nil ? .planned : .suppressed, reason: reason?.rawValue, changedAt: now)
            facts.append(
                try NewFact(changed, tenant: tenant, occurredAt: now, traceparent: plan.traceparent))
        }
        try appender.append(facts, on: session, recordedAt: now)
    }

    private func insert(
        _ plans: [Plan], reasons: [DeliveryReason?], tenant: TenantID, provider: String, now: Date,
        on session: Session
    ) throws -> Set<DeliveryID> {
        let nudges = plans.map(\.nudge)
        let parameters = try nudges.map {
            String(decoding: try JSONCoding.encoder().encode($0.parameters), as: UTF8.self)
        }
        let states = reasons.map { $0 == nil ? DeliveryState.planned : .suppressed }
        let tokens = plans.map { plan in
            DerivedKeys.hash(
                ofToken: keys.unsubscribeToken(
                    delivery: plan.delivery, tenant: tenant, learner: plan.nudge.learner))
        }
        let rows = try session.rows(
            """
            WITH new AS (
                SELECT * FROM unnest(
                    \(plans.map(\.delivery)), \(nudges.map(\.nudge)), \(nudges.map(\.learner)),
                    \(nudges.map(\.courseRun)), \(nudges.map(\.courseTitle)), \(nudges.map(\.kind)),
                    \(plans.map(\.channel)), \(parameters), \(states), \(reasons), \(nudges.map(\.expiresAt)),
                    \(tokens))
                AS new(delivery, nudge, learner, course_run, course_title, kind, channel, parameters, state, reason,
                       expires_at, token_hash)
            ), added AS (
                INSERT INTO delivery (delivery, tenant, nudge, learner, course_run, course_title, kind, channel,
                                      parameters, provider, state, reason, planned_at, expires_at, changed_at)
                SELECT delivery, \(tenant), nudge, learner, course_run, course_title, kind, channel,
                       parameters::jsonb, \(provider), state, reason, \(now), expires_at, \(now)
                FROM new
                ON CONFLICT ON CONSTRAINT one_delivery_a_nudge DO NOTHING
                RETURNING delivery
            ), linked AS (
                INSERT INTO unsubscribe_token (token_hash, tenant, learner, delivery)
                SELECT DISTINCT token_hash, \(tenant), learner, delivery FROM new JOIN added USING (delivery)
                ON CONFLICT (token_hash) DO NOTHING
            )
            SELECT delivery FROM added
            """
        )
        return Set(try rows.map { try $0.decode("delivery", as: DeliveryID.self) })
    }

    private func reachable(
        _ learners: [LearnerID], tenant: TenantID, on session: Session
    ) throws -> Set<LearnerID> {
        let rows = try session.rows(
            """
            SELECT learner FROM contact
            WHERE tenant = \(tenant) AND learner = ANY(\(learners)) AND email IS NOT NULL
            """
        )
        return Set(try rows.map { try $0.decode("learner", as: LearnerID.self) })
    }

    private func unsubscribed(
        _ learners: [LearnerID], tenant: TenantID, on session: Session
    ) throws -> Set<LearnerID> {
        let rows = try session.rows(
            "SELECT learner FROM unsubscribed_learner WHERE tenant = \(tenant) AND learner = ANY(\(learners))"
        )
        return Set(try rows.map { try $0.decode("learner", as: LearnerID.self) })
    }
}
