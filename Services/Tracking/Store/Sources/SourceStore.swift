import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Judges the silence of sources, and takes their heartbeats.
struct SourceStore: Sendable {
    let database: Database
    private let log = LogAppender(stream: StreamName.learnerEvents)

    init(database: Database) {
        self.database = database
    }

    // MARK: Watching

    /// Opens the gaps of sources that have been silent for too long, and closes those that are over.
    ///
    /// - Parameter now: Until when everything that came in is known: ``SweepStore/horizon(now:of:)``.
    /// - Returns: How many facts were said, and how many gaps are open now.
    func judge(at now: Date) async throws -> (said: Int, openGaps: Int) {
        try await database.transaction { session in
            let open = try DataGapRows.open(on: session)
            let closed = try closeOver(open, now, on: session)
            var opened: [[NewFact]] = []
            for source in try Self.silent(now, on: session) {
                opened.append(try judge(source, now, on: session))
            }
            opened.removeAll(where: \.isEmpty)
            let said = closed.flatMap(\.self) + opened.flatMap(\.self)
            try log.append(said, on: session, recordedAt: now)
            return (said.count, open.count - closed.count + opened.count)
        }
    }

    /// A source without an open gap.
    struct Silent: Sendable {
        let key: HeardSources.Key
        let lastAt: Date
        let heartbeat: Heartbeat?
        /// What was worked out about this very silence before; `nil` when nothing was yet.
        let judged: Judged?

        struct Judged: Sendable {
            /// `nil` when it never becomes a gap.
            let opensAt: Date?
        }
    }

    /// Sources that have been silent for long enough to look at, and whose silence is not known to be harmless for
    /// longer. Reads one row a source and its totals.
    private static func silent(_ now: Date, on session: Session) throws -> [Silent] {
        try session.rows(
            """
            SELECT source.tenant, source.source, heartbeat_at, heartbeat_seconds, judged_since, opens_at, heard.last_at
            \(due(now))
            ORDER BY source.tenant, source.source
            FOR UPDATE OF source SKIP LOCKED
            """
        ).map { row in
            let lastAt = try row.decode("last_at", as: Date.self)
            let isJudged = try row.decode("judged_since", as: Date?.self) == lastAt
            return Silent(
                key: .init(tenant: try row.decode("tenant"), source: try row.decode("source")), lastAt: lastAt,
                heartbeat: try Heartbeat(row: row),
                judged: isJudged ? .init(opensAt: try row.decode("opens_at")) : nil)
        }
    }

    private static func due(_ now: Date) -> SQL {
        """
        FROM source CROSS JOIN LATERAL (
            SELECT greatest(max(last_at), source.heartbeat_at) AS last_at FROM source_total AS total
            WHERE total.tenant = source.tenant AND total.source = source.source
        ) AS heard
        WHERE (judged_since IS DISTINCT FROM heard.last_at OR opens_at <= \(now))
          AND heard.last_at < \(now)
          AND (heard.last_at + heartbeat_seconds * interval '1 second' <= \(now)
            OR heard.last_at <= \(now.addingTimeInterval(-TrackingLimits.silenceSecondsMin)))
          AND NOT EXISTS (
            SELECT FROM data_gap AS gap WHERE gap.tenant = source.tenant AND gap.source = source.source
              AND gap.closed_at IS NULL)
        """
    }

    /// Silences that nobody has judged yet.
    func countDue(at now: Date) async throws -> Int {
        try await database.rows("SELECT count(*) AS due \(Self.due(now))").first?.decode("due") ?? 0
    }

    /// Whether it is known of every source that has been silent for some time whether that is a data gap. Who judges
    /// the silence of learners waits for it.
    static func areJudged(at now: Date, on session: Session) throws -> Bool {
        let silent = now.addingTimeInterval(-TrackingLimits.silenceSecondsMin)
        return try session.rows("SELECT 1 \(due(now)) AND heard.last_at <= \(silent) LIMIT 1").isEmpty
    }

