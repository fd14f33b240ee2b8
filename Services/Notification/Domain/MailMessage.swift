import Contracts
import Foundation

/// One mail: a text and an HTML form of the same words, with all that a receiving server asks of a bulk sender.
///
/// Equal contents give equal bytes, so a second attempt at a delivery sends the very same mail.
public struct MailMessage: Sendable, Equatable {
    public let from: Mailbox
    public let to: Mailbox
    public let subject: String
    /// RFC 5322, complete, with CR LF.
    public let data: Data

    /// - Parameters:
    ///   - delivery: Gives the Message-ID and the boundary, so neither changes from one attempt to the next.
    ///   - date: When it was first sent, by the service's clock.
    ///   - unsubscribeURL: http(s); a POST to it unsubscribes (RFC 8058).
    /// - Throws: ``NotificationError/unsendable(_:_:)`` when a header would have a control character.
    public init(
        delivery: DeliveryID, from: Mailbox, to: Mailbox, date: Date, content: MailContent,
        unsubscribeURL: String
    ) throws(NotificationError) {
        self.from = from
        self.to = to
        subject = content.subject
        let boundary = "=_holdfast_\(delivery)"
        let headers = [
            try MailHeader("From", mailbox: from),
            try MailHeader("To", mailbox: to),
            try MailHeader("Subject", text: content.subject),
            try MailHeader("Date", token: MailDate.string(from: date)),
            try MailHeader("Message-ID", token: "<\(delivery)@\(from.address.domain)>"),
            try MailHeader("List-Unsubscribe", token: "<\(unsubscribeURL)>"),
            try MailHeader("List-Unsubscribe-Post", token: "List-Unsubscribe=One-Click"),
            // Keeps out-of-office replies away (RFC 3834).
            try MailHeader("Auto-Submitted", token: "auto-generated"),
            try MailHeader("MIME-Version", token: "1.0"),
            try MailHeader("Content-Type", token: "multipart/alternative; boundary=\"\(boundary)\""),
        ]
        var data = Data()
        for header in headers { data.append(contentsOf: "\(header.lines)\r\n".utf8) }
        for (type, text) in [("text/plain", content.text), ("text/html", content.html)] {
            data.append(contentsOf: "\r\n--\(boundary)\r\nContent-Type: \(type); charset=utf-8\r\n".utf8)
            data.append(contentsOf: "Content-Transfer-Encoding: quoted-printable\r\n\r\n".utf8)
            data.append(QuotedPrintable.encode(text))
        }
        data.append(contentsOf: "\r\n--\(boundary)--\r\n".utf8)
        self.data = data
    }
}

/// What a template made of its slots.
public struct MailContent: Sendable, Equatable {
    public var subject: String
    public var text: String
    public var html: String

    public init(subject: String, text: String, html: String) {
        self.subject = subject
        self.text = text
        self.html = html
    }
}

/// `Mon, 23 Nov 2026 22:20:56 +0000`, whatever the machine's language and zone.
enum MailDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func string(from date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
        func two(_ number: Int?) -> String {
            let text = String(number ?? 0)
            return text.count < 2 ? "0\(text)" : text
        }
        let day = days[(parts.weekday ?? 1) - 1]
        let month = months[(parts.month ?? 1) - 1]
        return "\(day), \(two(parts.day)) \(month) \(parts.year ?? 0) "
            + "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) +0000"
    }
}
