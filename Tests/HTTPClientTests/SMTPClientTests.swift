import Foundation
import HTTPClient
import TestSupport
import Testing

/// Mail over a real server: encryption, login, what a failure leaves open, and what never reaches the wire.
@Suite(.timeLimit(.minutes(2))) struct SMTPClientTests {
    static let envelope = SMTPEnvelope(sender: "course@example.org", recipients: ["ada@example.net"])

    static func message(_ body: String = "Hello\r\n") -> Data {
        Data("From: course@example.org\r\nTo: ada@example.net\r\nSubject: s\r\n\r\n\(body)".utf8)
    }

    /// One mail through a client of its own; the error where there is one.
    static func send(
        _ message: Data = message(), envelope: SMTPEnvelope = envelope, with settings: SMTPSettings
    ) async throws -> SMTPError? {
        let client = try SMTPClient(settings)
        do {
            let reply = try await client.send(message, envelope: envelope, before: .now + .seconds(20))
            #expect(reply.code == 250)
            await client.close()
            return nil
        } catch {
            await client.close()
            return error
        }
    }

    @Test func `mail goes out encrypted and logged in, over one kept connection`() async throws {
        let server = try await SMTPServer.start(isEncrypted: true, login: ("holdfast", "a good secret"))
        let client = try SMTPClient(
            server.settings(
                encryption: .required, user: "holdfast", password: "a good secret", connections: 1))
        for number in 1...3 {
            let reply = try await client.send(
                Self.message("mail \(number)\r\n"), envelope: Self.envelope, before: .now + .seconds(20))
            #expect(reply.status == "250 2.0.0")
        }
        await client.close()
        let mails = try server.mails()
        #expect(mails.count == 3)
        #expect(mails.allSatisfy { $0.isEncrypted && $0.user == "holdfast" })
        #expect(Set(mails.map(\.peer)).count == 1)
        #expect(
            mails.allSatisfy { $0.recipients == ["ada@example.net"] && $0.sender == "course@example.org" })
    }

    @Test func `a server whose certificate nobody vouches for gets no mail`() async throws {
        let server = try await SMTPServer.start(isEncrypted: true)
        var settings = server.settings(encryption: .required)
        settings.certificateFile = nil
        let error = try await Self.send(with: settings)
        guard case .notSent = error else {
            Issue.record("expected notSent, got \(String(describing: error))")
            return
        }
        #expect(try server.mails().isEmpty)
    }

    @Test func `a server without encryption gets no mail where encryption is required`() async throws {
        let server = try await SMTPServer.start()
        let error = try await Self.send(with: server.settings(encryption: .required))
        #expect(error != nil)
        #expect(try server.mails().isEmpty)
        #expect(try await Self.send(with: server.settings(encryption: .opportunistic)) == nil)
        #expect(try server.mails().count == 1)
    }

    @Test func `a wrong password is the session's fault, not the message's`() async throws {
        let server = try await SMTPServer.start(isEncrypted: true, login: ("holdfast", "a good secret"))
        let error = try await Self.send(
            with: server.settings(encryption: .required, user: "holdfast", password: "another"))
        guard case .refused(let reply, .session) = error else {
            Issue.record("expected a refused session, got \(String(describing: error))")
            return
        }
        #expect(reply.code == 535)
    }

    @Test func `a password is never sent in the clear`() throws {
        for encryption in [SMTPSettings.Encryption.none, .opportunistic] {
            #expect(throws: SMTPError.self) {
                _ = try SMTPClient(
                    SMTPSettings(url: "smtp://localhost:25", user: "u", password: "p", encryption: encryption)
                )
            }
        }
    }

    @Test(
        "an address that would add a command reaches nobody",
        arguments: [
            "a@x>\r\nRCPT TO:<b@x", "a@x\r\nDATA", "a@x\nRSET", "a@x\0", "<a@x>", "a@x> SIZE=1", "a@x,b@x",
            "a b@x",
            "a@x\u{85}", "a@x\u{2028}RCPT", "", "a",
        ])
    func injection(address: String) async throws {
        let server = try await SMTPServer.start()
        let bad = SMTPEnvelope(sender: "course@example.org", recipients: [address])
        guard case .unusable = try await Self.send(envelope: bad, with: server.settings()) else {
            Issue.record("it was not refused")
            return
        }
        let badSender = SMTPEnvelope(sender: address, recipients: ["ada@example.net"])
        guard case .unusable = try await Self.send(envelope: badSender, with: server.settings()) else {
            Issue.record("it was not refused as a sender")
            return
        }
        #expect(try await Self.send(with: server.settings()) == nil)
        let mails = try server.mails()
        #expect(mails.count == 1)
        #expect(mails.first?.recipients == ["ada@example.net"])
    }

    @Test(
        "a message that servers could read in two ways is not sent",
        arguments: ["a\nb\r\n", "a\rb\r\n", "a\r\n.\nMAIL FROM:<x@y>\r\n", "a", "\0\r\n"])
    func smuggling(body: String) async throws {
        let settings = SMTPSettings(url: "smtp://localhost:9", encryption: .none)
        guard case .unusable = try await Self.send(Self.message(body), with: settings) else {
            Issue.record("it was not refused")
            return
        }
    }

    @Test func `a message arrives byte for byte, lines that begin with a dot too`() async throws {
        let server = try await SMTPServer.start()
        let message = Self.message(".\r\n..two\r\n.one\r\n" + String(repeating: "x", count: 998) + "\r\n\r\n")
        #expect(try await Self.send(message, with: server.settings()) == nil)
        #expect(try server.mails().first?.data == message)
    }

    @Test(
        "a refusal says at which step and whether for good",
        arguments: [
            (SMTPServer.Stage.mail, "550 5.7.1 no", SMTPError.Stage.sender, true),
            (.mail, "451 4.3.0 later", .sender, false),
            (.recipient, "550 5.1.1 nobody here", .recipient, true),
            (.recipient, "450 4.2.1 later", .recipient, false),
            (.data, "554 5.6.0 not this", .message, true),
            (.data, "452 4.3.1 disk full", .message, false),
        ])
    func refusals(stage: SMTPServer.Stage, reply: String, expected: SMTPError.Stage, isPermanent: Bool)
        async throws
    {
        let server = try await SMTPServer.start()
        try server.fail(at: stage, with: .reply(reply))
        let error = try await Self.send(with: server.settings())
        guard case .refused(let answer, let found) = error else {
            Issue.record("expected a refusal, got \(String(describing: error))")
            return
        }
        #expect(found == expected)
        #expect(answer.isPermanent == isPermanent)
        #expect(answer.status == reply.split(separator: " ").prefix(2).joined(separator: " "))
        #expect(try server.mails().isEmpty)
    }

    @Test func `a connection that breaks before the end of the message leaves nothing open`() async throws {
        let server = try await SMTPServer.start()
        for fault in [SMTPServer.Fault.drop, .hang(3)] {
            try server.fail(at: .recipient, with: fault)
            let error = try await Self.send(with: server.settings(timeout: .seconds(1)))
            guard case .notSent = error else {
                Issue.record("expected notSent, got \(String(describing: error))")
                return
            }
        }
        #expect(try server.mails().isEmpty)
    }

    @Test func `a connection that breaks after the end of the message leaves it open`() async throws {
        let server = try await SMTPServer.start()
        for (fault, taken) in [(SMTPServer.Fault.takeAndDrop, 1), (.drop, 1), (.hang(1.5), 1)] {
            try server.fail(at: .data, with: fault)
            let error = try await Self.send(with: server.settings(timeout: .seconds(1)))
            guard case .unclear = error else {
                Issue.record("expected unclear, got \(String(describing: error)) after \(fault)")
                return
            }
            #expect(try server.mails().count == taken)
        }
    }

    @Test func `nothing is begun without a server, or after the deadline`() async throws {
        let port = try FreePort.next()
        let settings = SMTPSettings(url: "smtp://127.0.0.1:\(port)", encryption: .none)
        guard case .notSent = try await Self.send(with: settings) else {
            Issue.record("it was sent to nobody")
            return
        }
        let client = try SMTPClient(settings)
        await #expect(throws: SMTPError.expired) {
            _ = try await client.send(Self.message(), envelope: Self.envelope, before: .now - .seconds(1))
        }
        await client.close()
    }

    @Test(
        "an address of a mail server is smtp or smtps and nothing else",
        arguments: [
            "http://x", "file:///etc/passwd", "smtp://", "smtp://u:p@host", "smtp://a\r\nb", "gopher://x",
        ])
    func addresses(url: String) {
        #expect(throws: SMTPError.self) { _ = try SMTPClient(SMTPSettings(url: url, encryption: .none)) }
    }
}
