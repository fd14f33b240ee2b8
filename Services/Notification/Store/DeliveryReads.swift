import Contracts
import Foundation
import PostgreSQL

/// What others may know of deliveries: states and times, never a name, an address or a text.
struct DeliveryReads: Sendable {
    let database: Database

    /// One page, newest first. Reads `delivery_by_time`, or `delivery_by_learner` for one learner.
    func deliveries(_ request: ListDeliveries.Request, tenant: TenantID) async throws
        -> ListDeliveries.Response
    {
        let size = try request.page.effectiveSize()
        let question: [String?] = [
            "deliveries", tenant.rawValue, request.learner?.description, request.state?.rawValue,
            request.since.map(RFC3339.string(from:)),
        ]
        let cursor = try DeliveryCursor(token: request.page.token, question: question)
        var filter: SQL = "WHERE tenant = \(tenant)"
        if let learner = request.learner { filter += " AND learner = \(learner)" }
        if let state = request.state { filter += " AND state = \(state)" }
        if let since = request.since { filter += " AND changed_at >= \(since)" }
        let rows = try await database.rows(
            """
            SELECT delivery, nudge, learner, course_run, channel, provider, state, reason, attempts, planned_at,
                   changed_at
            FROM delivery
            \(filter) AND (planned_at, delivery) < (\(cursor.at), \(cursor.delivery))
            ORDER BY planned_at DESC, delivery DESC LIMIT \(size + 1)
            """
        )
        let page = try rows.prefix(size).map(Self.delivery)
        let next =
            rows.count > size
            ? page.last.map { DeliveryCursor(at: $0.plannedAt, delivery: $0.delivery) } : nil
        return ListDeliveries.Response(deliveries: page, nextPageToken: next?.token(for: question) ?? "")
    }

    /// Counts by state, and messages sent by day. Reads `delivery_by_state`; O(deliveries of the tenant).
    func overview(tenant: TenantID, now: Date) async throws -> GetDeliveryOverview.Response {
        let today = (now.timeIntervalSince1970 / 86_400).rounded(.down)
        let firstDay = today - Double(NotificationLimits.overviewDays - 1)
        let start = Date(timeIntervalSince1970: firstDay * 86_400)
        return try await database.run { session in
            var states = Dictionary(uniqueKeysWithValues: DeliveryState.allCases.map { ($0.rawValue, 0) })
            for row in try session.rows(
                "SELECT state, count(*) AS count FROM delivery WHERE tenant = \(tenant) GROUP BY state")
            {
                states[try row.decode("state", as: String.self)] = try row.decode("count", as: Int.self)
            }
            let left = try session.rows(
                "SELECT count(*) AS count FROM unsubscribed_learner WHERE tenant = \(tenant)")
            states[DeliveryState.unsubscribed.rawValue] = try left.first?.decode("count", as: Int.self) ?? 0
            var days = [Int](repeating: 0, count: NotificationLimits.overviewDays)
            for row in try session.rows(
                """
                SELECT floor(extract(epoch FROM changed_at) / 86400)::bigint AS day, count(*) AS count
                FROM delivery WHERE tenant = \(tenant) AND state = 'sent' AND changed_at >= \(start)
                GROUP BY 1
                """
            ) {
                let index = try row.decode("day", as: Int.self) - Int(firstDay)
                if days.indices.contains(index) { days[index] = try row.decode("count") }
            }
            return GetDeliveryOverview.Response(states: states, sentByDay: days)
        }
    }

    /// Mails that the sink wrote, newest first. Reads `sink_message_by_time`, or `sink_message_by_learner`.
    func messages(_ request: ListSinkMessages.Request, tenant: TenantID) async throws
        -> ListSinkMessages.Response
    {
        let size = try request.page.effectiveSize()
        let question: [String?] = ["messages", tenant.rawValue, request.learner?.description]
        let cursor = try DeliveryCursor(token: request.page.token, question: question)
        var filter: SQL = "WHERE tenant = \(tenant)"
        if let learner = request.learner { filter += " AND learner = \(learner)" }
        let rows = try await database.rows(
            """
            SELECT delivery, learner, subject, sent_at, size FROM sink_message
            \(filter) AND (sent_at, delivery) < (\(cursor.at), \(cursor.delivery))
            ORDER BY sent_at DESC, delivery DESC LIMIT \(size + 1)
            """
        )
        let page = try rows.prefix(size).map(Self.message)
        let next =
            rows.count > size ? page.last.map { DeliveryCursor(at: $0.sentAt, delivery: $0.delivery) } : nil
        return ListSinkMessages.Response(messages: page, nextPageToken: next?.token(for: question) ?? "")
    }

    /// - Throws: ``NotificationError/unknownMessage`` when this tenant has no such mail.
    func message(_ delivery: DeliveryID, tenant: TenantID) async throws -> SinkMessage {
        let rows = try await database.rows(
            """
            SELECT delivery, learner, subject, sent_at, size FROM sink_message
            WHERE delivery = \(delivery) AND tenant = \(tenant)
            """
        )
        guard let row = rows.first else { throw NotificationError.unknownMessage }
        return try Self.message(row)
    }

    /// Messages that senders should be at now: due or on their way. Reads `delivery_due` and `delivery_claimed`.
    func countDue() async throws -> Int {
        let rows = try await database.rows(
            """
            SELECT (SELECT count(*) FROM delivery WHERE state = 'planned' AND next_attempt_at <= clock_timestamp())
                 + (SELECT count(*) FROM delivery WHERE state = 'sending') AS due
            """
        )
        return try rows.first?.decode("due", as: Int.self) ?? 0
    }

    private static func delivery(_ row: Row) throws -> ListDeliveries.Delivery {
        ListDeliveries.Delivery(
            delivery: try row.decode("delivery"), nudge: try row.decode("nudge"),
            learner: try row.decode("learner"), courseRun: try row.decode("course_run"),
            channel: try row.decode("channel"), provider: try row.decode("provider"),
            state: try row.decode("state"), reason: try row.decode("reason"),
            attempts: try row.decode("attempts"), plannedAt: try row.decode("planned_at"),
            changedAt: try row.decode("changed_at"))
    }

    private static func message(_ row: Row) throws -> SinkMessage {
        SinkMessage(
            delivery: try row.decode("delivery"), learner: try row.decode("learner"),
            subject: try row.decode("subject"), sentAt: try row.decode("sent_at"),
            size: try row.decode("size"))
    }
}
