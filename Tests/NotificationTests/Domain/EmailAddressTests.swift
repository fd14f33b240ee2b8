import Contracts
import Foundation
import Testing

@testable import Notification

/// Which addresses and contacts are taken, and what is said about the others.
@Suite struct EmailAddressTests {
    @Test(
        "plain addresses are taken as they are",
        arguments: [
            "ada@example.org", "a.b+c@mail.example.co.uk", "o'neil@x-y.example", "UPPER@Example.ORG",
            "x@localhost",
            "!#$%&'*+-/=?^_`{|}~@example.org",
        ])
    func plain(text: String) throws {
        #expect(try EmailAddress(text).text == text)
    }

    @Test(
        "anything that is more or less than an address is refused, and never repeated",
        arguments: [
            "", "ada", "@example.org", "ada@", "ada@@example.org", "ada@example", "a b@example.org",
            "ada@example.org ", "ada@example.org\r\nBcc: eve@example.org", "ada@x>\r\nRCPT TO:<b@x",
            "<ada@example.org>",
            "\"ada\"@example.org", "ada@[127.0.0.1]", "ada@-x.org", "ada@x-.org", "ada@x..org",
            ".ada@example.org",
            "ada.@example.org", "a..b@example.org", "adä@example.org", "ada@exämple.org", "ada@example.org\0",
            "ada@example.org\u{7F}", "ada@example.org,eve@example.org", "a(b)@example.org",
            String(repeating: "a", count: 65) + "@example.org",
            "a@" + String(repeating: "b", count: 64) + ".org", String(repeating: "a", count: 250) + "@b.org",
        ])
    func refused(text: String) {
        do {
            _ = try EmailAddress(text)
            Issue.record("it was taken")
        } catch {
            guard case .invalidContact(let sentence) = error else {
                Issue.record("another error: \(error)")
                return
            }
            #expect(sentence.hasPrefix("email must"))
            #expect(text.isEmpty || !sentence.contains(text))
        }
    }

    @Test func `the domain and the comparable form ignore case`() throws {
        let address = try EmailAddress("Ada@Mail.Example.ORG")
        #expect(address.domain == "mail.example.org")
        #expect(address.normalised == "ada@mail.example.org")
    }
}

/// What a contact may hold.
@Suite struct ContactCheckTests {
    let learner = LearnerID(rawValue: UUID())

    @Test func `a whole contact is taken, with spaces around its texts dropped`() throws {
        let contact = try CheckedContact(
            Contact(
                learner: learner, name: " Ada Lovelace ", email: "ada@example.org", phone: "+441632960123",
                locale: "pt-BR", timeZone: "Europe/London"))
        #expect(contact.name == "Ada Lovelace")
        #expect(contact.email?.text == "ada@example.org")
        #expect(contact.timeZone == "Europe/London")
    }

    @Test func `an empty text counts as none`() throws {
        let contact = try CheckedContact(Contact(learner: learner, name: "", email: "  "))
        #expect(contact.name == nil)
        #expect(contact.email == nil)
    }

    @Test(
        "a field that cannot be used is named, with the learner and without the value",
        arguments: [
            ("name", Contact(learner: LearnerID(rawValue: UUID()), name: "Ada\r\nBcc: eve@example.org")),
            ("name", Contact(learner: LearnerID(rawValue: UUID()), name: String(repeating: "x", count: 101))),
            ("email", Contact(learner: LearnerID(rawValue: UUID()), email: "ada@x>\r\nRCPT TO:<b@x")),
            ("phone", Contact(learner: LearnerID(rawValue: UUID()), phone: "01632 960123")),
            ("phone", Contact(learner: LearnerID(rawValue: UUID()), phone: "+0123456789")),
            ("locale", Contact(learner: LearnerID(rawValue: UUID()), locale: "english please")),
            ("timeZone", Contact(learner: LearnerID(rawValue: UUID()), timeZone: "Mars/Olympus")),
        ])
    func refused(field: String, contact: Contact) {
        do {
            _ = try CheckedContact(contact)
            Issue.record("it was taken")
        } catch {
            guard case .invalidContact(let sentence) = error else {
                Issue.record("another error: \(error)")
                return
            }
            #expect(sentence.hasPrefix("contact of learner \(contact.learner): \(field) "))
            for value in [contact.name, contact.email, contact.phone].compactMap({ $0 }) {
                #expect(!sentence.contains(value))
            }
        }
    }
}
