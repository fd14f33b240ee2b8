import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Who sends what: claims, outcomes, and what is done about senders that are gone.
///
/// Claims end by the database's clock, which all senders share; a sender itself looks at its own monotonic clock, from
/// before the claim was made, so it always stops before the database lets the claim go.
extension DeliveryStore {
    /// What a claim says of itself.
    struct Terms: Sendable {
        let owner: String
        let provider: String
        let length: Duration
        let limit: Int
    }

    /// Takes up to `terms.limit` deliveries that are due and commits them as `sending`; those that must not be sent
    /// any more are suppressed instead.
    ///
    /// The contact's row is share-locked before the unsubscribed are looked at: whoever unsubscribes locks it too, so
    /// either this claim sees it, or the claim was committed before the learner heard "you are unsubscribed".
    func claim(_ terms: Terms, templates: Set<NudgeKind>, now: Date, on session: Session) throws
        -> [ClaimedDelivery]
    {
        let due = try session.rows(
            """
            SELECT delivery FROM delivery
            WHERE state = 'planned' AND next_attempt_at <= clock_timestamp()
            ORDER BY next_attempt_at, delivery LIMIT \(terms.limit) FOR UPDATE SKIP LOCKED
            """
        ).map { try $0.decode("delivery", as: DeliveryID.self) }
        guard !due.isEmpty else { return [] }
        _ = try session.rows(
            """
            SELECT 1 AS one FROM contact
            WHERE (tenant, learner) IN (SELECT tenant, learner FROM delivery WHERE delivery = ANY(\(due)))
            ORDER BY tenant, learner FOR SHARE
            """
        )
        let candidates = try candidates(due, now: now, on: session)
        var claimed: [ClaimedDelivery] = []
        var suppressed: [(ClaimedDelivery, DeliveryReason)] = []
        for (delivery, isUnsubscribed) in candidates {
            let conditions = SendingConditions(
                hasTemplate: templates.contains(delivery.kind), hasAddress: delivery.sealedEmail != nil,
                isUnsubscribed: isUnsubscribed, expiresAt: delivery.expiresAt)
            if let reason = conditions.obstacle(at: now) {
                suppressed.append((delivery, reason))
            } else {
                claimed.append(delivery)
            }
        }
        try begin(claimed, terms, now: now, on: session)
        try suppress(suppressed, now: now, on: session)
        return claimed
    }

    private func candidates(
        _ due: [DeliveryID], now: Date, on session: Session
    ) throws -> [(ClaimedDelivery, isUnsubscribed: Bool)] {
        try session.rows(
            """
            SELECT d.delivery, d.tenant, d.nudge, d.learner, d.course_run, d.course_title, d.kind, d.channel,
                   d.parameters::text AS parameters, d.expires_at, d.dated_at, d.attempts, d.claim_epoch,
                   coalesce(extract(epoch FROM clock_timestamp() - d.first_attempt_at), 0)::float8
                       AS since_first_attempt,
                   c.name AS contact_name, c.email AS contact_email, u.learner IS NOT NULL AS is_unsubscribed
            FROM delivery AS d
            LEFT JOIN contact AS c ON c.tenant = d.tenant AND c.learner = d.learner
            LEFT JOIN unsubscribed_learner AS u ON u.tenant = d.tenant AND u.learner = d.learner
            WHERE d.delivery = ANY(\(due))
            ORDER BY d.next_attempt_at, d.delivery
            """
        ).map { (try ClaimedDelivery(row: $0, now: now), try $0.decode("is_unsubscribed")) }
    }

    private func begin(_ claimed: [ClaimedDelivery], _ terms: Terms, now: Date, on session: Session) throws {
        guard !claimed.isEmpty else { return }
        let seconds = terms.length / .seconds(1)
        _ = try session.execute(
            """
            UPDATE delivery
            SET state = 'sending', reason = NULL, provider = \(terms.provider), attempts = attempts + 1,
                dated_at = coalesce(dated_at, \(now)), changed_at = greatest(changed_at, \(now)),
                first_attempt_at = coalesce(first_attempt_at, clock_timestamp()),
                claim_owner = \(terms.owner), claim_epoch = claim_epoch + 1,
                claim_expires_at = clock_timestamp() + make_interval(secs => \(seconds))
            WHERE delivery = ANY(\(claimed.map(\.delivery)))
            """
        )
    }

    private func suppress(_ rows: [(ClaimedDelivery, DeliveryReason)], now: Date, on session: Session) throws
    {
        guard !rows.isEmpty else { return }
        _ = try session.execute(
            """
            UPDATE delivery SET state = 'suppressed', reason = new.reason, changed_at = \(now)
            FROM unnest(\(rows.map(\.0.delivery)), \(rows.map(\.1))) AS new(delivery, reason)
            WHERE delivery.delivery = new.delivery
            """
        )
        let facts = try rows.map { delivery, reason in
            try NewFact(
                delivery.changed(to: .suppressed, reason: reason, at: now), tenant: delivery.tenant,
                occurredAt: now)
        }
        try appender.append(facts, on: session, recordedAt: now)
    }

    /// What a sender found out, to be written down.
    struct Outcome: Sendable {
        let delivery: ClaimedDelivery
        let outcome: AttemptOutcome
        let verdict: AttemptVerdict
    }