    private func judge(_ source: Silent, _ now: Date, on session: Session) throws -> [NewFact] {
        let opensAt: Date?
        if let judged = source.judged {
            opensAt = judged.opensAt
        } else {
            opensAt = try Self.gapOpens(source.key, since: source.lastAt, source.heartbeat, on: session)
            try Self.save(source.key, judgedSince: source.lastAt, opensAt: opensAt, on: session)
        }
        guard let opensAt, opensAt <= now else { return [] }
        let fed = try Self.runs(fedBy: source.key, at: source.lastAt, on: session)
        guard fed.isAnyRunning else {
            // All its runs have come to their end: nobody is expected to speak.
            try Self.save(source.key, judgedSince: source.lastAt, opensAt: nil, on: session)
            return []
        }
        return try DataGapRows.open(
            .init(tenant: source.key.tenant, source: source.key.source, silentSince: source.lastAt), at: opensAt,
            runs: fed.running, on: session)
    }

    private static func save(
        _ key: HeardSources.Key, judgedSince: Date, opensAt: Date?, on session: Session
    ) throws {
        try session.execute(
            """
            UPDATE source SET judged_since = \(judgedSince), opens_at = \(opensAt)
            WHERE tenant = \(key.tenant) AND source = \(key.source)
            """
        )
    }

    /// When the silence of a source since `since` becomes a gap; `nil` for never.
    static func gapOpens(
        _ key: HeardSources.Key, since: Date, _ heartbeat: Heartbeat?, on session: Session
    ) throws -> Date? {
        if let heartbeat, heartbeat.isTrusted(at: since) { return heartbeat.gapOpens(silentSince: since) }
        guard try hasEnoughLearners(key, on: session) else { return nil }
        return try rhythm(of: key, until: since, on: session).gapOpens(silentSince: since)
    }

    static func rhythm(of key: HeardSources.Key, until: Date, on session: Session) throws -> SourceRhythm {
        let oldest = UTCHour.number(of: until) - TrackingLimits.rhythmWeeks * UTCHour.perWeek
        let hours = try session.rows(
            """
            SELECT DISTINCT hour FROM source_hour
            WHERE tenant = \(key.tenant) AND source = \(key.source) AND hour >= \(Int32(oldest))
            """
        ).map { Int(try $0.decode("hour", as: Int32.self)) }
        let gaps = try session.rows(
            """
            SELECT silent_since, closed_at FROM data_gap
            WHERE tenant = \(key.tenant) AND source = \(key.source) AND silent_since < \(until)
            """
        ).map { UncountedTime.Span(from: try $0.decode("silent_since"), until: try $0.decode("closed_at")) }
        return SourceRhythm(spoken: hours, until: until, gaps: UncountedTime(gaps))
    }

    private static func hasEnoughLearners(_ key: HeardSources.Key, on session: Session) throws -> Bool {
        try session.rows(
            """
            SELECT 1 FROM learner_identity WHERE tenant = \(key.tenant) AND source = \(key.source)
            LIMIT \(TrackingLimits.sourceLearnersMin)
            """
        ).count >= TrackingLimits.sourceLearnersMin
    }

    /// The runs that a source feeds in good part and that are not over; and whether anything is to be expected of
    /// it: some run is not over, or it never fed any.
    private static func runs(
        fedBy key: HeardSources.Key, at instant: Date, on session: Session
    ) throws -> (running: [CourseRunID], isAnyRunning: Bool) {
        let rows = try session.rows(
            """
            SELECT fed.course_run,
                coalesce((run.definition ->> 'endsAt')::timestamptz > \(instant), true) AS is_running
            FROM (
                SELECT course_run, source, max(last_at) AS last_at, sum(event_count) AS events,
                    sum(sum(event_count)) OVER (PARTITION BY course_run) AS all_events
                FROM source_run WHERE tenant = \(key.tenant) AND course_run IN (
                    SELECT course_run FROM source_run WHERE tenant = \(key.tenant) AND source = \(key.source))
                GROUP BY course_run, source
            ) AS fed
            LEFT JOIN course_run AS run ON run.tenant = \(key.tenant) AND run.id = fed.course_run
            WHERE fed.source = \(key.source) AND fed.events >= \(TrackingLimits.sourceShareMin) * fed.all_events
              AND fed.last_at > \(instant.addingTimeInterval(-TrackingLimits.sourceRunRecentSeconds))
            ORDER BY fed.course_run
            """
        )
        let running = try rows.filter { try $0.decode("is_running", as: Bool.self) }
        return (
            try running.map { try $0.decode("course_run", as: CourseRunID.self) }, rows.isEmpty || !running.isEmpty
        )
    }

