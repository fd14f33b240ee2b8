import Contracts
import Foundation
import PostgreSQL

/// Reading and writing `session` and `study_time`, for many learners in one statement each.
///
/// Whoever writes holds the learners' partitions of the log, so what was read is still true.
enum SessionRows {
    /// A stretch of time of one learner in one run.
    struct Stretch {
        let key: StudyKey
        let from: Date
        let until: Date
    }

    /// What one of those who are this person did in a stretch of time, as far as it is projected.
    struct LoggedStretch {
        let stretch: Stretch
        /// Under whose id it stands in the log.
        let learner: LearnerID
        let projected: ProjectedPart
    }

    /// What of a partition is projected while a run of facts is: all up to `through`, but for what belongs to the run.
    struct ProjectedPart {
        /// `nil` when none of the run's facts are of this partition.
        let run: ClosedRange<Int64>?
        let through: Int64
    }

    /// Sessions of each key that touch a stretch of time.
    static func sessions(in stretches: [Stretch], on session: Session) throws -> [StudyKey: [SessionSpan]] {
        guard !stretches.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            SELECT wanted.place, \(raw: columns)
            FROM unnest(\(stretches.map(\.key.tenant)), \(stretches.map(\.key.learner)),
                \(stretches.map(\.key.runColumn)), \(stretches.map(\.from)), \(stretches.map(\.until)))
                WITH ORDINALITY AS wanted (tenant, learner_id, course_run, from_at, until_at, place)
            CROSS JOIN LATERAL (
                -- The last session that begins before the stretch may reach into it; no earlier one can.
                (SELECT \(raw: columns) FROM session
                 WHERE session.tenant = wanted.tenant AND session.learner_id = wanted.learner_id
                   AND session.course_run = wanted.course_run AND started_at < wanted.from_at
                 ORDER BY started_at DESC LIMIT 1)
                UNION ALL
                (SELECT \(raw: columns) FROM session
                 WHERE session.tenant = wanted.tenant AND session.learner_id = wanted.learner_id
                   AND session.course_run = wanted.course_run
                   AND started_at BETWEEN wanted.from_at AND wanted.until_at)
            ) AS near
            WHERE near.ended_at >= wanted.from_at
            """
        )
        var sessions: [StudyKey: [SessionSpan]] = [:]
        for row in rows {
            let key = stretches[try row.decode("place", as: Int.self) - 1].key
            sessions[key, default: []].append(try span(row))
        }
        return sessions
    }

    /// What ``span(_:)`` reads.
    static let columns = "started_at, ended_at, event_count, credited_us, tail_kind, tail_cap_us, tail_leaves"

    static func span(_ row: Row) throws -> SessionSpan {
        // In the very form that moments have, so that what did not change is equal.
        let (startedAt, endedAt): (Date, Date) = (try row.decode("started_at"), try row.decode("ended_at"))
        return SessionSpan(
            startedAt: Date(microseconds: startedAt.microseconds), endedAt: Date(microseconds: endedAt.microseconds),
            eventCount: Int(try row.decode("event_count", as: Int32.self)),
            creditedMicroseconds: try row.decode("credited_us"),
            tail: StudyMoment(
                at: endedAt.microseconds,
                kind: ActivityKind(rawValue: try row.decode("tail_kind")) ?? .other,
                capMicroseconds: try row.decode("tail_cap_us"), leaves: try row.decode("tail_leaves")))
    }

    /// The projected events of each key from the last instant before a stretch to the first after it, as far as those
    /// lie within the idle limit. Reads `event_log_timeline`.
    ///
    /// Of several who are one person, each with neighbours of their own: more than the nearest ones changes nothing.
    static func moments(
        around logged: [LoggedStretch], projectedBy consumer: String, on session: Session
    ) throws -> [StudyKey: [StudyMoment]] {
        guard !logged.isEmpty else { return [:] }
        let idle = TrackingLimits.sessionIdleSeconds
        let stretches = logged.map(\.stretch)
        let isStudy = isStudy(consumer)
        let rows = try session.rows(
            """
            SELECT wanted.place, event.occurred_at, event.body ->> 'verb' AS verb,
                event.body #>> '{activity,kind}' AS kind,
                (event.body #>> '{result,durationSeconds}')::double precision AS seconds
            FROM unnest(\(stretches.map(\.key.tenant)), \(logged.map(\.learner.description)),
                \(stretches.map(\.key.runColumn)), \(stretches.map(\.from)), \(stretches.map(\.until)),
                \(stretches.map { $0.from.addingTimeInterval(-idle) }),
                \(stretches.map { $0.until.addingTimeInterval(idle) }),
                \(logged.map { $0.projected.run?.lowerBound ?? 0 }),
                \(logged.map { $0.projected.run?.upperBound ?? 0 }), \(logged.map(\.projected.through)))
                WITH ORDINALITY AS wanted (tenant, key, course_run, from_at, until_at, idle_from, idle_until,
                    run_first, run_last, through, place)
            CROSS JOIN LATERAL (
                SELECT coalesce(
                    (SELECT event.occurred_at FROM event_log AS event WHERE \(isStudy)
                       AND event.occurred_at < wanted.from_at AND event.occurred_at >= wanted.idle_from
                     ORDER BY event.occurred_at DESC, event.seq DESC LIMIT 1), wanted.from_at) AS first_at,
                    coalesce(
                    (SELECT event.occurred_at FROM event_log AS event WHERE \(isStudy)
                       AND event.occurred_at > wanted.until_at AND event.occurred_at <= wanted.idle_until
                     ORDER BY event.occurred_at, event.seq LIMIT 1), wanted.until_at) AS last_at
            ) AS edge
            JOIN event_log AS event ON \(isStudy) AND event.occurred_at BETWEEN edge.first_at AND edge.last_at
            """
        )
        var moments: [StudyKey: [StudyMoment]] = [:]
        for row in rows {
            let key = stretches[try row.decode("place", as: Int.self) - 1].key
            moments[key, default: []].append(
                StudyMoment(
                    at: try row.decode("occurred_at"), verb: try row.decode("verb"),
                    kind: (try row.decode("kind", as: String?.self)).flatMap(ActivityKind.init(rawValue:)) ?? .other,
                    durationSeconds: try row.decode("seconds")))
        }
        return moments
    }

    /// Whether `event` shows the learner `wanted` studying, and is projected.
    private static func isStudy(_ consumer: String) -> SQL {
        """
        event.tenant = wanted.tenant AND \(LearnerEvents.condition("event", of: "wanted.key"))
            -- Nothing is recorded long before it happens, so most months need not be looked into.
            AND event.recorded_at >= wanted.idle_from - make_interval(secs => \(TrackingLimits.aheadMaxSeconds))
            -- By itself, because the index serves it so: behind a burst most events are yet to be projected.
            AND event.seq <= wanted.through
            AND (event.seq < wanted.run_first OR event.seq > wanted.run_last)
            AND coalesce(event.body ->> 'courseRun', '') = wanted.course_run
            AND event.body ->> 'verb' <> ALL(\(Verb.doneToLearners.map(\.rawValue)))
            AND NOT EXISTS (
                SELECT FROM dead_letter AS parked
                WHERE parked.consumer = \(consumer) AND parked.stream = event.stream
                  AND parked.partition = event.partition AND parked.seq = event.seq AND parked.replayed_at IS NULL)
        """
    }

    // MARK: Writing

    static func apply(_ changes: [(key: StudyKey, change: LearningSessions.Change)], on session: Session) throws {
        let removed = changes.flatMap { change in change.change.removed.map { (key: change.key, at: $0) } }
        if !removed.isEmpty {
            try session.execute(
                """
                DELETE FROM session USING unnest(\(removed.map(\.key.tenant)), \(removed.map(\.key.learner)),
                    \(removed.map(\.key.runColumn)), \(removed.map(\.at)))
                    AS gone (tenant, learner_id, course_run, at)
                WHERE session.tenant = gone.tenant AND session.learner_id = gone.learner_id
                  AND session.course_run = gone.course_run AND session.started_at = gone.at
                """
            )
        }
        let saved = changes.flatMap { change in change.change.saved.map { (key: change.key, span: $0) } }
        guard !saved.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO session (tenant, learner_id, course_run, started_at, ended_at, event_count, credited_us,
                tail_kind, tail_cap_us, tail_leaves)
            SELECT * FROM unnest(\(saved.map(\.key.tenant)), \(saved.map(\.key.learner)),
                \(saved.map(\.key.runColumn)), \(saved.map(\.span.startedAt)), \(saved.map(\.span.endedAt)),
                \(saved.map { Int32($0.span.eventCount) }), \(saved.map(\.span.creditedMicroseconds)),
                \(saved.map(\.span.tail.kind)), \(saved.map(\.span.tail.capMicroseconds)),
                \(saved.map(\.span.tail.leaves)))
            ON CONFLICT (tenant, learner_id, course_run, started_at) DO UPDATE SET
                ended_at = excluded.ended_at, event_count = excluded.event_count,
                credited_us = excluded.credited_us, tail_kind = excluded.tail_kind,
                tail_cap_us = excluded.tail_cap_us, tail_leaves = excluded.tail_leaves
            """
        )
    }

