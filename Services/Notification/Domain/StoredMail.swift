import Foundation

/// Reads back a mail that this service wrote: its two parts, decoded.
struct StoredMail: Sendable, Equatable {
    let text: String
    let html: String

    /// - Throws: ``NotificationError/unreadable(_:)`` when it is not a mail of the form that ``MailMessage`` writes.
    init(_ data: Data) throws(NotificationError) {
        let whole = String(decoding: data, as: UTF8.self)
        guard let start = whole.range(of: "boundary=\""),
            let end = whole[start.upperBound...].firstIndex(of: "\"")
        else { throw .unreadable("the stored mail names no boundary") }
        let boundary = whole[start.upperBound..<end]
        var parts: [String: String] = [:]
        for section in whole.components(separatedBy: "\r\n--\(boundary)\r\n").dropFirst() {
            guard let gap = section.range(of: "\r\n\r\n") else { continue }
            let head = section[..<gap.lowerBound].lowercased()
            let body = section[gap.upperBound...].components(separatedBy: "\r\n--\(boundary)")[0]
            guard let bytes = QuotedPrintable.decode(Data(body.utf8)) else {
                throw .unreadable("a part of the stored mail is not quoted-printable")
            }
            let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
            if head.contains("text/plain") { parts["text"] = text }
            if head.contains("text/html") { parts["html"] = text }
        }
        guard let text = parts["text"], let html = parts["html"] else {
            throw .unreadable("the stored mail has not both parts")
        }
        self.text = text
        self.html = html
    }
}
