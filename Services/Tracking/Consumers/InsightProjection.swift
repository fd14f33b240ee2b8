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
        ReadModelTable("run_distribution"), ReadModelTable("anomaly", isOfEvents: false),
    ]

    /// Keeps the rows, and says what the new events show to be unusual, or over.
    func apply(_ facts: [Fact], on session: Session) throws -> [NewFact] {
        guard let now = facts.map(\.recordedAt).max() else { return [] }
        let heard = try HeardEvents(facts)
        let trails = try take(heard, facts, on: session)
        guard !trails.isEmpty else { return [] }
        try planReviews(trails, now: now, on: session)
        let active = trails.compactMap { trail in trail.profile.lastActivityAt.map { (trail.profile.key, $0) } }
        let ended = try AnomalyWatch.endSilences(active, on: session)
        return try ended + AnomalyWatch.see(found(in: trails, heard), now: now, on: session)
    }

    /// What was unusual is in the log already; when to look at whom is not rebuilt.
    func replay(_ facts: [Fact], after done: [Int: Int64], on session: Session) throws {
        _ = try take(HeardEvents(facts), facts, on: session)
    }

    private func take(_ heard: HeardEvents, _ facts: [Fact], on session: Session) throws -> [StudyTrail] {
        try keepAnomalies(facts, on: session)
        let keys = heard.keys.filter { $0.courseRun != nil }
        guard !keys.isEmpty else { return [] }
        let trails = try follow(heard, keys, on: session)
        try save(trails, of: heard, on: session)
        return trails
    }

    private func keepAnomalies(_ facts: [Fact], on session: Session) throws {
        let found = try facts.filter { $0.type == AnomalyDetected.type }
            .map { (tenant: $0.tenant, anomaly: try $0.decode(AnomalyDetected.self).anomaly) }
        let closed = try facts.filter { $0.type == AnomalyClosed.type }.map { try $0.decode(AnomalyClosed.self) }
        try AnomalyRows.save(found, on: session)
        try AnomalyRows.close(closed, on: session)
    }

    private func planReviews(_ trails: [StudyTrail], now: Date, on session: Session) throws {
        // The run's calendar is the sweep's to know: a look too early finds nothing and is planned anew.
        let everyDay = StudyDays(nil)
        let planned = trails.compactMap { trail in
            trail.profile.lastActivityAt.flatMap { last in
                LearnerAnomalies.reviewAt(trail.profile, days: everyDay, after: last).map { (trail.profile.key, $0) }
            }
        }
        try InsightReviews.plan(planned, on: session)
        try InsightReviews.noteRuns(trails.map(\.profile.key), now: now, on: session)
    }

    private func found(in trails: [StudyTrail], _ heard: HeardEvents) -> [AnomalyWatch.Seen] {
        trails.flatMap { trail in
            let key = trail.profile.key
            guard let courseRun = key.courseRun else { return [AnomalyWatch.Seen]() }
            let isBackfill = heard.events(of: key).allSatisfy(\.isBackfill)
            return LearnerAnomalies.found(in: trail).map {
                AnomalyWatch.Seen(tenant: key.tenant, courseRun: courseRun, finding: $0, isBackfill: isBackfill)
            }
        }
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
