import Contracts
import Foundation
import PostgreSQL

/// How sources are doing, and their data gaps, for people to look at.
struct SourceReads: Sendable {
    let database: Database

    /// By name. A handful of small range reads a source.
    func list(_ request: ListSources.Request, tenant: TenantID, now: Date) async throws -> ListSources.Response {
        let size = try request.page.effectiveSize()
        let question: [String?] = ["sources", tenant.rawValue, request.source?.rawValue]
        let after = try PageToken.keys(request.page.token, count: 1, question: question)?.first
        return try await database.run { session in
            let rows = try session.rows(
                """
                SELECT source, first_heard_at, heartbeat_at, heartbeat_seconds, heard.last_at, heard.events
                FROM source CROSS JOIN LATERAL (
                    SELECT max(last_at) AS last_at, coalesce(sum(event_count), 0)::bigint AS events
                    FROM source_total AS total
                    WHERE total.tenant = source.tenant AND total.source = source.source
                ) AS heard
                WHERE tenant = \(tenant) AND (\(request.source)::text IS NULL OR source = \(request.source))
                  AND (\(after)::text IS NULL OR source > \(after))
                ORDER BY source LIMIT \(size + 1)
                """
            )
            let reports = try rows.prefix(size).map { try Self.report($0, tenant, now, session) }
            let next =
                rows.count > size
                ? reports.last.map { PageToken.text([$0.source.rawValue], question: question) } : nil
            return ListSources.Response(sources: reports, nextPageToken: next ?? "")
        }
    }

    private static func report(
        _ row: Row, _ tenant: TenantID, _ now: Date, _ session: Session
    ) throws -> SourceReport {
        let key = HeardSources.Key(tenant: tenant, source: try row.decode("source"))
        let heartbeat = try Heartbeat(row: row)
        let lastEventAt = try row.decode("last_at", as: Date?.self)
        let lastAt = [lastEventAt, heartbeat?.lastAt].compactMap(\.self).max()
        let newest = try gaps(
            ListDataGaps.Request(source: key.source), tenant, limit: 1, before: nil, session
        ).first
        let isRetired = newest?.reason == .retired && newest?.silentSince == lastAt
        let rhythm = try SourceStore.rhythm(of: key, until: lastAt ?? now, on: session)
        let opensAt = try lastAt.flatMap { try SourceStore.gapOpens(key, since: $0, heartbeat, on: session) }
        let openGap = newest.flatMap { $0.closedAt == nil ? $0 : nil }
        let lag = SourceLag.median(try lags(of: key, now, session))
        let state: SourceState =
            openGap != nil ? .gap : isRetired ? .retired : opensAt == nil ? .learning : .speaking
        return SourceReport(
            source: key.source, state: state, firstHeardAt: try row.decode("first_heard_at"),
            lastEventAt: lastEventAt, lastHeartbeatAt: heartbeat?.lastAt, heartbeatSeconds: heartbeat?.everySeconds,
            events: try row.decode("events"), eventsLastDay: try eventsLastDay(key, now, session),
            weeksKnown: rhythm.weeks, usualHours: rhythm.usualHours,
            gapExpectedAt: state == .speaking ? opensAt : nil, openGap: openGap, medianLagSeconds: lag,
            isClockAhead: lag.map { $0 < -TrackingLimits.clockAheadSeconds } ?? false)
    }

    private static func eventsLastDay(_ key: HeardSources.Key, _ now: Date, _ session: Session) throws -> Int {
        try session.rows(
            """
            SELECT coalesce(sum(event_count), 0)::bigint AS events FROM source_hour
            WHERE tenant = \(key.tenant) AND source = \(key.source)
              AND hour > \(Int32(UTCHour.number(of: now) - 24))
            """
        ).first?.decode("events") ?? 0
    }

    private static func lags(of key: HeardSources.Key, _ now: Date, _ session: Session) throws -> [Int: Int] {
        let rows = try session.rows(
            """
            SELECT bucket, sum(event_count)::bigint AS events FROM source_lag
            WHERE tenant = \(key.tenant) AND source = \(key.source)
              AND day > \(Int32(UTCDay.number(of: now) - TrackingLimits.lagDays))
            GROUP BY bucket
            """
        )
        var lags: [Int: Int] = [:]
        for row in rows { lags[Int(try row.decode("bucket", as: Int16.self))] = try row.decode("events", as: Int.self) }
        return lags
    }

    // MARK: Data gaps

    /// Newest first. Reads `data_gap_newest`.
    func gaps(_ request: ListDataGaps.Request, tenant: TenantID) async throws -> ListDataGaps.Response {
        let size = try request.page.effectiveSize()
        let question: [String?] = [
            "gaps", tenant.rawValue, request.source?.rawValue, request.courseRun?.rawValue,
            request.isOpen.map(\.description),
        ]
        let keys = try PageToken.keys(request.page.token, count: 2, question: question)
        let before = try keys.map { keys throws(TrackingError) in
            guard let since = RFC3339.date(from: keys[0]) else { throw .unknownPageToken }
            return (since: since, source: keys[1])
        }
        let gaps = try await database.run { session in
            try Self.gaps(request, tenant, limit: size + 1, before: before, session)
        }
        let page = Array(gaps.prefix(size))
        let next =
            gaps.count > size
            ? page.last.map {
                PageToken.text([RFC3339.string(from: $0.silentSince), $0.source.rawValue], question: question)
            } : nil
        return ListDataGaps.Response(gaps: page, nextPageToken: next ?? "")
    }

    private static func gaps(
        _ request: ListDataGaps.Request, _ tenant: TenantID, limit: Int, before: (since: Date, source: String)?,
        _ session: Session
    ) throws -> [DataGap] {
        try session.rows(
            """
            SELECT source, silent_since, opened_at, closed_at, reason, named.runs, named.run_count
            FROM data_gap AS gap CROSS JOIN LATERAL (
                SELECT coalesce(
                        (array_agg(course_run ORDER BY course_run))[:\(Int32(TrackingLimits.gapRunsShown))], '{}')
                        AS runs,
                    count(*) AS run_count
                FROM data_gap_run AS run
                WHERE run.tenant = gap.tenant AND run.source = gap.source AND run.silent_since = gap.silent_since
            ) AS named
            WHERE tenant = \(tenant)
              AND (\(request.source)::text IS NULL OR source = \(request.source))
              AND (\(request.isOpen)::boolean IS NULL OR (closed_at IS NULL) = \(request.isOpen))
              AND (\(request.courseRun)::text IS NULL OR EXISTS (
                SELECT FROM data_gap_run AS run
                WHERE run.tenant = gap.tenant AND run.source = gap.source AND run.silent_since = gap.silent_since
                  AND run.course_run = \(request.courseRun)))
              AND (\(before == nil)::boolean OR (silent_since, source) < (\(before?.since), \(before?.source)))
            ORDER BY silent_since DESC, source DESC LIMIT \(limit)
            """
        ).map { row in
            DataGap(
                source: try row.decode("source"), silentSince: try row.decode("silent_since"),
                openedAt: try row.decode("opened_at"), closedAt: try row.decode("closed_at"),
                reason: try row.decode("reason", as: DataGapEnd?.self),
                courseRuns: try row.decode("runs", as: [CourseRunID].self), courseRunCount: try row.decode("run_count"))
        }
    }
}
