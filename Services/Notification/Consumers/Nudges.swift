import Contracts
import EventLog
import Foundation
import PostgreSQL
import Runtime

/// Hears `nudges`: plans one message for each, in the transaction that moves the position.
struct Nudges: Sendable {
    static let stream = StreamName.nudges

    let store: DeliveryStore
    let templates: Set<NudgeKind>
    /// The provider that is wired now; written down again when a message is sent.
    let provider: String
    let clock: any ServiceClock

    /// Applies a run of facts of one partition.
    func apply(_ facts: [Fact], on session: Session) throws {
        let heard = facts.filter { $0.type == NudgeDecided.type }
        for (tenant, facts) in Dictionary(grouping: heard, by: \.tenant).sorted(by: { $0.key < $1.key }) {
            let plans = try facts.map { fact in
                DeliveryStore.Plan(
                    tenant: tenant, nudge: try fact.decode(NudgeDecided.self), channel: .email,
                    traceparent: fact.traceparent)
            }
            // A clock that is behind the one of Nudging must not plan before the nudge was decided.
            let now = max(clock.now(), plans.map(\.nudge.decidedAt).max() ?? .distantPast)
            try store.plan(
                plans, tenant: tenant, templates: templates, provider: provider, now: now, on: session)
        }
    }
}
