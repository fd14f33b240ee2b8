import Foundation
import HTTPClient
import Logging

/// Sends through a mail server. It cannot know a message again, so what may have left is never sent a second time,
/// unless the operator chose so.
struct SMTPProvider: MailProvider {
    let name = "smtp"
    let isIdempotent = false
    // One at a time: what a crash leaves unknown is then at most one message for each sender.
    let batchMax = 1
    let timeLimit: Duration

    private let client: SMTPClient
    private let logger: Logger

    /// - Throws: ``SMTPError`` when the settings cannot be used.
    init(_ settings: SMTPSettings, logger: Logger) throws {
        client = try SMTPClient(settings)
        timeLimit = settings.timeout
        self.logger = logger
    }

    func send(_ mails: [OutgoingMail], before deadline: ContinuousClock.Instant) async -> [AttemptOutcome] {
        var outcomes: [AttemptOutcome] = []
        for mail in mails { outcomes.append(await send(mail, before: deadline)) }
        return outcomes
    }

    func close() async { await client.close() }

    private func send(_ mail: OutgoingMail, before deadline: ContinuousClock.Instant) async -> AttemptOutcome
    {
        do {
            let envelope = SMTPEnvelope(
                sender: mail.message.from.address.text, recipients: [mail.message.to.address.text])
            let reply = try await client.send(mail.message.data, envelope: envelope, before: deadline)
            logger.debug("mail accepted", metadata: metadata(mail, reply: reply.status))
            return .accepted(nil)
        } catch {
            let outcome = Self.outcome(of: error)
            logger.notice("mail not accepted", metadata: metadata(mail, reply: error.logged))
            return outcome
        }
    }

    /// What an error says of the message. See ``SMTPError`` for what each of them leaves open.
    static func outcome(of error: SMTPError) -> AttemptOutcome {
        switch error {
        case .refused(let reply, let stage):
            guard reply.isPermanent else { return .notAccepted(reply: reply.status) }
            switch stage {
            // A wrong password is ours to mend, and no fault of the message.
            case .session: return .notAccepted(reply: reply.status)
            case .recipient: return .refused(.rejected, reply: reply.status)
            case .sender, .message: return .refused(.refused, reply: reply.status)
            }
        case .notSent: return .notAccepted(reply: nil)
        case .expired: return .abandoned
        case .unclear: return .unclear
        case .unusable: return .refused(.unsafeText, reply: nil)
        }
    }

    private func metadata(_ mail: OutgoingMail, reply: String) -> Logger.Metadata {
        ["delivery.id": "\(mail.delivery)", "smtp.reply": "\(reply)"]
    }
}
