import Contracts
import Foundation
import TestSupport
import Testing

@testable import Notification

/// The mail itself, judged by eye (a golden) and by another program (Python's email package).
@Suite struct MailMessageTests {
    static let delivery = DeliveryID("0f8fad5b-d9cb-469f-a165-70867728950e") ?? DeliveryID(rawValue: UUID())

    static func message(
        name: String? = "Ada Lovelace", subject: String = "A good next step: Quiz 3",
        text: String = "Hello Ada,\n",
        html: String = "<p>Hello Ada,</p>\n"
    ) throws -> MailMessage {
        try MailMessage(
            delivery: delivery,
            from: Mailbox(name: "Your course team", address: EmailAddress("course@mail.example.org")),
            to: Mailbox(name: name, address: EmailAddress("ada@example.net")),
            date: Date(timeIntervalSince1970: 1_795_472_456),
            content: MailContent(subject: subject, text: text, html: html),
            unsubscribeURL: "https://holdfast.example.org/unsubscribe/abc")
    }

    @Test func `a mail is exactly this`() throws {
        let expected = """
            From: Your course team <course@mail.example.org>
            To: Ada Lovelace <ada@example.net>
            Subject: A good next step: Quiz 3
            Date: Mon, 23 Nov 2026 22:20:56 +0000
            Message-ID: <0f8fad5b-d9cb-469f-a165-70867728950e@mail.example.org>
            List-Unsubscribe: <https://holdfast.example.org/unsubscribe/abc>
            List-Unsubscribe-Post: List-Unsubscribe=One-Click
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: multipart/alternative;
             boundary="=_holdfast_0f8fad5b-d9cb-469f-a165-70867728950e"

            --=_holdfast_0f8fad5b-d9cb-469f-a165-70867728950e
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Hello Ada,

            --=_holdfast_0f8fad5b-d9cb-469f-a165-70867728950e
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <p>Hello Ada,</p>

            --=_holdfast_0f8fad5b-d9cb-469f-a165-70867728950e--

            """
        let data = try Self.message().data
        #expect(String(decoding: data, as: UTF8.self) == expected.replacing("\n", with: "\r\n"))
    }

    @Test func `the same delivery makes the same bytes`() throws {
        #expect(try Self.message() == Self.message())
    }

    @Test(
        "every line is short, ends with CR LF, and is ASCII, whatever the texts are",
        arguments: [
            "", "plain",
            "Übung für Ada: «Wahrscheinlichkeit» — Kapitel 3, zweite Hälfte, mit Lösungen und Hinweisen",
            String(repeating: "long ", count: 60), String(repeating: "x", count: 300),
            "日本語の授業へようこそ".repeated(9),
            "👩🏽‍🔬".repeated(40), "=?UTF-8?B?ZmFrZQ==?=", "a  b ", "quote \" and \\ and <x@y>",
        ])
    func lines(text: String) throws {
        let body = "\(text)\nsecond = line \n\ttab\n"
        let message = try Self.message(name: String(text.prefix(100)), subject: text, text: body, html: body)
        let lines = String(decoding: message.data, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 200 })
        #expect(lines.allSatisfy { !$0.contains("\n") && !$0.contains("\r") })
        #expect(message.data.allSatisfy { $0 == 13 || $0 == 10 || (32...126).contains($0) || $0 == 9 })
        let bodyLines = lines.drop { !$0.isEmpty }
        #expect(bodyLines.allSatisfy { $0.utf8.count <= 76 })
    }

    @Test(
        "a header with a control character is refused",
        arguments: ["a\r\nBcc: eve@example.org", "a\nb", "a\rb", "a\0b", "a\u{85}b", "a\u{2028}b", "a\u{7F}"])
    func injection(text: String) throws {
        #expect(
            throws: NotificationError.unsendable(
                .unsafeText, "the header Subject must have no control characters")
        ) {
            _ = try Self.message(subject: text)
        }
        #expect(throws: NotificationError.self) { _ = try Self.message(name: text) }
    }

    @Test func `quoted-printable reads back as it was written`() throws {
        let texts = [
            "", "a", "ends with space ", "tab\t", "=", "é".repeated(60), "x".repeated(500), "a\r\nb\rc\nd",
        ]
        for text in texts {
            let coded = QuotedPrintable.encode(text)
            let read = try #require(QuotedPrintable.decode(coded))
            let lines = QuotedPrintable.lines(of: text)
            #expect(String(decoding: read, as: UTF8.self) == lines.map { "\($0)\r\n" }.joined())
        }
        #expect(QuotedPrintable.decode(Data("=4".utf8)) == nil)
        #expect(QuotedPrintable.decode(Data("=XY".utf8)) == nil)
    }

    @Test func `a stored mail gives its parts back`() throws {
        let text = "Hällo Ada,\n\n. a line with a dot\n--=_holdfast_ not a boundary\n"
        let mail = try StoredMail(try Self.message(text: text, html: "<p>\(text)</p>\n").data)
        #expect(mail.text == text)
        #expect(mail.html == "<p>\(text)</p>\n")
        #expect(throws: NotificationError.self) { try StoredMail(Data("no mail".utf8)) }
    }

    @Test func `Python's email package reads what was meant`() async throws {
        let subject = "Übung 3 für Ada: «Wahrscheinlichkeit» und vieles, vieles mehr, bis zum Ende der Woche"
        let name = "Adá \"the first\" Lovelace, 日本"
        let text = "Grüße an Ada = 100 % \n\nEnde.\n"
        let message = try Self.message(name: name, subject: subject, text: text, html: "<p>é</p>\n")
        let directory = try TemporaryDirectory("mail")
        let file = directory.url.appending(path: "mail.eml")
        try message.data.write(to: file)
        let script = """
            import email, email.policy, json, sys
            m = email.message_from_bytes(open(sys.argv[1], 'rb').read(), policy=email.policy.default)
            parts = list(m.iter_parts())
            print(json.dumps({'subject': m['subject'], 'name': m['to'].addresses[0].display_name,
                'address': m['to'].addresses[0].addr_spec, 'date': m['date'].datetime.isoformat(),
                'id': m['message-id'].strip(), 'unsubscribe': m['list-unsubscribe'].strip(),
                'types': ' '.join(p.get_content_type() for p in parts), 'text': parts[0].get_content(),
                'html': parts[1].get_content(), 'defects': str(m.defects + [d for p in parts for d in p.defects])}))
            """
        let output = try await blocking {
            try Program.succeed([try Program.find("python3"), "-c", script, file.path])
        }
        let read = try JSONDecoder().decode([String: String].self, from: Data(output.utf8))
        #expect(read["subject"] == subject)
        #expect(read["name"] == name)
        #expect(read["address"] == "ada@example.net")
        #expect(read["date"] == "2026-11-23T22:20:56+00:00")
        #expect(read["id"] == "<\(Self.delivery)@mail.example.org>")
        #expect(read["unsubscribe"] == "<https://holdfast.example.org/unsubscribe/abc>")
        #expect(read["types"] == "text/plain text/html")
        // Python keeps the line breaks of the wire.
        #expect(read["text"] == text.replacing("\n", with: "\r\n"))
        #expect(read["html"] == "<p>é</p>\r\n")
        #expect(read["defects"] == "[]")
    }
}

extension String {
    func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
