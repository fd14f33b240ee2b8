import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Links in mails, and the learners who used one.
struct UnsubscribeStore: Sendable {
    let contacts: ContactStore
    let appender = LogAppender(stream: StreamName.deliveries)

    /// Whose link a token is.
    private struct Link: Sendable {
        let tenant: TenantID
        let learner: LearnerID
        let delivery: DeliveryID
    }

    /// Whether the learner of this link is unsubscribed. Changes nothing, so that a mail scanner may follow the link.
    ///
    /// - Throws: ``NotificationError/unknownToken``.
    func state(of token: String, on session: Session) throws -> Bool {
        let link = try link(of: token, on: session)
        return try isUnsubscribed(link, on: session)
    }

    /// Unsubscribes the learner of this link, once: again makes no difference and says no second fact. No message
    /// begins to be sent to the learner after this transaction has committed.
    ///
    /// - Throws: ``NotificationError/unknownToken``.
    func unsubscribe(_ token: String, now: Date, on session: Session) throws {
        let link = try link(of: token, on: session)
        // Waits for senders that are claiming a message to this learner, and makes later ones wait.
        try contacts.lock(link.learner, tenant: link.tenant, on: session)
        let added = try session.execute(
            """
            INSERT INTO unsubscribed_learner (tenant, learner, delivery, unsubscribed_at)
            VALUES (\(link.tenant), \(link.learner), \(link.delivery), \(now))
            ON CONFLICT (tenant, learner) DO NOTHING
            """
        )
        guard added == 1 else { return }
        let rows = try session.rows(
            "SELECT nudge, course_run, channel FROM delivery WHERE delivery = \(link.delivery)")
        guard let row = rows.first else { throw NotificationError.unknownToken }
        let changed = DeliveryChanged(
            delivery: link.delivery, nudge: try row.decode("nudge"), learner: link.learner,
            courseRun: try row.decode("course_run"), channel: try row.decode("channel"), state: .unsubscribed,
            changedAt: now)
        try appender.append(
            [try NewFact(changed, tenant: link.tenant, occurredAt: now)], on: session, recordedAt: now)
    }

    private func link(of token: String, on session: Session) throws -> Link {
        let rows = try session.rows(
            """
            SELECT tenant, learner, delivery FROM unsubscribe_token
            WHERE token_hash = \(DerivedKeys.hash(ofToken: token))
            """
        )
        guard let row = rows.first else { throw NotificationError.unknownToken }
        return Link(
            tenant: try row.decode("tenant"), learner: try row.decode("learner"),
            delivery: try row.decode("delivery"))
    }

    private func isUnsubscribed(_ link: Link, on session: Session) throws -> Bool {
        try !session.rows(
            """
            SELECT 1 AS one FROM unsubscribed_learner
            WHERE tenant = \(link.tenant) AND learner = \(link.learner)
            """
        ).isEmpty
    }
}
