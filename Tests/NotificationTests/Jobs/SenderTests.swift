import Contracts
import Foundation
import HTTPClient
import TestSupport
import Testing

@testable import Notification

/// One nudge, one message: planned once, sent once, said once, on a real database, a real folder, a real mail server.
@Suite(.timeLimit(.minutes(3))) struct SenderTests {
    @Test func `a nudge becomes one mail in the sink, and its states are said`() async throws {
        let house = try await House.make()
        let delivery = try await house.plan()
        let sender = try house.sender(try house.sink())
        #expect(try await sender.sendBatch() == 1)
        #expect(try await sender.sendBatch() == 0)
        let row = try await house.delivery(delivery)
        #expect(row.state == .sent)
        #expect(row.attempts == 1)
        #expect(row.provider == "sink")
        #expect(try await house.states(of: delivery) == [.planned, .sent])
        let files = try house.files()
        #expect(Set(files.keys) == ["\(delivery).eml"])
        let mail = String(decoding: files["\(delivery).eml"] ?? Data(), as: UTF8.self)
        #expect(mail.contains("To: Ada Lovelace <ada@example.net>\r\n"))
        #expect(mail.contains("Message-ID: <\(delivery)@example.org>\r\n"))
        #expect(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"))
    }

    @Test func `a nudge heard again, alone or in a batch, plans nothing more`() async throws {
        let house = try await House.make()
        let nudge = House.nudge(for: try await house.addLearner())
        try await house.hear([nudge, nudge])
        try await house.hear([nudge])
        try await house.hear([nudge, House.nudge(for: nudge.learner)])
        let page = try await house.reads.deliveries(ListDeliveries.Request(), tenant: .standard)
        #expect(page.deliveries.count == 2)
        #expect(try await house.facts().map(\.state) == [.planned, .planned])
    }

    @Test func `the same nudge id of two tenants is two messages`() async throws {
        let house = try await House.make()
        let other = TenantID(checked: "other")
        let nudge = House.nudge(for: try await house.addLearner())
        try await house.hear([nudge])
        try await house.hear([nudge], tenant: other)
        let theirs = try await house.reads.deliveries(ListDeliveries.Request(), tenant: other)
        #expect(theirs.deliveries.map(\.reason) == ["noContact"])
        let ours = try await house.reads.deliveries(ListDeliveries.Request(), tenant: .standard)
        #expect(ours.deliveries.map(\.state) == [.planned])
    }

    @Test func `a message that must not be sent is suppressed with its reason, at once`() async throws {
        let house = try await House.make()
        let reachable = try await house.addLearner()
        let silent = try await house.addLearner(email: nil)
        try await house.hear([
            House.nudge(for: silent), House.nudge(for: LearnerID(rawValue: UUID())),
            House.nudge(for: reachable, expiresIn: 0), House.nudge(for: reachable, kind: .kudos),
        ])
        let sender = try house.sender(ScriptedProvider([]))
        #expect(try await sender.sendBatch() == 0)
        let facts = try await house.facts()
        #expect(facts.allSatisfy { $0.state == .suppressed })
        #expect(
            facts.compactMap(\.reason).sorted() == ["expired", "noContact", "noContact", "noTemplate"])
    }

    @Test func `what happens between planning and sending counts`() async throws {
        let house = try await House.make()
        let expiring = House.nudge(for: try await house.addLearner(), expiresIn: 60)
        let forgotten = House.nudge(for: try await house.addLearner())
        try await house.hear([expiring, forgotten])
        house.clock.set(now: House.clockStart.addingTimeInterval(61), rate: 0)
        let none = try CheckedContact(Contact(learner: forgotten.learner))
        try await house.database.transaction { session in
            try house.contacts.save([none], tenant: .standard, now: House.clockStart, on: session)
        }
        let provider = ScriptedProvider([])
        let sender = try house.sender(provider)
        while try await house.reads.countDue() > 0 { _ = try await sender.sendBatch() }
        #expect(provider.mails.isEmpty)
        let reasons = try await house.facts().filter { $0.state == .suppressed }.compactMap(\.reason)
        #expect(reasons.sorted() == ["expired", "noContact"])
    }

    @Test func `mail goes through a real server, encrypted and logged in`() async throws {
        let house = try await House.make()
        let server = try await SMTPServer.start(isEncrypted: true, login: ("holdfast", "secret"))
        let delivery = try await house.plan()
        let provider = try SMTPProvider(
            server.settings(encryption: .required, user: "holdfast", password: "secret"), logger: house.logger
        )
        #expect(try await house.sender(provider).sendBatch() == 1)
        #expect(try await house.delivery(delivery).state == .sent)
        let mails = try server.mails()
        #expect(mails.count == 1)
        #expect(mails.first?.isEncrypted == true)
        #expect(mails.first?.recipients == ["ada@example.net"])
        #expect(mails.first?.text.contains("Message-ID: <\(delivery)@example.org>") == true)
    }

    @Test func `a passing refusal is tried again, and the mail is there once`() async throws {
        let house = try await House.make()
        let server = try await SMTPServer.start()
        let delivery = try await house.plan()
        try server.fail(at: .recipient, with: .reply("450 4.2.1 later"), times: 2)
        let sender = try house.sender(try SMTPProvider(server.settings(), logger: house.logger))
        for attempt in 1...2 {
            #expect(try await sender.sendBatch() == 1)
            let row = try await house.delivery(delivery)
            #expect(row.state == .planned)
            #expect(row.attempts == attempt)
            try await house.makeDue()
        }
        #expect(try await sender.sendBatch() == 1)
        #expect(try await house.delivery(delivery).state == .sent)
        #expect(try await house.states(of: delivery) == [.planned, .sent])
        #expect(try server.mails().count == 1)
    }

    @Test(
        "a refusal for good ends it, and says whose it was",
        arguments: [
            (SMTPServer.Stage.recipient, "550 5.1.1 no such user", "rejected"),
            (.data, "554 5.7.1 content refused", "refused"), (.mail, "553 5.1.8 not from you", "refused"),
        ])
    func permanent(stage: SMTPServer.Stage, reply: String, reason: String) async throws {
        let house = try await House.make()
        let server = try await SMTPServer.start()
        let delivery = try await house.plan()
        try server.fail(at: stage, with: .reply(reply))
        let sender = try house.sender(try SMTPProvider(server.settings(), logger: house.logger))
        #expect(try await sender.sendBatch() == 1)
        try await house.makeDue()
        #expect(try await sender.sendBatch() == 0)
        let row = try await house.delivery(delivery)
        #expect(row.state == .failed)
        #expect(row.reason == reason)
        #expect(try await house.states(of: delivery) == [.planned, .failed])
        #expect(try server.mails().isEmpty)
    }

    @Test func `after eight attempts it is given up`() async throws {
        let house = try await House.make()
        let delivery = try await house.plan()
        let provider = ScriptedProvider(Array(repeating: .notAccepted(reply: "450 4.2.1"), count: 20))
        let sender = try house.sender(provider)
        for _ in 1...10 {
            _ = try await sender.sendBatch()
            try await house.makeDue()
        }
        #expect(provider.mails.count == 8)
        let row = try await house.delivery(delivery)
        #expect(row.state == .failed)
        #expect(row.reason == "gaveUp")
    }

    @Test func `several senders share a thousand messages, each mail is there once, within seconds`()
        async throws
    {
        let house = try await House.make()
        var learners: [LearnerID] = []
        for _ in 0..<50 { learners.append(try await house.addLearner()) }
        let nudges = (0..<1_000).map { House.nudge(for: learners[$0 % learners.count]) }
        let heard = try await ContinuousClock().measure { try await house.hear(nudges) }
        let senders = try (1...2).map {
            try house.sender(try house.sink(threads: 4), lanes: 4, owner: "\($0)")
        }
        let sent = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for sender in senders { group.addTask { try await sender.run() } }
                try await eventually("all are sent", within: .seconds(60)) {
                    try await house.reads.countDue() == 0
                }
                group.cancelAll()
            }
        }
        print("1,000 nudges heard in \(heard), sent to the sink in \(sent)")
        #expect(try house.files().count == 1_000)
        let facts = try await house.facts()
        #expect(facts.filter { $0.state == .sent }.count == 1_000)
        #expect(Set(facts.filter { $0.state == .sent }.map(\.delivery)).count == 1_000)
        #expect(facts.count == 2_000)
        let overview = try await house.reads.overview(tenant: .standard, now: house.clock.now())
        #expect(overview.states["sent"] == 1_000)
        #expect(overview.sentByDay.last == 1_000)
        #expect(overview.sentByDay.count == 42)
    }
}
