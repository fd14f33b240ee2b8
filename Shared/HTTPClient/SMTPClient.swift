import CCurl
import Foundation

/// Sends mail through libcurl, on threads of its own, each with a connection that it keeps for the next mail.
///
/// Nothing with a control character reaches the server as a command, no other protocol than smtp and smtps
/// is spoken, and a server's certificate is always checked. Nothing is ever sent twice: an error says
/// whether the server can have taken the mail, and the caller decides.
public final class SMTPClient: Sendable {
    private let settings: SMTPSettings
    private let threads: ThreadBoundPool<SMTPConnection>

    /// Starts the threads; connects when there is something to send.
    ///
    /// - Throws: ``SMTPError/unusable(_:)``.
    public init(_ settings: SMTPSettings) throws(SMTPError) {
        try settings.check()
        guard CurlLibrary.isReady else { throw .unusable("libcurl cannot be used") }
        self.settings = settings
        threads = ThreadBoundPool(threads: settings.connections, name: "smtp") { _ in SMTPConnection(settings)
        }
    }

    /// Sends one mail and returns the server's last word.
    ///
    /// - Parameters:
    ///   - message: RFC 5322, every line ending with CR LF, none longer than 998 octets.
    ///   - deadline: Nothing is begun after it, and what is under way ends with it.
    /// - Throws: ``SMTPError``.
    public func send(
        _ message: Data, envelope: SMTPEnvelope, before deadline: ContinuousClock.Instant
    ) async throws(SMTPError) -> SMTPReply {
        try envelope.check()
        try Self.check(message)
        do {
            return try await threads.run { connection in
                try connection.send(message, envelope: envelope, before: deadline).get()
            }
        } catch let error as SMTPError {
            throw error
        } catch {
            throw .notSent("the mail client was closed")
        }
    }

    /// Finishes what is under way, says goodbye to the servers, and ends the threads.
    public func close() async { await threads.close() }

    /// A bare CR or LF means different things to different servers, which is how mails are smuggled into
    /// mails.
    private static func check(_ message: Data) throws(SMTPError) {
        var column = 0
        var previous: UInt8 = 0
        for byte in message {
            if (byte == 10) != (previous == 13) && (byte == 10 || previous == 13) {
                throw .unusable("the message has a line break that is not CR LF")
            }
            column = byte == 10 ? 0 : column + 1
            guard column <= 999, byte != 0 else {
                throw .unusable("the message has a line of more than 998 octets, or a NUL")
            }
            previous = byte
        }
        guard message.suffix(2).elementsEqual([13, 10]) else {
            throw .unusable("the message must end with CR LF")
        }
    }
}
