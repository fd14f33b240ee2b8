import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Hears Tracking's own log and keeps sessions, time on task, and when in the week who studies.
///
/// An event after everything that is known of a study needs the tail of the newest session alone. One that lands inside
/// a session, between two, or beside another reads its neighbours back from the log: time on task lies between
/// neighbours, so what is further away stays as it is. Neighbours of a survivor are also what those did who are merged
/// into them, which stands in other partitions of the log.
struct SessionProjection: Projection {
    static let name = "tracking-sessions"
    static let tables = [
        ReadModelTable("session"), ReadModelTable("study_time"), ReadModelTable("run_quarter"),
        ReadModelTable("learner_quarter"),
    ]

    func apply(_ facts: [Fact], on session: Session) throws -> [NewFact] {
        try take(facts, on: session) { partitions in
            // A dead letter that is replayed lies behind the position; a run of the log ends at it.
            try ProjectionStore.positions(partitions, of: Self.name, on: session)
        }
        return []
    }

    func replay(_ facts: [Fact], after done: [Int: Int64], on session: Session) throws {
        try take(facts, on: session) { _ in done }
    }

    /// - Parameter positions: How far partitions of the log are projected, apart from these facts.
    private func take(
        _ facts: [Fact], on session: Session, positions: @escaping ([Int]) throws -> [Int: Int64]
    ) throws {
        let heard = try HeardEvents(facts)
        guard !heard.isEmpty else { return }
        let studies = heard.keys.compactMap { NewMoments($0, heard.events(of: $0)) }
        let known = try SessionRows.sessions(in: studies.map(\.stretchWithPauses), on: session)
        let late = studies.filter { $0.needsNeighbours(known[$0.key] ?? []) }
        let neighbours = try neighbours(of: late, in: ProjectedLog(runs: Self.runs(facts), positions), on: session)
        try addSessions(studies, known, neighbours, on: session)
        // Last, because learners share these rows and others wait for them until the commit.
        try HeatRows.addLearners(heard.learnerQuarters, on: session)
        try HeatRows.addRuns(heard.runQuarters, on: session)
    }

    /// From the first of the facts to the last one, by partition of the log.
    private static func runs(_ facts: [Fact]) -> [Int: ClosedRange<Int64>] {
        Dictionary(grouping: facts, by: \.partition).compactMapValues { facts in
            let places = facts.map(\.seq)
            guard let first = places.min(), let last = places.max() else { return nil }
            return first...last
        }
    }

    /// What is projected of the log while some facts are.
    private struct ProjectedLog {
        let runs: [Int: ClosedRange<Int64>]
        let positions: ([Int]) throws -> [Int: Int64]

        init(runs: [Int: ClosedRange<Int64>], _ positions: @escaping ([Int]) throws -> [Int: Int64]) {
            self.runs = runs
            self.positions = positions
        }
    }

    /// What was done before and after the new events, by all who are one person with each learner.
    private func neighbours(
        of studies: [NewMoments], in log: ProjectedLog, on session: Session
    ) throws -> [StudyKey: [StudyMoment]] {
        guard !studies.isEmpty else { return [:] }
        let persons = try LearnerExceptions.persons(studies.map(\.key.person), on: session)
        let kept = studies.flatMap { study in
            (persons[study.key.person] ?? []).map { learner in
                let partition = EventLog.partition(tenant: study.key.tenant, key: learner.description)
                return (study: study, learner: learner, partition: partition)
            }
        }
        let positions = try log.positions(Set(kept.map(\.partition)).sorted())
        let wanted = kept.map { study, learner, partition in
            let (run, position) = (log.runs[partition], positions[partition] ?? 0)
            return SessionRows.LoggedStretch(
                stretch: study.stretch, learner: learner,
                projected: .init(run: run, through: max(run?.upperBound ?? 0, position)))
        }
        return try SessionRows.moments(around: wanted, projectedBy: Self.name, on: session)
    }

    private func addSessions(
        _ studies: [NewMoments], _ known: [StudyKey: [SessionSpan]], _ neighbours: [StudyKey: [StudyMoment]],
        on session: Session
    ) throws {
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
    init?(_ key: StudyKey, _ events: [LearningEventRecorded]) {
        let active = events.filter(\.verb.isLearnerActivity)
        guard let from = active.map(\.occurredAt).min(), let until = active.map(\.occurredAt).max() else {
            return nil
        }
        self.key = key
        moments = active.map(StudyMoment.init)
        stretch = SessionRows.Stretch(key: key, from: from, until: until)
    }

    /// With all sessions that the new events may touch.
    var stretchWithPauses: SessionRows.Stretch {
        let idle = TrackingLimits.sessionIdleSeconds
        return SessionRows.Stretch(
            key: key, from: stretch.from.addingTimeInterval(-idle), until: stretch.until.addingTimeInterval(idle))
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
