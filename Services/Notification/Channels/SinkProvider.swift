import Contracts
import Foundation
import HTTPClient
import Logging

/// Writes each mail into a folder, as `<delivery>.eml`, instead of sending it.
///
/// A file appears whole or not at all, under the delivery's name, and the first one stays: so a mail can be handed
/// over any number of times, from any number of processes, and is there once.
struct SinkProvider: MailProvider {
    let name = "sink"
    let isIdempotent = true
    let batchMax = 32
    let timeLimit: Duration = .seconds(5)

    private let folder: MailFolder
    private let threads: ThreadBoundPool<Void>
    private let logger: Logger

    /// Makes the folder, readable by this user alone, where there is none.
    init(folder: URL, threads: Int, logger: Logger) throws {
        self.folder = try MailFolder(folder)
        self.threads = ThreadBoundPool(threads: threads, name: "mail-sink") { _ in () }
        self.logger = logger
    }

    func send(_ mails: [OutgoingMail], before deadline: ContinuousClock.Instant) async -> [AttemptOutcome] {
        do {
            return try await threads.run { [folder, logger] _ in
                let outcomes = mails.map { mail -> AttemptOutcome in
                    guard ContinuousClock.now < deadline else { return .abandoned }
                    do {
                        let size = try folder.write(mail.message.data, as: mail.delivery)
                        return .accepted(StoredReceipt(subject: mail.message.subject, size: size))
                    } catch {
                        logger.warning(
                            "mail not written",
                            metadata: ["delivery.id": "\(mail.delivery)", "error": "\(error)"])
                        return .notAccepted(reply: nil)
                    }
                }
                do {
                    // One fsync of the folder for all of them: only then are the names safe too.
                    try folder.sync()
                    return outcomes
                } catch {
                    logger.warning("mail folder not synced", metadata: ["error": "\(error)"])
                    return outcomes.map { _ in .notAccepted(reply: nil) }
                }
            }
        } catch {
            return mails.map { _ in .abandoned }
        }
    }

    /// The mail of a delivery, as it stands in its file; nil when there is none.
    func read(_ delivery: DeliveryID) async throws -> Data? {
        try await threads.run { [folder] _ in try folder.read(delivery) }
    }

    func close() async { await threads.close() }
}