    /// Time on task of a learner in a run, by UTC day and kind of activity.
    struct TimeKey: Hashable {
        let key: StudyKey
        let day: Int
        let kind: ActivityKind
    }

    /// Adds to what is there; what comes to nothing is no row.
    static func add(_ credits: [TimeKey: Int64], on session: Session) throws {
        let changed = credits.filter { $0.value != 0 }
            .sorted { ($0.key.key, $0.key.day, $0.key.kind.rawValue) < ($1.key.key, $1.key.day, $1.key.kind.rawValue) }
        guard !changed.isEmpty else { return }
        try raise(changed.filter { $0.value > 0 }, on: session)
        let lessened = changed.filter { $0.value < 0 }
        guard !lessened.isEmpty else { return }
        try session.execute(
            """
            UPDATE study_time SET credited_us = study_time.credited_us + less.credited_us
            FROM unnest(\(lessened.map(\.key.key.tenant)), \(lessened.map(\.key.key.learner)),
                \(lessened.map(\.key.key.runColumn)), \(lessened.map { Int32($0.key.day) }),
                \(lessened.map(\.key.kind.rawValue)), \(lessened.map(\.value)))
                AS less (tenant, learner_id, course_run, day, kind, credited_us)
            WHERE study_time.tenant = less.tenant AND study_time.learner_id = less.learner_id
              AND study_time.course_run = less.course_run AND study_time.day = less.day
              AND study_time.kind = less.kind
            """)
        try session.execute(
            """
            DELETE FROM study_time USING unnest(\(lessened.map(\.key.key.tenant)), \(lessened.map(\.key.key.learner)),
                \(lessened.map(\.key.key.runColumn)), \(lessened.map { Int32($0.key.day) }),
                \(lessened.map(\.key.kind.rawValue))) AS gone (tenant, learner_id, course_run, day, kind)
            WHERE study_time.tenant = gone.tenant AND study_time.learner_id = gone.learner_id
              AND study_time.course_run = gone.course_run AND study_time.day = gone.day
              AND study_time.kind = gone.kind AND credited_us = 0
            """)
    }

    /// An upsert for what grows; what shrinks is there already, and a row that is offered must itself keep the rule
    /// that time is not negative.
    private static func raise(_ grown: [(key: TimeKey, value: Int64)], on session: Session) throws {
        guard !grown.isEmpty else { return }
        let (tenants, learners) = (grown.map(\.key.key.tenant), grown.map(\.key.key.learner))
        let (runs, days) = (grown.map(\.key.key.runColumn), grown.map { Int32($0.key.day) })
        try session.execute(
            """
            INSERT INTO study_time AS known (tenant, learner_id, course_run, day, kind, credited_us)
            SELECT * FROM unnest(\(tenants), \(learners), \(runs), \(days), \(grown.map(\.key.kind.rawValue)),
                \(grown.map(\.value)))
            ON CONFLICT (tenant, learner_id, course_run, day, kind)
                DO UPDATE SET credited_us = known.credited_us + excluded.credited_us
            """)
    }
}