    /// Closes gaps whose source spoke while they were being opened, and those of sources that are switched off.
    ///
    /// - Returns: What is to be said of each gap that was closed.
    private func closeOver(_ open: [DataGapRows.Open], _ now: Date, on session: Session) throws -> [[NewFact]] {
        var closed: [[NewFact]] = []
        for gap in open {
            let spokeAt = try session.rows(
                """
                SELECT min(last_at) AS spoke_at FROM source_total
                WHERE tenant = \(gap.tenant) AND source = \(gap.source) AND last_at > \(gap.silentSince)
                """
            ).first?.decode("spoke_at", as: Date?.self)
            let retiredAt = gap.silentSince.addingTimeInterval(TrackingLimits.sourceRetiredSeconds)
            if let spokeAt = spokeAt ?? nil {
                closed.append(try DataGapRows.close(gap, at: spokeAt, reason: .event, on: session))
            } else if now >= retiredAt {
                closed.append(try DataGapRows.close(gap, at: retiredAt, reason: .retired, on: session))
                try Self.save(
                    .init(tenant: gap.tenant, source: gap.source), judgedSince: gap.silentSince, opensAt: nil,
                    on: session)
            }
        }
        return closed.filter { !$0.isEmpty }
    }

    /// Sums up hours that are over.
    func tidy(now: Date) async throws {
        try await database.run { try SourceRows.tidy(before: UTCHour.number(of: now) - 1, on: $0) }
    }

    // MARK: Heartbeats

    /// Notes that a source is there, and ends its gap.
    ///
    /// - Returns: When a gap opens if nothing more is heard, and whether anything was said.
    func beat(
        _ request: RecordHeartbeat.Request, tenant: TenantID, now: Date
    ) async throws -> (gapExpectedAt: Date, isNews: Bool) {
        let every = request.everySeconds ?? TrackingLimits.heartbeatSecondsStandard
        let heartbeat = Heartbeat(lastAt: now, everySeconds: every)
        return try await database.transaction { session in
            try session.execute(
                """
                INSERT INTO source AS known (tenant, source, first_heard_at, heartbeat_at, heartbeat_seconds)
                VALUES (\(tenant), \(request.source), \(now), \(now), \(every))
                ON CONFLICT (tenant, source) DO UPDATE
                    SET heartbeat_at = greatest(known.heartbeat_at, excluded.heartbeat_at),
                        heartbeat_seconds = excluded.heartbeat_seconds
                """
            )
            var said: [NewFact] = []
            for gap in try DataGapRows.open(on: session)
            where gap.tenant == tenant && gap.source == request.source && gap.silentSince <= now {
                said += try DataGapRows.close(gap, at: now, reason: .heartbeat, on: session)
            }
            try log.append(said, on: session, recordedAt: now)
            return (heartbeat.gapOpens(silentSince: now), !said.isEmpty)
        }
    }
}

extension Heartbeat {
    /// `nil` for a source that sends none.
    init?(row: Row) throws {
        guard let lastAt = try row.decode("heartbeat_at", as: Date?.self),
            let every = try row.decode("heartbeat_seconds", as: Double?.self)
        else { return nil }
        self.init(lastAt: lastAt, everySeconds: every)
    }
}
