import Contracts
import Foundation
import Logging

/// Makes the mail of a delivery: opens the contact's seal, fills the template, builds the message.
struct MessageComposer: Sendable {
    let keys: DerivedKeys
    let templates: MessageTemplates
    let sender: Mailbox
    /// The gateway's outside address, without a slash at its end.
    let publicURL: String
    let logger: Logger

    /// - Throws: ``NotificationError/unsendable(_:_:)`` when no attempt at this delivery can ever succeed.
    func compose(_ delivery: ClaimedDelivery) throws(NotificationError) -> OutgoingMail {
        let (name, email) = try contact(of: delivery)
        let token = keys.unsubscribeToken(
            delivery: delivery.delivery, tenant: delivery.tenant, learner: delivery.learner)
        let unsubscribeURL = "\(publicURL)/unsubscribe/\(token)"
        let slots = MessageSlots(
            name: name, courseTitle: delivery.courseTitle, parameters: delivery.parameters,
            unsubscribeURL: unsubscribeURL)
        if !slots.refused.isEmpty {
            logger.warning(
                "a nudge's texts are left out of its message",
                metadata: [
                    "delivery.id": "\(delivery.delivery)", "slots": "\(slots.refused.joined(separator: " "))",
                ])
        }
        let content = try templates.render(delivery.kind, slots: slots)
        let message = try MailMessage(
            delivery: delivery.delivery, from: sender, to: try Mailbox(name: name, address: email),
            date: delivery.datedAt, content: content, unsubscribeURL: unsubscribeURL)
        return OutgoingMail(delivery: delivery.delivery, message: message)
    }

    private func contact(
        of delivery: ClaimedDelivery
    ) throws(NotificationError) -> (name: String?, email: EmailAddress) {
        func opened(_ sealed: Data?, _ field: ContactField) throws -> String? {
            try sealed.map {
                try keys.open($0, field: field, tenant: delivery.tenant, learner: delivery.learner)
            }
        }
        do {
            guard let email = try opened(delivery.sealedEmail, .email) else {
                throw NotificationError.unsendable(.noContact, "the contact has no address")
            }
            return (try opened(delivery.sealedName, .name), try EmailAddress(email))
        } catch let error as NotificationError {
            if case .unsendable = error { throw error }
            throw .unsendable(.unreadableContact, "\(error)")
        } catch {
            throw .unsendable(.unreadableContact, "\(error)")
        }
    }
}