    /// Writes down what became of attempts, under the epoch each began with: an outcome of a claim that somebody took
    /// over since changes nothing. A late one, for a row that was given up as `unknown` meanwhile, is still the truth
    /// about it. Returns the deliveries whose row was changed.
    func finish(_ outcomes: [Outcome], now: Date, on session: Session) throws -> Set<DeliveryID> {
        let rows = outcomes.map(Change.init)
        guard !rows.isEmpty else { return [] }
        let changed = try session.rows(
            """
            UPDATE delivery
            SET state = new.state, reason = new.reason, reply = new.reply, changed_at = greatest(changed_at, \(now)),
                next_attempt_at = clock_timestamp() + make_interval(secs => new.wait),
                claim_owner = NULL, claim_expires_at = NULL
            FROM unnest(\(rows.map(\.delivery)), \(rows.map(\.epoch)), \(rows.map(\.state)), \(rows.map(\.reason)),
                        \(rows.map(\.reply)), \(rows.map(\.wait))) AS new(delivery, epoch, state, reason, reply, wait)
            WHERE delivery.delivery = new.delivery AND delivery.claim_epoch = new.epoch
              AND delivery.state IN ('sending', 'unknown')
            RETURNING delivery.delivery
            """
        ).map { try $0.decode("delivery", as: DeliveryID.self) }
        let written = Set(changed)
        try noteStored(outcomes.filter { written.contains($0.delivery.delivery) }, now: now, on: session)
        let facts = try outcomes.compactMap { outcome -> NewFact? in
            guard case .finished(let state, let reason) = outcome.verdict,
                written.contains(outcome.delivery.delivery)
            else { return nil }
            return try NewFact(
                outcome.delivery.changed(to: state, reason: reason, at: now), tenant: outcome.delivery.tenant,
                occurredAt: now)
        }
        try appender.append(facts, on: session, recordedAt: now)
        return written
    }

    /// A row's new values.
    private struct Change {
        let delivery: DeliveryID
        let epoch: Int64
        let state: DeliveryState
        let reason: DeliveryReason?
        let reply: String?
        let wait: Double

        init(_ outcome: Outcome) {
            delivery = outcome.delivery.delivery
            epoch = outcome.delivery.epoch
            switch outcome.outcome {
            case .refused(_, let reply), .notAccepted(let reply): self.reply = reply
            case .accepted, .unclear, .abandoned: reply = nil
            }
            switch outcome.verdict {
            case .again(let after): (state, reason, wait) = (.planned, nil, after)
            case .finished(let state, let reason): (self.state, self.reason, wait) = (state, reason, 0)
            }
        }
    }

    private func noteStored(_ outcomes: [Outcome], now: Date, on session: Session) throws {
        let stored = outcomes.compactMap { outcome -> (ClaimedDelivery, StoredReceipt)? in
            guard case .accepted(let receipt?) = outcome.outcome else { return nil }
            return (outcome.delivery, receipt)
        }
        guard !stored.isEmpty else { return }
        _ = try session.execute(
            """
            INSERT INTO sink_message (delivery, tenant, learner, subject, size, sent_at)
            SELECT delivery, tenant, learner, subject, size, \(now)
            FROM unnest(\(stored.map(\.0.delivery)), \(stored.map(\.0.tenant)), \(stored.map(\.0.learner)),
                        \(stored.map(\.1.subject)), \(stored.map(\.1.size)))
                 AS new(delivery, tenant, learner, subject, size)
            ON CONFLICT (delivery) DO NOTHING
            """
        )
    }

    /// Decides on deliveries whose sender is gone: planned again where a second attempt makes no second mail, or the
    /// operator wants it so; `unknown` otherwise. Returns how many there were.
    func takeOver(resendable: [String], now: Date, on session: Session) throws -> Int {
        let rows = try session.rows(
            """
            UPDATE delivery
            SET state = CASE WHEN provider = ANY(\(resendable)) THEN 'planned' ELSE 'unknown' END,
                reason = CASE WHEN provider = ANY(\(resendable)) THEN NULL
                              ELSE \(DeliveryReason.interrupted.rawValue) END,
                changed_at = greatest(changed_at, \(now)), next_attempt_at = clock_timestamp(),
                claim_owner = NULL, claim_expires_at = NULL
            WHERE delivery IN (
                SELECT delivery FROM delivery
                WHERE state = 'sending' AND claim_expires_at < clock_timestamp()
                ORDER BY claim_expires_at LIMIT \(NotificationLimits.strandedBatchMax) FOR UPDATE SKIP LOCKED)
            RETURNING delivery, tenant, nudge, learner, course_run, channel, state
            """
        )
        let facts = try rows.compactMap { row -> NewFact? in
            guard try row.decode("state", as: DeliveryState.self) == .unknown else { return nil }
            let changed = DeliveryChanged(
                delivery: try row.decode("delivery"), nudge: try row.decode("nudge"),
                learner: try row.decode("learner"), courseRun: try row.decode("course_run"),
                channel: try row.decode("channel"), state: .unknown,
                reason: DeliveryReason.interrupted.rawValue, changedAt: now)
            return try NewFact(changed, tenant: try row.decode("tenant"), occurredAt: now)
        }
        try appender.append(facts, on: session, recordedAt: now)
        return rows.count
    }
}
