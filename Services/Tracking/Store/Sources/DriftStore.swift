import Contracts
import Foundation
import PostgreSQL

/// Words of sources that are not known here.
struct DriftStore: Sendable {
    let database: Database

    /// Adds what a sample came to. A source keeps its first words up to a bound: what is made up anew with every event,
    /// such as an id in place of a verb, must not fill the table.
    ///
    /// - Returns: How many words were never seen before, by source.
    @discardableResult
    func save(_ sample: DriftSample, now: Date) async throws -> [DriftSample.Source: Int] {
        guard !sample.isEmpty else { return [:] }
        let words = sample.words.sorted { ($0.key.place.rawValue, $0.key.word) < ($1.key.place.rawValue, $1.key.word) }
        let sampled = Array(sample.sampled)
        return try await database.transaction { session in
            try session.execute(
                """
                INSERT INTO source_drift AS known
                    (tenant, source, place, word, event_count, first_seen_at, last_seen_at, example)
                SELECT tenant, source, '', '', events, \(now), \(now), ''
                FROM unnest(\(sampled.map(\.key.tenant)), \(sampled.map(\.key.source)), \(sampled.map(\.value)))
                    AS seen (tenant, source, events)
                ON CONFLICT (tenant, source, place, word) DO UPDATE
                    SET event_count = known.event_count + excluded.event_count, last_seen_at = excluded.last_seen_at
                """
            )
            let rows = try session.rows(
                """
                INSERT INTO source_drift AS known
                    (tenant, source, place, word, event_count, first_seen_at, last_seen_at, example)
                SELECT tenant, source, place, word, events, last_at, last_at, example
                FROM unnest(\(words.map(\.key.tenant)), \(words.map(\.key.source)), \(words.map(\.key.place)),
                    \(words.map(\.key.word)), \(words.map(\.value.events)), \(words.map(\.value.lastAt)),
                    \(words.map(\.value.example))) AS seen (tenant, source, place, word, events, last_at, example)
                WHERE EXISTS (
                        SELECT FROM source_drift AS old WHERE old.tenant = seen.tenant AND old.source = seen.source
                          AND old.place = seen.place AND old.word = seen.word)
                   OR (SELECT count(*) FROM source_drift AS old
                        WHERE old.tenant = seen.tenant AND old.source = seen.source)
                        <= \(TrackingLimits.driftWordsPerSourceMax)
                ON CONFLICT (tenant, source, place, word) DO UPDATE
                    SET event_count = known.event_count + excluded.event_count, last_seen_at = excluded.last_seen_at
                -- A row that was there before has been updated, and says so in xmax.
                RETURNING tenant, source, xmax = 0 AS is_new
                """
            )
            var fresh: [DriftSample.Source: Int] = [:]
            for row in rows where try row.decode("is_new", as: Bool.self) {
                fresh[.init(tenant: try row.decode("tenant"), source: try row.decode("source")), default: 0] += 1
            }
            return fresh
        }
    }

    func drift(of source: SourceID, tenant: TenantID) async throws -> GetDrift.Response {
        let rows = try await database.rows(
            """
            SELECT place, word, event_count, first_seen_at, last_seen_at, example FROM source_drift
            WHERE tenant = \(tenant) AND source = \(source)
            ORDER BY place <> '', event_count DESC, place, word LIMIT \(TrackingLimits.driftWordsPerSourceMax + 1)
            """
        )
        var response = GetDrift.Response(sampledEvents: 0, words: [])
        for row in rows {
            let events = try row.decode("event_count", as: Int.self)
            guard let place = DriftPlace(rawValue: try row.decode("place", as: String.self)) else {
                response.sampledEvents = events
                continue
            }
            let word = try row.decode("word", as: String.self)
            response.words.append(
                DriftingWord(
                    place: place, word: word, events: events,
                    share: Double(events) / Double(max(response.sampledEvents, events)),
                    firstSeenAt: try row.decode("first_seen_at"), lastSeenAt: try row.decode("last_seen_at"),
                    example: try row.decode("example"),
                    suggestion: KnownWords.suggestion(for: word, in: place)))
        }
        return response
    }
}
