import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Hears Tracking's own log and keeps what progress, patterns and anomalies are read from.
///
/// One consumer for all three, because most of its work is theirs in common: reading the facts, and knowing what a
/// learner did before. It is apart from ``StudyProjection`` so that sessions and states never wait for it.
///
/// Facts come by partition, and a partition holds all that happens to its learners: nobody else writes their rows.
struct InsightProjection: Projection {
    static let name = "tracking-insight"
    static let tables = [
        ReadModelTable("activity_progress"), ReadModelTable("study_profile"), ReadModelTable("run_activity"),
        ReadModelTable("run_distribution"),
    ]

    func apply(_ facts: [Fact], on session: Session) throws -> [NewFact] {
        let heard = try HeardEvents(facts)
        let keys = heard.keys.filter { $0.courseRun != nil }
        guard !keys.isEmpty else { return [] }
        let trails = try follow(heard, keys, on: session)
        try save(trails, of: heard, on: session)
        return []
    }

    /// Loads what the events touch, and takes them in.
    private func follow(_ heard: HeardEvents, _ keys: [StudyKey], on session: Session) throws -> [StudyTrail] {
        let wanted = keys.flatMap { key in
            Set(heard.events(of: key).compactMap(\.progressActivity?.id)).map { (key: key, activity: $0) }
        }
        let profiles = try StudyProfileRows.known(keys, on: session)
        let activities = try ActivityRows.known(wanted, on: session)
        return keys.map { key in
            var trail = StudyTrail(
                profile: profiles[key] ?? StudyProfile(key: key), activities: activities[key] ?? [:])
            trail.take(heard.events(of: key))
            return trail
        }.filter(\.isChanged)
    }

    private func save(_ trails: [StudyTrail], of heard: HeardEvents, on session: Session) throws {
        try StudyProfileRows.save(trails.map(\.profile), on: session)
        try ActivityRows.save(
            trails.flatMap { trail in trail.changedActivities.map { (trail.profile.key, $0) } }, on: session)
        func run(_ trail: StudyTrail) -> RunInsightRows.RunKey {
            let key = trail.profile.key
            return RunInsightRows.RunKey(
                tenant: key.tenant, courseRun: key.runColumn, partition: heard.partition(of: key))
        }
        try RunInsightRows.add(
            trails.flatMap { trail in trail.activityShifts.map { (run(trail), $0) } }, on: session)
        try RunInsightRows.add(
            trails.map { (run($0), $0.distributionShifts) }, on: session)
    }
}
