import Contracts
import Foundation
import PostgreSQL

/// What a run of facts says about the sources that sent them.
struct HeardSources: Sendable {
    struct Key: Hashable, Comparable, Sendable {
        let tenant: TenantID
        let source: SourceID

        static func < (left: Key, right: Key) -> Bool { (left.tenant, left.source) < (right.tenant, right.source) }
    }

    struct Numbered: Hashable, Sendable {
        let key: Key
        let number: Int
        var bucket = 0
    }

    struct Fed: Hashable, Sendable {
        let key: Key
        let courseRun: CourseRunID
    }

    struct Count: Sendable {
        var events = 0
        var firstAt = Date.distantFuture
        var lastAt = Date.distantPast

        mutating func add(_ instant: Date) {
            events += 1
            firstAt = min(firstAt, instant)
            lastAt = max(lastAt, instant)
        }
    }

    private(set) var sources: [Key: Count] = [:]
    /// Sources of history, which says nothing about whether they speak.
    private(set) var quiet: [Key: Date] = [:]
    private(set) var hours: [Numbered: Int] = [:]
    private(set) var lags: [Numbered: Int] = [:]
    private(set) var runs: [Fed: Count] = [:]

    mutating func add(
        _ key: Key, courseRun: CourseRunID?, occurredAt: Date, receivedAt: Date, isBackfill: Bool
    ) {
        guard !isBackfill else {
            quiet[key] = min(quiet[key] ?? receivedAt, receivedAt)
            return
        }
        sources[key, default: Count()].add(receivedAt)
        hours[Numbered(key: key, number: UTCHour.number(of: receivedAt)), default: 0] += 1
        if let bucket = SourceLag.bucket(occurredAt: occurredAt, receivedAt: receivedAt) {
            let day = UTCDay.number(of: receivedAt)
            lags[Numbered(key: key, number: day, bucket: bucket), default: 0] += 1
        }
        if let courseRun { runs[Fed(key: key, courseRun: courseRun), default: Count()].add(receivedAt) }
    }
}

/// Writing what is known of sources.
enum SourceRows {
    /// Adds what was heard, in one statement.
    ///
    /// - Parameter lane: Whose rows are added to: no two transactions that run at the same time share one.
    static func add(_ heard: HeardSources, lane: Int, on session: Session) throws {
        let known = heard.sources.mapValues(\.firstAt).merging(heard.quiet, uniquingKeysWith: min).sorted {
            $0.key < $1.key
        }
        guard !known.isEmpty else { return }
        let lane = Int16(lane)
        let totals = heard.sources.sorted { $0.key < $1.key }
        let (hours, lags, runs) = (Array(heard.hours), Array(heard.lags), Array(heard.runs))
        try session.execute(
            """
            WITH known AS (
                INSERT INTO source (tenant, source, first_heard_at)
                SELECT * FROM unnest(\(known.map(\.key.tenant)), \(known.map(\.key.source)), \(known.map(\.value)))
                ON CONFLICT DO NOTHING
            ), hours AS (
                INSERT INTO source_hour AS old (tenant, source, hour, lane, event_count)
                SELECT tenant, source, hour, \(lane), events
                FROM unnest(\(hours.map(\.key.key.tenant)), \(hours.map(\.key.key.source)),
                    \(hours.map { Int32($0.key.number) }), \(hours.map(\.value))) AS new (tenant, source, hour, events)
                ON CONFLICT (tenant, source, hour, lane)
                    DO UPDATE SET event_count = old.event_count + excluded.event_count
            ), lags AS (
                INSERT INTO source_lag AS old (tenant, source, day, bucket, lane, event_count)
                SELECT tenant, source, day, bucket, \(lane), events
                FROM unnest(\(lags.map(\.key.key.tenant)), \(lags.map(\.key.key.source)),
                    \(lags.map { Int32($0.key.number) }), \(lags.map { Int16($0.key.bucket) }),
                    \(lags.map(\.value))) AS new (tenant, source, day, bucket, events)
                ON CONFLICT (tenant, source, day, bucket, lane)
                    DO UPDATE SET event_count = old.event_count + excluded.event_count
            ), runs AS (
                INSERT INTO source_run AS old (tenant, course_run, source, lane, last_at, event_count)
                SELECT tenant, course_run, source, \(lane), last_at, events
                FROM unnest(\(runs.map(\.key.key.tenant)), \(runs.map(\.key.courseRun)),
                    \(runs.map(\.key.key.source)), \(runs.map(\.value.lastAt)), \(runs.map(\.value.events)))
                    AS new (tenant, course_run, source, last_at, events)
                ON CONFLICT (tenant, course_run, source, lane)
                    DO UPDATE SET last_at = greatest(old.last_at, excluded.last_at),
                        event_count = old.event_count + excluded.event_count
            )
            INSERT INTO source_total AS old (tenant, source, lane, last_at, event_count)
            SELECT tenant, source, \(lane), last_at, events
            FROM unnest(\(totals.map(\.key.tenant)), \(totals.map(\.key.source)), \(totals.map(\.value.lastAt)),
                \(totals.map(\.value.events))) AS new (tenant, source, last_at, events)
            ON CONFLICT (tenant, source, lane)
                DO UPDATE SET last_at = greatest(old.last_at, excluded.last_at),
                    event_count = old.event_count + excluded.event_count
            """
        )
    }

    /// Sums up hours that are over, so that six weeks of a source are a thousand rows, and forgets older ones.
    ///
    /// - Parameter hour: The first that may still be written to.
    static func tidy(before hour: Int, on session: Session) throws {
        let oldest = hour - TrackingLimits.rhythmWeeks * UTCHour.perWeek - UTCHour.perWeek
        try session.execute(
            """
            WITH over AS (
                DELETE FROM source_hour WHERE hour < \(Int32(hour)) AND lane >= 0
                RETURNING tenant, source, hour, event_count
            )
            INSERT INTO source_hour AS old (tenant, source, hour, lane, event_count)
            SELECT tenant, source, hour, -1, sum(event_count) FROM over GROUP BY tenant, source, hour
            ON CONFLICT (tenant, source, hour, lane)
                DO UPDATE SET event_count = old.event_count + excluded.event_count
            """
        )
        try session.execute("DELETE FROM source_hour WHERE lane = -1 AND hour < \(Int32(oldest))")
        let day = UTCDay.number(of: UTCHour.start(of: hour)) - TrackingLimits.lagDays
        try session.execute("DELETE FROM source_lag WHERE day < \(Int32(day))")
    }
}
