import Contracts
import Foundation
import TestSupport
import Testing

@testable import Notification

/// What learners read: its tone, what it names, and what a hostile title cannot do to it.
@Suite struct TemplateTests {
    static let unsubscribe = "https://holdfast.example.org/unsubscribe/abc"

    static func templates() throws -> MessageTemplates {
        try MessageTemplates(folder: Repository.root.appending(path: "Services/Notification/Templates"))
    }

    static func render(
        name: String? = "Ada", title: String = "Statistics", parameters: [String: String]
    ) throws -> MailContent {
        let slots = MessageSlots(
            name: name, courseTitle: title, parameters: parameters, unsubscribeURL: unsubscribe)
        return try templates().render(.smartReminder, slots: slots)
    }

    static let whole = [
        "nextStep": "Quiz 3", "dueIn": "tomorrow", "quietDays": "5",
        "nextStepURL": "https://lms.example.org/course?id=3&part=2",
    ]

    @Test func `a reminder greets by name, names one next step, and says why it came`() throws {
        let mail = try Self.render(parameters: Self.whole)
        #expect(mail.subject == "A good next step in Statistics: Quiz 3")
        for body in [mail.text, mail.html] {
            #expect(body.contains("Hello Ada,"))
            #expect(body.contains("Quiz 3"))
            #expect(body.contains("due tomorrow"))
            #expect(body.contains("You get this message because you are enrolled in Statistics"))
            #expect(body.contains("5 days"))
            #expect(body.contains(Self.unsubscribe))
            #expect(!body.contains("{{"))
        }
        #expect(mail.text.contains("https://lms.example.org/course?id=3&part=2"))
        #expect(mail.html.contains("href=\"https://lms.example.org/course?id=3&amp;part=2\""))
        #expect(mail.html.components(separatedBy: "Go on with the course").count == 2)
    }

    @Test func `a reminder without any detail is still a whole letter`() throws {
        let mail = try Self.render(name: nil, parameters: ["quietDays": "3"])
        #expect(mail.subject == "Your place in Statistics is ready when you are")
        #expect(mail.text.hasPrefix("Hello,\n"))
        #expect(mail.text.contains("pick it up right where you left off"))
        #expect(!mail.html.contains("Go on with the course"))
    }

    @Test func `nobody who never began is told that what they did still counts`() throws {
        for step in [[:], ["nextStep": "Quiz 3"]] {
            let link = ["nextStepURL": "https://lms.example.org/course"]
            let mail = try Self.render(parameters: step.merging(link) { one, _ in one })
            for body in [mail.subject, mail.text, mail.html] {
                for word in ["still counts", "left off", "goes on", "Go on", "back into"] {
                    #expect(!body.contains(word), "\(word)")
                }
            }
            #expect(mail.text.contains("Half an hour is enough for a first look around."))
            #expect(mail.text.contains("and have not begun yet."))
            #expect(mail.text.contains("Begin here: https://lms.example.org/course\n"))
            #expect(mail.html.contains(">Begin the course</a>"))
        }
        let begun = try Self.render(parameters: ["quietDays": "0"])
        #expect(begun.text.contains("everything that you have done so far still counts"))
        #expect(begun.text.contains("because you are enrolled in Statistics.\n"))
    }

    @Test func `no reminder judges, threatens or speaks of risk`() throws {
        let banned = [
            "risk", "fail", "behind", "drop out", "dropout", "warning", "urgent", "last chance", "disappoint",
            "should have", "must ", "score", "predict", "detected", "inactive", "problem", "unfortunately",
            "overdue",
        ]
        for parameters in [Self.whole, [:], ["nextStep": "Quiz 3"], ["quietDays": "1"]] {
            let mail = try Self.render(parameters: parameters)
            let words = "\(mail.subject) \(mail.text) \(mail.html)".lowercased()
            for word in banned { #expect(!words.contains(word), "a reminder says \(word)") }
        }
    }

    @Test func `HTML in a name or a title is text`() throws {
        let evil = "<script>alert('x')</script>\" onload=\"y"
        let mail = try Self.render(name: evil, title: evil, parameters: ["nextStep": evil, "dueIn": evil])
        #expect(!mail.html.contains("<script>"))
        #expect(!mail.html.contains("\" onload"))
        #expect(mail.html.contains("&lt;script&gt;"))
        #expect(mail.text.contains("<script>"))
    }

    @Test func `Mustache in a title is text`() throws {
        let mail = try Self.render(parameters: ["nextStep": "{{unsubscribeURL}} {{{name}}}"])
        #expect(mail.subject.contains("{{unsubscribeURL}} {{{name}}}"))
    }

    @Test func `a line break in a title stays inside its line`() throws {
        let mail = try Self.render(parameters: ["nextStep": "Quiz\r\nBcc: eve@example.org\n3"])
        #expect(mail.subject == "A good next step in Statistics: Quiz Bcc: eve@example.org 3")
        _ = try MailMessageTests.message(subject: mail.subject)
    }

    @Test(
        "a link that is not plainly http or https is left out",
        arguments: [
            "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "https://",
            "x",
            "https://a\r\nb", "https://user:word@evil.example/", "http://a b", "https://a/\"onclick",
            "ftp://a.example",
            "https://" + String(repeating: "a", count: 2_100) + ".example",
        ])
    func badLinks(link: String) throws {
        let slots = MessageSlots(
            name: nil, courseTitle: "S", parameters: ["nextStepURL": link], unsubscribeURL: Self.unsubscribe)
        #expect(slots.values["nextStepURL"] == nil)
        #expect(slots.refused == ["nextStepURL"])
    }

    @Test func `a control character in a text leaves it out and is named`() {
        let slots = MessageSlots(
            name: "A\u{0}da", courseTitle: "S", parameters: ["nextStep": "a\u{1B}[2J", "other": "x"],
            unsubscribeURL: Self.unsubscribe)
        #expect(slots.values["name"] == nil)
        #expect(slots.values["nextStep"] == nil)
        #expect(slots.values["other"] == nil)
        #expect(slots.refused == ["name", "nextStep"])
    }

    @Test func `a kind without a template is known to have none`() throws {
        let templates = try Self.templates()
        #expect(templates.kinds == [.smartReminder])
        let slots = MessageSlots(
            name: nil, courseTitle: "S", parameters: [:], unsubscribeURL: Self.unsubscribe)
        #expect(throws: NotificationError.unsendable(.noTemplate, "no template for kudos")) {
            try templates.render(.kudos, slots: slots)
        }
    }
}
