import Contracts
import Foundation
import PostgreSQL

/// Writes which runs and activities events name, and when and how often.
///
/// All that is written is a least, a greatest or a sum, so it is the same in whatever order events come. Rows are
/// written in the order of their keys: two projections that meet wait for each other and never die.
enum SightingStore {
    /// A run, or an activity in it, in one lane.
    struct Key: Hashable, Comparable {
        let tenant: TenantID
        let courseRun: CourseRunID
        /// `nil` for the run itself.
        var activity: String?
        let lane: Int16

        /// - Parameter partition: Of the log.
        init(tenant: TenantID, courseRun: CourseRunID, partition: Int) {
            self.tenant = tenant
            self.courseRun = courseRun
            lane = Int16(partition % TrackingLimits.sightingLanes)
        }

        static func < (left: Key, right: Key) -> Bool {
            (left.tenant, left.courseRun, left.activity ?? "", left.lane)
                < (right.tenant, right.courseRun, right.activity ?? "", right.lane)
        }
    }

    /// What some events add.
    struct Sighting {
        /// The first by name of the kinds that they gave; `nil` for only `other`.
        private(set) var kind: String?
        private(set) var firstAt: Date
        private(set) var lastAt: Date
        private(set) var count = 1

        init(at instant: Date, kind: String?) {
            (firstAt, lastAt, self.kind) = (instant, instant, kind)
        }

        mutating func add(at instant: Date, kind other: String?) {
            firstAt = min(firstAt, instant)
            lastAt = max(lastAt, instant)
            count += 1
            if let other { kind = kind.map { min($0, other) } ?? other }
        }
    }

    static func add(_ sightings: [Key: Sighting], on session: Session) throws {
        let sorted = sightings.sorted { $0.key < $1.key }
        try addRuns(sorted.filter { $0.key.activity == nil }, on: session)
        try addActivities(sorted.filter { $0.key.activity != nil }, on: session)
    }

    private typealias Sorted = [(key: Key, value: Sighting)]

    private static func addRuns(_ runs: Sorted, on session: Session) throws {
        guard !runs.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO seen_run AS seen (tenant, course_run, lane, first_seen_at, last_seen_at, event_count)
            SELECT * FROM unnest(\(runs.map(\.key.tenant)), \(runs.map(\.key.courseRun)), \(runs.map(\.key.lane)),
                \(runs.map(\.value.firstAt)), \(runs.map(\.value.lastAt)), \(runs.map(\.value.count)))
            ON CONFLICT (tenant, course_run, lane) DO UPDATE SET
                first_seen_at = least(seen.first_seen_at, excluded.first_seen_at),
                last_seen_at = greatest(seen.last_seen_at, excluded.last_seen_at),
                event_count = seen.event_count + excluded.event_count
            """
        )
    }

    private static func addActivities(_ activities: Sorted, on session: Session) throws {
        guard !activities.isEmpty else { return }
        try session.execute(
            """
            INSERT INTO seen_activity AS seen (tenant, course_run, activity, lane, kind, first_seen_at, last_seen_at,
                event_count)
            SELECT * FROM unnest(\(activities.map(\.key.tenant)), \(activities.map(\.key.courseRun)),
                \(activities.map(\.key.activity)), \(activities.map(\.key.lane)), \(activities.map(\.value.kind)),
                \(activities.map(\.value.firstAt)), \(activities.map(\.value.lastAt)),
                \(activities.map(\.value.count)))
            ON CONFLICT (tenant, course_run, activity, lane) DO UPDATE SET
                kind = least(seen.kind, excluded.kind),
                first_seen_at = least(seen.first_seen_at, excluded.first_seen_at),
                last_seen_at = greatest(seen.last_seen_at, excluded.last_seen_at),
                event_count = seen.event_count + excluded.event_count
            """
        )
    }
}
