import Contracts
import EventLog
import PostgreSQL

/// Hears `deliveries`: what became of each nudge, who unsubscribed, whose address was refused.
struct Deliveries: Sendable {
    static let stream = StreamName.deliveries

    let situations: SituationStore
    let decisions: DecisionStore

    func apply(_ facts: [Fact], on session: Session) throws {
        for fact in facts where fact.type == DeliveryChanged.type {
            let delivery = try fact.decode(DeliveryChanged.self)
            try situations.note(delivery, tenant: fact.tenant, on: session)
            try decisions.noteDelivery(delivery, tenant: fact.tenant, on: session)
        }
    }
}
