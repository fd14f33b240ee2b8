import Contracts
import Foundation
import PostgreSQL

/// What a run's learners come to together: `run_activity` and `run_distribution`.
enum RunInsightRows {
    /// A run of one tenant, as far as one partition of the log knows it.
    struct RunKey: Hashable {
        let tenant: TenantID
        let courseRun: String
        let partition: Int
    }

    // MARK: Writing

    private struct ActivityKey: Hashable {
        let run: RunKey
        let activity: ActivityID
    }

    /// Adds to the rows of the facts' partitions; nobody else writes them.
    static func add(
        _ shifts: [(run: RunKey, shift: ActivityShift)], on session: Session
    ) throws {
        guard !shifts.isEmpty else { return }
        var sums: [ActivityKey: ActivityShift] = [:]
        for (run, shift) in shifts {
            let key = ActivityKey(run: run, activity: shift.activity)
            if sums[key] == nil { sums[key] = shift } else { sums[key]?.add(shift) }
        }
        let rows = Array(sums)
        func reached(_ depth: StudyDepth) -> [Int] { rows.map { $0.value.reached[depth.level - 1] } }
        try session.execute(
            """
            INSERT INTO run_activity AS run (tenant, course_run, activity_id, partition, kind, viewed, interacted,
                submitted, completed, begun_hours)
            SELECT * FROM unnest(\(rows.map(\.key.run.tenant)), \(rows.map(\.key.run.courseRun)),
                \(rows.map(\.key.activity)), \(rows.map { Int16($0.key.run.partition) }),
                \(rows.map(\.value.kind)), \(reached(.viewed)), \(reached(.interacted)),
                \(reached(.submitted)), \(reached(.completed)), \(rows.map(\.value.begunHours)))
            ON CONFLICT (tenant, course_run, activity_id, partition) DO UPDATE SET
                kind = CASE WHEN run.kind = 'other' THEN excluded.kind WHEN excluded.kind = 'other' THEN run.kind
                    ELSE least(run.kind COLLATE "C", excluded.kind COLLATE "C") END,
                viewed = run.viewed + excluded.viewed, interacted = run.interacted + excluded.interacted,
                submitted = run.submitted + excluded.submitted, completed = run.completed + excluded.completed,
                begun_hours = run.begun_hours + excluded.begun_hours
            """
        )
    }

    private struct DistributionKey: Hashable {
        let run: RunKey
        let place: StudyMeasure.Place
    }

    /// Moves learners between buckets, in the rows of the facts' partitions.
    static func add(
        _ shifts: [(run: RunKey, shifts: [StudyMeasure.Place: [(bucket: Int, by: Int)]])], on session: Session
    ) throws {
        var sums: [DistributionKey: Distribution] = [:]
        for (run, moved) in shifts {
            for (place, steps) in moved {
                for step in steps {
                    sums[DistributionKey(run: run, place: place), default: Distribution()].add(step.by, in: step.bucket)
                }
            }
        }
        guard !sums.isEmpty else { return }
        let rows = Array(sums)
        let width = Int32(Distribution.bucketCount)
        try session.execute(
            """
            INSERT INTO run_distribution AS run (tenant, course_run, measure, period, partition, counts)
            SELECT tenant, course_run, measure, period, partition,
                (\(rows.flatMap { $0.value.counts.map(Int32.init) })::int[])
                    [(place::int - 1) * \(width) + 1:place::int * \(width)]
            FROM unnest(\(rows.map(\.key.run.tenant)), \(rows.map(\.key.run.courseRun)),
                \(rows.map(\.key.place.measure)), \(rows.map { Int32($0.key.place.period) }),
                \(rows.map { Int16($0.key.run.partition) })) WITH ORDINALITY
                AS added (tenant, course_run, measure, period, partition, place)
            ON CONFLICT (tenant, course_run, measure, period, partition) DO UPDATE SET counts = ARRAY(
                SELECT known + more
                FROM unnest(run.counts, excluded.counts) WITH ORDINALITY AS both_counts (known, more, place)
                ORDER BY place)
            """
        )
    }

    // MARK: Reading

    static func distribution(
        _ place: StudyMeasure.Place, of courseRun: CourseRunID, tenant: TenantID, on session: Session
    ) throws -> Distribution {
        let rows = try session.rows(
            """
            SELECT counts FROM run_distribution
            WHERE tenant = \(tenant) AND course_run = \(courseRun) AND measure = \(place.measure)
                AND period = \(Int32(place.period))
            """
        )
        return try rows.reduce(into: Distribution()) { sum, row in
            sum.add(Distribution(counts: try row.decode("counts", as: [Int].self)))
        }
    }

    /// Of each period that has any.
    static func distributions(
        _ measure: StudyMeasure, periods: ClosedRange<Int>, of courseRun: CourseRunID, tenant: TenantID,
        on session: Session
    ) throws -> [Int: Distribution] {
        let rows = try session.rows(
            """
            SELECT period, counts FROM run_distribution
            WHERE tenant = \(tenant) AND course_run = \(courseRun) AND measure = \(measure)
                AND period BETWEEN \(Int32(periods.lowerBound)) AND \(Int32(periods.upperBound))
            """
        )
        return try rows.reduce(into: [:]) { sums, row in
            sums[try row.decode("period"), default: Distribution()].add(
                Distribution(counts: try row.decode("counts", as: [Int].self)))
        }
    }

    /// - Complexity: 64 rows an activity of the run, at most.
    static func peers(of courseRun: CourseRunID, tenant: TenantID, on session: Session) throws -> CoursePeers {
        let begun = StudyMeasure.Place(measure: .runActivities, period: StudyMeasure.wholeRun)
        let rows = try session.rows(
            """
            SELECT activity_id, min(kind COLLATE "C") FILTER (WHERE kind <> 'other') AS kind,
                sum(viewed)::bigint AS viewed, sum(interacted)::bigint AS interacted,
                sum(submitted)::bigint AS submitted, sum(completed)::bigint AS completed,
                sum(begun_hours)::bigint AS begun_hours
            FROM run_activity WHERE tenant = \(tenant) AND course_run = \(courseRun) GROUP BY activity_id
            """
        )
        return CoursePeers(
            activities: try rows.map(activity),
            begun: try distribution(begun, of: courseRun, tenant: tenant, on: session))
    }

    private static func activity(_ row: Row) throws -> CoursePeers.Activity {
        let viewed: Int = try row.decode("viewed")
        let hours: Int = try row.decode("begun_hours")
        let mean = Double(hours) / Double(max(1, viewed))
        return CoursePeers.Activity(
            activity: try row.decode("activity_id"), kind: try row.decode("kind", as: ActivityKind?.self) ?? .other,
            reached: [
                viewed, try row.decode("interacted"), try row.decode("submitted"), try row.decode("completed"),
            ],
            begunAt: Date(timeIntervalSince1970: (mean * 3_600).rounded()))
    }
}
