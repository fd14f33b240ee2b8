import Contracts
import Foundation
import PostgreSQL

/// What one learner did, from the log itself.
struct TimelineReads: Sendable {
    let database: Database

    /// Newest first, with what those did who were merged into the learner. Reads `event_log_timeline`: one range of it
    /// a page and learner, longer when a run is asked for.
    func timeline(_ request: GetTimeline.Request, tenant: TenantID) async throws -> GetTimeline.Response {
        let size = try request.page.effectiveSize()
        let question: [String?] = [
            "timeline", tenant.rawValue, request.learner.description, request.courseRun?.rawValue,
            request.since.map(RFC3339.string(from:)), request.asOf.map(RFC3339.string(from:)),
        ]
        let end = try end(request.page.token, question)
        let rows = try await database.run { session in
            let merged = try PeopleRows.merged(into: [request.learner], tenant: tenant, on: session)
            let keys = ([request.learner] + merged.map(\.learner)).map(\.description)
            return try session.rows(
                """
                SELECT event.partition, event.occurred_at, event.seq, event.body::text AS body
                FROM unnest(\(keys)) AS person (key) CROSS JOIN LATERAL (
                    SELECT partition, occurred_at, seq, body FROM event_log
                    WHERE tenant = \(tenant) AND \(LearnerEvents.condition("event_log", of: "person.key"))
                      AND (occurred_at, seq, partition) < (\(end.occurredAt), \(end.seq), \(end.partition))
                      AND occurred_at <= \(end.occurredAt)
                      AND occurred_at >= \(request.since ?? TrackingLimits.earliestOccurredAt)
                      AND (\(request.asOf)::timestamptz IS NULL OR recorded_at <= \(request.asOf))
                      AND (\(request.courseRun)::text IS NULL OR body ->> 'courseRun' = \(request.courseRun))
                    ORDER BY occurred_at DESC, seq DESC LIMIT \(size + 1)
                ) AS event
                ORDER BY event.occurred_at DESC, event.seq DESC, event.partition DESC LIMIT \(size + 1)
                """
            )
        }
        let decoder = JSONCoding.decoder()
        let events = try rows.prefix(size).map { row in
            TimelineEvent(
                try decoder.decode(
                    LearningEventRecorded.self, from: Data(try row.decode("body", as: String.self).utf8)))
        }
        guard rows.count > size, let last = rows.prefix(size).last else {
            return GetTimeline.Response(events: events, nextPageToken: "")
        }
        let keys = [
            RFC3339.string(from: try last.decode("occurred_at")),
            String(try last.decode("seq", as: Int64.self)), String(try last.decode("partition", as: Int.self)),
        ]
        return GetTimeline.Response(events: events, nextPageToken: PageToken.text(keys, question: question))
    }

    private func end(_ token: String?, _ question: [String?]) throws(TrackingError) -> (
        occurredAt: Date, seq: Int64, partition: Int
    ) {
        guard let keys = try PageToken.keys(token, count: 3, question: question) else {
            // Later than anything that could be taken in.
            return (Date(timeIntervalSince1970: 253_402_300_799), 0, 0)
        }
        guard let occurredAt = RFC3339.date(from: keys[0]), let seq = Int64(keys[1]),
            let partition = Int(keys[2])
        else {
            throw .unknownPageToken
        }
        return (occurredAt, seq, partition)
    }
}

extension TimelineEvent {
    init(_ event: LearningEventRecorded) {
        self.init(
            source: event.source, eventID: event.eventID, courseRun: event.courseRun, verb: event.verb,
            activity: event.activity, result: event.result, occurredAt: event.occurredAt,
            receivedAt: event.receivedAt)
    }
}
