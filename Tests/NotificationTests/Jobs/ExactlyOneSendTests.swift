import Contracts
import Foundation
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import Notification

/// Senders that die or freeze at every step. Never two mails; never none without a trace.
@Suite(.timeLimit(.minutes(3))) struct ExactlyOneSendTests {
    /// Ends the first sender that reaches `step`, as `kill -9` would: nothing after it is done.
    static func dying(at step: SenderStep) -> SenderFaults {
        SenderFaults { reached in
            if reached == step { throw SenderFaults.Died() }
        }
    }

    @Test("to the sink: killed at any step, the mail is there exactly once", arguments: SenderStep.allCases)
    func sink(step: SenderStep) async throws {
        let house = try await House.make()
        let delivery = try await house.plan()
        let dying = try house.sender(try house.sink(), owner: "dying", faults: Self.dying(at: step))
        await #expect(throws: SenderFaults.Died.self) { try await dying.sendBatch() }
        // Nobody touches the row while its claim lasts.
        #expect(try await house.stranded().takeOver() == 0)
        let heir = try house.sender(try house.sink(), owner: "heir")
        #expect(try await heir.sendBatch() == 0)
        let before = try house.files()

        try await house.endClaims()
        #expect(try await house.stranded().takeOver() == (step == .recorded ? 0 : 1))
        #expect(try await heir.sendBatch() == (step == .recorded ? 0 : 1))
        let files = try house.files()
        #expect(Set(files.keys) == ["\(delivery).eml"])
        for (name, data) in before { #expect(files[name] == data, "the first file stays") }
        #expect(try await house.delivery(delivery).state == .sent)
        #expect(try await house.states(of: delivery) == [.planned, .sent])
        let messages = try await house.reads.messages(ListSinkMessages.Request(), tenant: .standard)
        #expect(messages.messages.map(\.delivery) == [delivery])
    }

    @Test(
        "over SMTP: killed at any step, never two mails, and what is unclear is listed",
        arguments: SenderStep.allCases)
    func smtp(step: SenderStep) async throws {
        let house = try await House.make()
        let server = try await SMTPServer.start()
        let delivery = try await house.plan()
        func sender(_ faults: SenderFaults) throws -> Sender {
            try house.sender(try SMTPProvider(server.settings(), logger: house.logger), faults: faults)
        }
        let dying = try sender(Self.dying(at: step))
        await #expect(throws: SenderFaults.Died.self) { try await dying.sendBatch() }
        try await house.endClaims()
        _ = try await house.stranded().takeOver()
        #expect(try await sender(.none).sendBatch() == 0)

        let hasLeft = step == .answered || step == .recorded
        #expect(try server.mails().count == (hasLeft ? 1 : 0))
        let row = try await house.delivery(delivery)
        #expect(row.state == (step == .recorded ? .sent : .unknown))
        #expect(row.reason == (step == .recorded ? nil : "interrupted"))
        let listed = try await house.reads.deliveries(
            ListDeliveries.Request(state: .unknown), tenant: .standard)
        #expect(listed.deliveries.count == (step == .recorded ? 0 : 1))
        #expect(try await house.states(of: delivery) == [.planned, step == .recorded ? .sent : .unknown])
    }

    @Test func `where the operator chose to resend, the second mail has the first one's Message-ID`()
        async throws
    {
        let house = try await House.make()
        let server = try await SMTPServer.start()
        let delivery = try await house.plan()
        let provider = try SMTPProvider(server.settings(), logger: house.logger)
        let dying = try house.sender(provider, faults: Self.dying(at: .answered))
        await #expect(throws: SenderFaults.Died.self) { try await dying.sendBatch() }
        try await house.endClaims()
        #expect(try await house.stranded(resendable: ["sink", "smtp"]).takeOver() == 1)
        house.clock.set(now: House.clockStart.addingTimeInterval(600), rate: 0)
        #expect(try await house.sender(provider).sendBatch() == 1)
        let mails = try server.mails()
        #expect(mails.count == 2)
        #expect(Set(mails.map(\.data)).count == 1)
        #expect(mails.first?.text.contains("<\(delivery)@example.org>") == true)
        #expect(try await house.delivery(delivery).state == .sent)
    }

    @Test func `an answer that never came leaves the message unknown, and it is not sent again`() async throws
    {
        let house = try await House.make()
        let server = try await SMTPServer.start()
        let delivery = try await house.plan()
        try server.fail(at: .data, with: .takeAndDrop)
        let sender = try house.sender(try SMTPProvider(server.settings(), logger: house.logger))
        #expect(try await sender.sendBatch() == 1)
        try await house.makeDue()
        #expect(try await sender.sendBatch() == 0)
        #expect(try server.mails().count == 1)
        let row = try await house.delivery(delivery)
        #expect(row.state == .unknown)
        #expect(row.reason == "unanswered")
    }

    @Test("a sender frozen past its claim sends nothing when it wakes", arguments: ["sink", "smtp"])
    func frozenBeforeSending(kind: String) async throws {
        let house = try await House.make()
        let server = try await SMTPServer.start()
        let delivery = try await house.plan()
        func provider() throws -> any MailProvider {
            kind == "sink"
                ? try house.sink()
                : try SMTPProvider(
                    server.settings(timeout: .milliseconds(500)), logger: house.logger)
        }
        let thaw = Gate()
        let sleeper = try house.sender(
            try provider(), claimMargin: .milliseconds(300),
            faults: SenderFaults { step in if step == .composed { await thaw.wait() } })
        let frozen = Task { try await sleeper.sendBatch() }
        try await eventually("it is claimed") { try await house.delivery(delivery).state == .sending }
        // Its own clock has passed the deadline, and the database let the claim go.
        try await Task.sleep(for: try provider().timeLimit + .milliseconds(350))
        #expect(try await house.stranded().takeOver() == 1)
        let heir = try house.sender(try provider(), owner: "heir")
        #expect(try await heir.sendBatch() == (kind == "sink" ? 1 : 0))
        let after = try await house.delivery(delivery)

        await thaw.open()
        #expect(try await frozen.value == 1)
        #expect(try server.mails().isEmpty)
        #expect(try house.files().count == (kind == "sink" ? 1 : 0))
        #expect(after.state == (kind == "sink" ? .sent : .unknown))
        if kind == "sink" {
            #expect(try await house.delivery(delivery) == after)
        } else {
            // It knows that nothing left: so the message may go out after all, once.
            #expect(try await house.delivery(delivery).state == .planned)
            try await house.makeDue()
            #expect(try await heir.sendBatch() == 1)
            #expect(try server.mails().count == 1)
        }
    }

    @Test func `a sender that wakes with an answer corrects what was thought unknown`() async throws {
        let house = try await House.make()
        let server = try await SMTPServer.start()
        let delivery = try await house.plan()
        let thaw = Gate()
        let sleeper = try house.sender(
            try SMTPProvider(server.settings(), logger: house.logger),
            faults: SenderFaults { step in if step == .answered { await thaw.wait() } })
        let frozen = Task { try await sleeper.sendBatch() }
        try await eventually("it is on its way") { try server.mails().count == 1 }
        try await house.endClaims()
        #expect(try await house.stranded().takeOver() == 1)
        #expect(try await house.delivery(delivery).state == .unknown)
        await thaw.open()
        #expect(try await frozen.value == 1)
        #expect(try await house.delivery(delivery).state == .sent)
        #expect(try await house.states(of: delivery) == [.planned, .unknown, .sent])
        #expect(try server.mails().count == 1)
    }

    @Test func `an answer under an old claim changes nothing that a newer one decided`() async throws {
        let house = try await House.make()
        let delivery = try await house.plan()
        let thaw = Gate()
        let sleeper = try house.sender(
            ScriptedProvider([.refused(.rejected, reply: "550")]),
            faults: SenderFaults { step in if step == .answered { await thaw.wait() } })
        let frozen = Task { try await sleeper.sendBatch() }
        try await eventually("it is claimed") { try await house.delivery(delivery).state == .sending }
        try await house.endClaims()
        #expect(try await house.stranded(resendable: ["scripted"]).takeOver() == 1)
        #expect(try await house.sender(ScriptedProvider([.accepted(nil)])).sendBatch() == 1)
        await thaw.open()
        #expect(try await frozen.value == 1)
        #expect(try await house.delivery(delivery).state == .sent)
        #expect(try await house.states(of: delivery) == [.planned, .sent])
    }

    @Test
    func `under kills at random steps every message ends in exactly one state, and the sink has each once`()
        async throws
    {
        let house = try await House.make()
        let learner = try await house.addLearner()
        let nudges = (0..<300).map { _ in House.nudge(for: learner) }
        try await house.hear(nudges)
        // One step in four ends its sender; a new one follows. The same steps in every run.
        let random = Mutex<UInt64>(20_261_123)
        let faults = SenderFaults { _ in
            let number = random.withLock { state in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state >> 33
            }
            if number % 4 == 0 { throw SenderFaults.Died() }
        }
        let sink = try house.sink()
        var deaths = 0
        for _ in 0..<100 where try await house.reads.countDue() > 0 {
            do {
                _ = try await house.sender(sink, faults: faults).sendBatch()
            } catch is SenderFaults.Died {
                deaths += 1
                try await house.endClaims()
                _ = try await house.stranded().takeOver()
            }
        }
        #expect(deaths >= 5)
        #expect(try house.files().count == 300)
        let sent = try await house.facts().filter { $0.state == .sent }
        #expect(sent.count == 300)
        #expect(Set(sent.map(\.delivery)).count == 300)
    }
}

/// Holds whoever waits until it is opened.
actor Gate {
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        guard !isOpen else { return }
        await withCheckedContinuation { waiters.append($0) }
    }

    func open() {
        isOpen = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}
