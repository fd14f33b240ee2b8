import Contracts
import Foundation
import HTTPClient
import TestSupport
import Testing

@testable import Notification

/// Names and addresses are readable in a mail and in an answer to who asks for contacts, and nowhere else.
@Suite(.timeLimit(.minutes(2))) struct PrivacyTests {
    static let canaries = ["Zanzibar", "canary", "pelican"]

    @Test func `neither logs nor facts nor rows hold a name or an address, whatever happens`() async throws {
        let house = try await House.make()
        let server = try await SMTPServer.start()
        let sender = try house.sender(
            try SMTPProvider(server.settings(timeout: .seconds(1)), logger: house.logger))
        let faults: [(SMTPServer.Stage, SMTPServer.Fault)] = [
            (.recipient, .reply("550 5.1.1 <canary@pelican.example> unknown")),
            (.recipient, .reply("450 4.2.1 <canary@pelican.example> is busy")), (.data, .drop),
        ]
        for (stage, fault) in faults {
            let learner = try await house.addLearner(name: "Zanzibar", email: "canary@pelican.example")
            try await house.hear([House.nudge(for: learner)])
            try server.fail(at: stage, with: fault)
            _ = try await sender.sendBatch()
        }
        let sink = try house.sender(try house.sink())
        let learner = try await house.addLearner(name: "Zanzibar", email: "canary@pelican.example")
        try await house.hear([House.nudge(for: learner)])
        try await house.makeDue()
        while try await house.reads.countDue() > 0 { _ = try await sink.sendBatch() }
        #expect(
            try house.files().values.contains { String(decoding: $0, as: UTF8.self).contains("Zanzibar") })

        let tables = try await house.database.rows(
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'notification'"
        )
        #expect(tables.count >= 5)
        var everything = house.log.text
        #expect(everything.contains("delivery.id"))
        for table in tables {
            let name: String = try table.decode("name")
            let rows = try await house.database.rows(
                "SELECT row_to_json(t)::text AS row FROM \(identifier: name) AS t")
            for row in rows { everything += try row.decode("row", as: String.self) }
        }
        for canary in Self.canaries {
            #expect(!everything.contains(canary))
            let hex = canary.utf8.map { String($0, radix: 16) }.joined()
            #expect(!everything.contains(hex), "as bytea")
        }
    }

    @Test func `contacts come back as they were set, by their own tenant alone`() async throws {
        let house = try await House.make()
        let learner = try await house.addLearner(name: "Ada", email: "ada@example.net")
        let asked = [LearnerID(rawValue: UUID()), learner]
        let ours = try await house.database.run {
            try house.contacts.contacts(asked, tenant: .standard, on: $0)
        }
        #expect(ours == [Contact(learner: learner, name: "Ada", email: "ada@example.net")])
        let other = TenantID(checked: "other")
        let theirs = try await house.database.run {
            try house.contacts.contacts(asked, tenant: other, on: $0)
        }
        #expect(theirs.isEmpty)
    }

    @Test func `with another key nothing is sent and nothing is guessed`() async throws {
        let house = try await House.make()
        let delivery = try await house.plan()
        try await house.database.execute("UPDATE contact SET email = name")
        _ = try await house.sender(try house.sink()).sendBatch()
        let row = try await house.delivery(delivery)
        #expect(row.state == .failed)
        #expect(row.reason == "unreadableContact")
        #expect(try house.files().isEmpty)
    }
}
