import Contracts
import Foundation
import TestSupport
import Testing

@testable import Notification

/// The learner's word: taken at once, once, and by a POST alone.
@Suite(.timeLimit(.minutes(2))) struct UnsubscribeTests {
    static func token(_ house: House, _ delivery: DeliveryID) async throws -> String {
        let row = try await house.delivery(delivery)
        return house.keys.unsubscribeToken(delivery: delivery, tenant: .standard, learner: row.learner)
    }

    static func unsubscribe(_ house: House, _ token: String) async throws {
        try await house.database.transaction { session in
            try house.unsubscribes.unsubscribe(token, now: house.clock.now(), on: session)
        }
    }

    static func isUnsubscribed(_ house: House, _ token: String) async throws -> Bool {
        try await house.database.run { session in try house.unsubscribes.state(of: token, on: session) }
    }

    @Test func `looking changes nothing, and unsubscribing twice is once`() async throws {
        let house = try await House.make()
        let delivery = try await house.plan()
        let token = try await Self.token(house, delivery)
        for _ in 1...3 { #expect(try await Self.isUnsubscribed(house, token) == false) }
        for _ in 1...3 { try await Self.unsubscribe(house, token) }
        #expect(try await Self.isUnsubscribed(house, token))
        let facts = try await house.facts().filter { $0.state == .unsubscribed }
        #expect(facts.count == 1)
        #expect(facts.first?.delivery == delivery)
        #expect(facts.first?.nudge != nil)
        let overview = try await house.reads.overview(tenant: .standard, now: house.clock.now())
        #expect(overview.states["unsubscribed"] == 1)
    }

    @Test func `the link in the mail is the one that works`() async throws {
        let house = try await House.make()
        let delivery = try await house.plan()
        _ = try await house.sender(try house.sink()).sendBatch()
        let mail = String(decoding: try house.files()["\(delivery).eml"] ?? Data(), as: UTF8.self)
        let header = try #require(mail.firstMatch(of: /List-Unsubscribe:\s+<(https:[^>]+)>/))
        let token = try #require(String(header.1).split(separator: "/").last.map(String.init))
        try await Self.unsubscribe(house, token)
        #expect(try await Self.isUnsubscribed(house, token))
    }

    @Test(
        "a link that we never made is unknown",
        arguments: ["", "x", "../..", String(repeating: "A", count: 43)])
    func unknown(token: String) async throws {
        let house = try await House.make()
        await #expect(throws: NotificationError.unknownToken) { try await Self.unsubscribe(house, token) }
        await #expect(throws: NotificationError.unknownToken) {
            _ = try await Self.isUnsubscribed(house, token)
        }
    }

    @Test func `what is planned already is not sent any more, nor what comes later`() async throws {
        let house = try await House.make()
        let nudge = House.nudge(for: try await house.addLearner())
        try await house.hear([nudge])
        let delivery = DeliveryID.derived(from: nudge.nudge, channel: .email, tenant: .standard)
        try await Self.unsubscribe(house, try await Self.token(house, delivery))
        try await house.hear([House.nudge(for: nudge.learner)])
        let provider = ScriptedProvider([])
        let sender = try house.sender(provider)
        while try await house.reads.countDue() > 0 { _ = try await sender.sendBatch() }
        #expect(provider.mails.isEmpty)
        let suppressed = try await house.facts().filter { $0.state == .suppressed }
        #expect(suppressed.map(\.reason) == ["unsubscribed", "unsubscribed"])
    }

    @Test func `no send begins after the answer, however closely they race`() async throws {
        let house = try await House.make()
        for _ in 0..<40 {
            let delivery = try await house.plan()
            let token = try await Self.token(house, delivery)
            let provider = ScriptedProvider([])
            let sender = try house.sender(provider)
            async let sending = sender.sendBatch()
            async let answered: Void = Self.unsubscribe(house, token)
            try await answered
            // From here on nothing may begin: what is claimed was claimed before the answer.
            let claimedBefore = try await house.delivery(delivery).state
            _ = try await sending
            let end = try await house.delivery(delivery).state
            if claimedBefore == .planned { #expect(end == .suppressed) }
            #expect(end == .sent || end == .suppressed)
            #expect(provider.mails.count == (end == .sent ? 1 : 0))
        }
    }

    @Test func `another tenant's learner with the same id is not concerned`() async throws {
        let house = try await House.make()
        let nudge = House.nudge(for: try await house.addLearner())
        try await house.hear([nudge])
        let delivery = DeliveryID.derived(from: nudge.nudge, channel: .email, tenant: .standard)
        let other = TenantID(checked: "other")
        let contact = try CheckedContact(Contact(learner: nudge.learner, email: "ada@example.net"))
        try await house.database.transaction { session in
            try house.contacts.save([contact], tenant: other, now: House.clockStart, on: session)
        }
        try await Self.unsubscribe(house, try await Self.token(house, delivery))
        try await house.hear([House.nudge(for: nudge.learner)], tenant: other)
        let theirs = try await house.reads.deliveries(ListDeliveries.Request(), tenant: other)
        #expect(theirs.deliveries.map(\.state) == [.planned])
    }
}
