import Contracts
import Foundation
import PostgreSQL

/// Reading and writing `study_profile`.
enum StudyProfileRows {
    /// All columns of ``profile(_:key:)``, for `SELECT`.
    static let columns: SQL = """
        last_activity_at, days, day_actions, begun, deep, quick_answers, recent_at, recent_marks
        """

    static func profile(_ row: Row, key: StudyKey) throws -> StudyProfile {
        let days: [Int32] = try row.decode("days")
        let actions: [Int32] = try row.decode("day_actions")
        return StudyProfile(
            key: key,
            days: Dictionary(
                zip(days, actions).map { (Int($0), Int($1)) }, uniquingKeysWith: { first, _ in first }),
            lastActivityAt: try row.decode("last_activity_at"), begun: try row.decode("begun"),
            deep: try row.decode("deep"), quickAnswers: try row.decode("quick_answers"),
            recent: zip(
                try row.decode("recent_at", as: [Int64].self), try row.decode("recent_marks", as: [Int32].self)
            ).map(RecentEvent.init))
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

    /// Lists travel as one for all learners, with each one's part in it: PostgreSQL has no lists of lists of different
    /// lengths.
    static func save(_ profiles: [StudyProfile], on session: Session) throws {
        guard !profiles.isEmpty else { return }
        let days = profiles.map { $0.days.sorted { $0.key < $1.key } }
        let (allDays, dayParts) = joined(days)
        let (recent, recentParts) = joined(profiles.map(\.recent))
        try session.execute(
            """
            INSERT INTO study_profile (tenant, course_run, learner_id, last_activity_at, days, day_actions, begun,
                deep, quick_answers, recent_at, recent_marks)
            SELECT tenant, course_run, learner_id, last_activity_at,
                (\(allDays.map { Int32($0.key) })::int[])[first_day:last_day],
                (\(allDays.map { Int32(clamping: $0.value) })::int[])[first_day:last_day], begun, deep,
                quick_answers, (\(recent.map(\.at))::bigint[])[first_recent:last_recent],
                (\(recent.map(\.mark))::int[])[first_recent:last_recent]
            FROM unnest(\(profiles.map(\.key.tenant)), \(profiles.map(\.key.runColumn)),
                \(profiles.map(\.key.learner)), \(profiles.map(\.lastActivityAt)), \(dayParts.map(\.first)),
                \(dayParts.map(\.last)), \(recentParts.map(\.first)), \(recentParts.map(\.last)),
                \(profiles.map { Int32($0.begun) }), \(profiles.map { Int32($0.deep) }),
                \(profiles.map { Int32($0.quickAnswers) }))
                AS saved (tenant, course_run, learner_id, last_activity_at, first_day, last_day, first_recent,
                    last_recent, begun, deep, quick_answers)
            ON CONFLICT (tenant, course_run, learner_id) DO UPDATE SET
                last_activity_at = excluded.last_activity_at, days = excluded.days,
                day_actions = excluded.day_actions, begun = excluded.begun, deep = excluded.deep,
                quick_answers = excluded.quick_answers, recent_at = excluded.recent_at,
                recent_marks = excluded.recent_marks
            """
        )
    }

    /// All lists in one, and the place of each one's first and last element in it, counted from 1.
    private static func joined<Element>(
        _ lists: [[Element]]
    ) -> (all: [Element], parts: [(first: Int32, last: Int32)]) {
        var all: [Element] = []
        let parts = lists.map { list in
            all += list
            return (first: Int32(all.count - list.count + 1), last: Int32(all.count))
        }
        return (all, parts)
    }
}
