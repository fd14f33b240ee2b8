import Contracts
import Foundation
import RPC
import TestSupport
import Testing

@testable import Notification

/// The service's door, over the wire's own form, on a real database.
@Suite(.timeLimit(.minutes(2))) struct NotificationRoutesTests {
    let house: House
    let router: RPCRouter

    init() async throws {
        house = try await House.make()
        router = RPCRouter(clock: house.clock, logger: house.logger)
        NotificationRoutes(
            database: house.database, contacts: house.contacts, unsubscribes: house.unsubscribes,
            reads: house.reads, sink: try house.sink(), wakeRelay: {}
        ).register(on: router)
    }

    private struct Refusal: Decodable {
        let code: RPCError.Code
        let message: String
    }

    /// One call; its answer, or the code and sentence of its refusal.
    func call<Request, Response>(
        _ method: RPCMethod<Request, Response>, _ request: Request, tenant: String = "default"
    ) async throws -> Response {
        let reply = await router.respond(
            to: RPCRequest(
                method: "POST", path: method.path,
                headers: ["content-type": "application/json", "holdfast-tenant": tenant],
                body: try JSONCoding.encoder().encode(request)))
        guard reply.status == 200 else {
            let refusal = try JSONCoding.decoder().decode(Refusal.self, from: reply.body)
            throw RPCError(refusal.code, refusal.message)
        }
        return try JSONCoding.decoder().decode(Response.self, from: reply.body)
    }

    @Test func `contacts are set, replaced and answered`() async throws {
        let learner = LearnerID(rawValue: UUID())
        let first = Contact(learner: learner, name: "Ada", email: "ada@example.org", phone: "+441632960123")
        _ = try await call(NotificationRPC.setContacts, .init(contacts: [first]))
        #expect(try await call(NotificationRPC.getContacts, .init(learners: [learner])).contacts == [first])
        let second = Contact(learner: learner, name: "Ada L.", locale: "en", timeZone: "Europe/London")
        _ = try await call(NotificationRPC.setContacts, .init(contacts: [second]))
        #expect(try await call(NotificationRPC.getContacts, .init(learners: [learner])).contacts == [second])
        #expect(
            try await call(NotificationRPC.getContacts, .init(learners: [learner]), tenant: "b").contacts
                == [])
    }

    @Test func `one bad contact refuses the request, with a sentence and without the value`() async throws {
        let good = Contact(learner: LearnerID(rawValue: UUID()), email: "ada@example.org")
        let bad = Contact(learner: LearnerID(rawValue: UUID()), email: "a@x>\r\nRCPT TO:<b@x")
        await #expect(
            throws: RPCError(
                .invalidArgument,
                "contact of learner \(bad.learner): email must be ASCII without spaces or control characters")
        ) { _ = try await call(NotificationRPC.setContacts, .init(contacts: [good, bad])) }
        #expect(try await call(NotificationRPC.getContacts, .init(learners: [good.learner])).contacts.isEmpty)
        await #expect(throws: RPCError(.invalidArgument, "contacts must be 1 to 1000, got 0")) {
            _ = try await call(NotificationRPC.setContacts, .init(contacts: []))
        }
        await #expect(throws: RPCError(.invalidArgument, "a learner appears twice in contacts")) {
            _ = try await call(NotificationRPC.setContacts, .init(contacts: [good, good]))
        }
        await #expect(throws: RPCError(.invalidArgument, "learners must be 1 to 1000, got 0")) {
            _ = try await call(NotificationRPC.getContacts, .init(learners: []))
        }
    }

    @Test func `deliveries are listed newest first, page by page, by learner, state and time`() async throws {
        let ada = try await house.addLearner()
        let bola = try await house.addLearner(email: nil)
        for minute in 1...7 {
            house.clock.set(now: House.clockStart.addingTimeInterval(Double(minute) * 60), rate: 0)
            try await house.hear([House.nudge(for: minute.isMultiple(of: 2) ? bola : ada)])
        }
        var seen: [ListDeliveries.Delivery] = []
        var token = ""
        repeat {
            let page = try await call(
                NotificationRPC.listDeliveries, .init(page: PageRequest(size: 3, token: token)))
            #expect(page.deliveries.count <= 3)
            seen += page.deliveries
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(seen.count == 7)
        #expect(seen.map(\.plannedAt) == seen.map(\.plannedAt).sorted(by: >))
        let adas = try await call(NotificationRPC.listDeliveries, .init(learner: ada))
        #expect(adas.deliveries.count == 4)
        let suppressed = try await call(NotificationRPC.listDeliveries, .init(state: .suppressed))
        #expect(suppressed.deliveries.map(\.learner) == [bola, bola, bola])
        let late = House.clockStart.addingTimeInterval(6 * 60)
        #expect(try await call(NotificationRPC.listDeliveries, .init(since: late)).deliveries.count == 2)
        #expect(try await call(NotificationRPC.listDeliveries, .init(), tenant: "b").deliveries.isEmpty)
        await #expect(throws: NotificationError.invalidPageToken.rpcError) {
            _ = try await call(NotificationRPC.listDeliveries, .init(page: PageRequest(token: "x")))
        }
        // A token of one question, used with another, would leave rows out without a word.
        let first = try await call(NotificationRPC.listDeliveries, .init(page: PageRequest(size: 3)))
        let page = PageRequest(size: 3, token: first.nextPageToken)
        for other: ListDeliveries.Request in [
            .init(learner: ada, page: page), .init(state: .suppressed, page: page), .init(since: late, page: page),
        ] {
            await #expect(throws: NotificationError.invalidPageToken.rpcError) {
                _ = try await call(NotificationRPC.listDeliveries, other)
            }
        }
        await #expect(throws: NotificationError.invalidPageToken.rpcError) {
            _ = try await call(NotificationRPC.listSinkMessages, .init(page: page))
        }
    }

    @Test func `the sink's mails are listed and shown, to their tenant alone`() async throws {
        let delivery = try await house.plan()
        _ = try await house.sender(try house.sink()).sendBatch()
        let list = try await call(NotificationRPC.listSinkMessages, .init())
        let message = try #require(list.messages.first)
        #expect(message.delivery == delivery)
        #expect(message.subject == "A good next step in Statistics: Quiz 3")
        let shown = try await call(NotificationRPC.getSinkMessage, .init(delivery: delivery))
        #expect(shown.message == message)
        #expect(shown.eml.utf8.count == message.size)
        #expect(shown.text.hasPrefix("Hello Ada Lovelace,\n"))
        #expect(shown.html.contains("<strong>Quiz 3</strong>"))
        #expect(
            try await call(NotificationRPC.listSinkMessages, .init(learner: message.learner)).messages.count
                == 1)
        #expect(try await call(NotificationRPC.listSinkMessages, .init(), tenant: "b").messages.isEmpty)
        await #expect(throws: NotificationError.unknownMessage.rpcError) {
            _ = try await call(NotificationRPC.getSinkMessage, .init(delivery: delivery), tenant: "b")
        }
    }

    @Test func `a link is looked at without effect, and used with one`() async throws {
        let delivery = try await house.plan()
        let token = try await UnsubscribeTests.token(house, delivery)
        let request = Unsubscribe.Request(token: token)
        #expect(try await call(NotificationRPC.getUnsubscribe, request).isUnsubscribed == false)
        #expect(try await call(NotificationRPC.unsubscribe, request).isUnsubscribed)
        #expect(try await call(NotificationRPC.unsubscribe, request).isUnsubscribed)
        #expect(try await call(NotificationRPC.getUnsubscribe, request).isUnsubscribed)
        #expect(try await call(NotificationRPC.getDeliveryOverview, Empty()).states["unsubscribed"] == 1)
        await #expect(throws: NotificationError.unknownToken.rpcError) {
            _ = try await call(NotificationRPC.unsubscribe, .init(token: "x"))
        }
    }
}
