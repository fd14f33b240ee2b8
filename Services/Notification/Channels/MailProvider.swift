import Contracts
import Foundation

/// Something that takes mails: a mail server, or a folder.
protocol MailProvider: Sendable {
    /// As deliveries and metrics name it.
    var name: String { get }
    /// Whether the same delivery can be handed over again without a second mail coming of it.
    var isIdempotent: Bool { get }
    /// Mails handed over in one call. 1 where each may take long.
    var batchMax: Int { get }
    /// How long one call may take at most; a claim on the mails outlives it.
    var timeLimit: Duration { get }

    /// Hands mails over. Returns one outcome a mail, in order; never throws, because every error is an outcome.
    ///
    /// - Parameter deadline: Nothing leaves the process after it: from there on the mails belong to somebody else.
    func send(_ mails: [OutgoingMail], before deadline: ContinuousClock.Instant) async -> [AttemptOutcome]

    /// Ends threads and connections, after the last call.
    func close() async
}

/// A mail with the delivery that it is.
struct OutgoingMail: Sendable {
    let delivery: DeliveryID
    let message: MailMessage
}
