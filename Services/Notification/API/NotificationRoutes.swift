import Contracts
import Foundation
import PostgreSQL
import RPC

/// What Notification answers: parse, act, answer.
struct NotificationRoutes: Sendable {
    let database: Database
    let contacts: ContactStore
    let unsubscribes: UnsubscribeStore
    let reads: DeliveryReads
    /// Where the sink's mails are; nil when mails are really sent.
    let sink: SinkProvider?
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        router.handle(NotificationRPC.setContacts) { request, context in
            let checked = try Self.checked(request)
            try await database.transaction { session in
                try contacts.save(checked, tenant: context.tenant, now: context.now, on: session)
            }
            return Empty()
        }
        router.handle(NotificationRPC.getContacts) { request, context in
            guard (1...NotificationLimits.contactsAskedMax).contains(request.learners.count) else {
                throw NotificationError.invalidRequest(
                    "learners must be 1 to \(NotificationLimits.contactsAskedMax), got \(request.learners.count)"
                )
            }
            let found = try await database.run { session in
                try contacts.contacts(request.learners, tenant: context.tenant, on: session)
            }
            return GetContacts.Response(contacts: found)
        }
        router.handle(NotificationRPC.listDeliveries) { request, context in
            try await reads.deliveries(request, tenant: context.tenant)
        }
        router.handle(NotificationRPC.getDeliveryOverview) { _, context in
            try await reads.overview(tenant: context.tenant, now: context.now)
        }
        registerMessages(on: router)
        registerUnsubscribe(on: router)
    }

    private func registerMessages(on router: RPCRouter) {
        router.handle(NotificationRPC.listSinkMessages) { request, context in
            try await reads.messages(request, tenant: context.tenant)
        }
        router.handle(NotificationRPC.getSinkMessage) { request, context in
            let message = try await reads.message(request.delivery, tenant: context.tenant)
            guard let data = try await sink?.read(request.delivery) else {
                throw NotificationError.unknownMessage
            }
            let mail = try StoredMail(data)
            return GetSinkMessage.Response(
                message: message, eml: String(decoding: data, as: UTF8.self), text: mail.text, html: mail.html
            )
        }
    }

    private func registerUnsubscribe(on router: RPCRouter) {
        router.handle(NotificationRPC.getUnsubscribe) { request, _ in
            let isUnsubscribed = try await database.run { session in
                try unsubscribes.state(of: request.token, on: session)
            }
            return Unsubscribe.Response(isUnsubscribed: isUnsubscribed)
        }
        router.handle(NotificationRPC.unsubscribe) { request, context in
            try await database.transaction { session in
                try unsubscribes.unsubscribe(request.token, now: context.now, on: session)
            }
            wakeRelay()
            return Unsubscribe.Response(isUnsubscribed: true)
        }
    }

    private static func checked(_ request: SetContacts.Request) throws -> [CheckedContact] {
        guard (1...SetContacts.contactsMax).contains(request.contacts.count) else {
            throw NotificationError.invalidRequest(
                "contacts must be 1 to \(SetContacts.contactsMax), got \(request.contacts.count)")
        }
        guard Set(request.contacts.map(\.learner)).count == request.contacts.count else {
            throw NotificationError.invalidRequest("a learner appears twice in contacts")
        }
        return try request.contacts.map { try CheckedContact($0) }
    }
}
