import Contracts
import Foundation
import PostgreSQL

/// Reading and writing `study_profile`.
enum StudyProfileRows {
    /// All columns of ``profile(_:key:)``, for `SELECT`.
    static let columns: SQL = "last_activity_at, days, day_actions, begun, deep"

    static func profile(_ row: Row, key: StudyKey) throws -> StudyProfile {
        let days: [Int32] = try row.decode("days")
        let actions: [Int32] = try row.decode("day_actions")
        return StudyProfile(
            key: key,
            days: Dictionary(
                zip(days, actions).map { (Int($0), Int($1)) }, uniquingKeysWith: { first, _ in first }),
            lastActivityAt: try row.decode("last_activity_at"), begun: try row.decode("begun"),
            deep: try row.decode("deep"))
    }

    static func known(_ keys: [StudyKey], on session: Session) throws -> [StudyKey: StudyProfile] {
        guard !keys.isEmpty else { return [:] }
        let rows = try session.rows(
            "SELECT wanted.place, " + columns
                + """
                 FROM unnest(\(keys.map(\.tenant)), \(keys.map(\.runColumn)), \(keys.map(\.learner)))
                    WITH ORDINALITY AS wanted (tenant, course_run, learner_id, place)
                JOIN study_profile USING (tenant, course_run, learner_id)
                """)
        var known: [StudyKey: StudyProfile] = [:]
        for row in rows {
            let key = keys[try row.decode("place", as: Int.self) - 1]
            known[key] = try profile(row, key: key)
        }
        return known
    }

    /// Days travel as one list for all learners, with each one's end in it: PostgreSQL has no lists of lists of
    /// different lengths.
    static func save(_ profiles: [StudyProfile], on session: Session) throws {
        guard !profiles.isEmpty else { return }
        var days: [Int32] = []
        var actions: [Int32] = []
        var ends: [Int32] = []
        for profile in profiles {
            for day in profile.days.keys.sorted() {
                days.append(Int32(day))
                actions.append(Int32(clamping: profile.days[day] ?? 0))
            }
            ends.append(Int32(days.count))
        }
        let begins = [0] + ends.dropLast()
        try session.execute(
            """
            INSERT INTO study_profile (tenant, course_run, learner_id, last_activity_at, days, day_actions, begun,
                deep)
            SELECT tenant, course_run, learner_id, last_activity_at, (\(days)::int[])[begins + 1:ends],
                (\(actions)::int[])[begins + 1:ends], begun, deep
            FROM unnest(\(profiles.map(\.key.tenant)), \(profiles.map(\.key.runColumn)),
                \(profiles.map(\.key.learner)), \(profiles.map(\.lastActivityAt)), \(begins), \(ends),
                \(profiles.map { Int32($0.begun) }), \(profiles.map { Int32($0.deep) }))
                AS saved (tenant, course_run, learner_id, last_activity_at, begins, ends, begun, deep)
            ON CONFLICT (tenant, course_run, learner_id) DO UPDATE SET
                last_activity_at = excluded.last_activity_at, days = excluded.days,
                day_actions = excluded.day_actions, begun = excluded.begun, deep = excluded.deep
            """
        )
    }
}
