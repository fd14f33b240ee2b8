import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Hears Tracking's own log and keeps sessions, time on task, and when in the week who studies.
///
/// An event after everything that is known of a study needs the tail of the newest session alone. One that lands inside
/// a session, between two, or beside another reads its neighbours back from the log: time on task lies between
/// neighbours, so what is further away stays as it is.
struct SessionProjection: Projection {
    static let name = "tracking-sessions"
    static let tables = [
        ReadModelTable("session"), ReadModelTable("study_time"), ReadModelTable("run_quarter"),
        ReadModelTable("learner_quarter"),
    ]

    func apply(_ facts: [Fact], on session: Session) throws -> [NewFact] {
        // A dead letter that is replayed lies behind the position; a run of the log ends at it.
        let positions = try ProjectionStore.positions(
            Set(facts.map(\.partition)).sorted(), of: Self.name, on: session)
        try take(facts, through: positions, on: session)
        return []
    }

    func replay(_ facts: [Fact], on session: Session) throws {
        try take(facts, through: [:], on: session)
    }

    private func take(_ facts: [Fact], through positions: [Int: Int64], on session: Session) throws {
        let heard = try HeardEvents(facts)
        guard !heard.isEmpty else { return }
        let parts = Self.parts(facts, through: positions)
        let studies = heard.keys.compactMap { key in
            parts[heard.partition(of: key)].flatMap { NewMoments(key, heard.events(of: key), in: $0) }
        }
        try addSessions(studies, on: session)
        // Last, because learners share these rows and others wait for them until the commit.
        try HeatRows.addLearners(heard.learnerQuarters, on: session)
        try HeatRows.addRuns(heard.runQuarters, on: session)
    }

    /// Of each partition, what is projected already.
    private static func parts(_ facts: [Fact], through positions: [Int: Int64]) -> [Int: SessionRows.ProjectedPart] {
        Dictionary(grouping: facts, by: \.partition).compactMapValues { facts in
            guard let first = facts.map(\.seq).min(), let last = facts.map(\.seq).max() else { return nil }
            let position = facts.first.flatMap { positions[$0.partition] } ?? 0
            return SessionRows.ProjectedPart(run: first...last, through: max(last, position))
        }
    }

    private func addSessions(_ studies: [NewMoments], on session: Session) throws {
        let known = try SessionRows.sessions(in: studies.map(\.stretchWithPauses), on: session)
        let neighbours = try SessionRows.moments(
            around: studies.filter { $0.needsNeighbours(known[$0.key] ?? []) }.map(\.stretch),
            projectedBy: Self.name, on: session)
        var changes: [(key: StudyKey, change: LearningSessions.Change)] = []
        var times: [SessionRows.TimeKey: Int64] = [:]
        for study in studies {
            let sessions = known[study.key] ?? []
            let credits = TimeOnTask.change(
                adding: study.moments, to: neighbours[study.key] ?? study.tail(of: sessions))
            changes.append(
                (study.key, LearningSessions.adding(study.moments, to: sessions, credits: credits)))
            for credit in credits {
                let day = UTCDay.number(of: Date(microseconds: credit.at))
                times[.init(key: study.key, day: day, kind: credit.kind), default: 0] += credit.microseconds
            }
        }
        try SessionRows.apply(changes, on: session)
        try SessionRows.add(times, on: session)
    }
}

/// What a run of facts adds to one learner's study in one run.
private struct NewMoments {
    let key: StudyKey
    /// One an event.
    let moments: [StudyMoment]
    let stretch: SessionRows.Stretch

    /// `nil` when nothing shows the learner studying.
    init?(_ key: StudyKey, _ events: [LearningEventRecorded], in part: SessionRows.ProjectedPart) {
        let active = events.filter(\.verb.isLearnerActivity)
        guard let from = active.map(\.occurredAt).min(), let until = active.map(\.occurredAt).max() else {
            return nil
        }
        self.key = key
        moments = active.map(StudyMoment.init)
        stretch = SessionRows.Stretch(key: key, from: from, until: until, projected: part)
    }

    /// With all sessions that the new events may touch.
    var stretchWithPauses: SessionRows.Stretch {
        let idle = TrackingLimits.sessionIdleSeconds
        return SessionRows.Stretch(
            key: key, from: stretch.from.addingTimeInterval(-idle), until: stretch.until.addingTimeInterval(idle),
            projected: stretch.projected)
    }

    /// Whether anything known lies beside or after one of the new events.
    func needsNeighbours(_ known: [SessionSpan]) -> Bool {
        known.contains { $0.endedAt.microseconds >= stretch.from.microseconds }
    }

    /// Where nothing does: what was done last.
    func tail(of known: [SessionSpan]) -> [StudyMoment] {
        known.max { $0.endedAt < $1.endedAt }.map { [$0.tail] } ?? []
    }
}
