import Contracts
import EventLog
import Foundation
import PostgreSQL
import Runtime

/// Hears `learner-events`: keeps each enrollment's state, scores whom the facts touched, and says the scores
/// that are news. State, score and what is said of it are one transaction.
struct LearnerEvents: Sendable {
    static let stream = StreamName.learnerEvents

    let runs: CourseRunStore
    let enrollments: EnrollmentStore
    let scoring: Scoring
    let clock: any ServiceClock

    /// Applies a run of facts of one partition.
    func apply(_ facts: [Fact], on session: Session) throws {
        // Tracking's clock may be ahead of ours by a moment; a score must not be older than what it rests on.
        let now = facts.reduce(clock.now()) { max($0, $1.recordedAt) }
        var changes = Changes()
        for fact in facts {
            switch fact.type {
            case LearningEventRecorded.type: changes.add(try fact.learningEvent(), fact)
            case EnrollmentChanged.type: changes.add(try fact.decode(EnrollmentChanged.self), fact)
            case CourseRunDefined.type: try define(try fact.decode(CourseRunDefined.self), fact, now, session)
            case LearnersMerged.type:
                let said = try fact.decode(LearnersMerged.self)
                try LearnerMerges.note(said, tenant: fact.tenant, on: session)
                changes.touch(try of([said.merged, said.survivor], fact, session))
            case LearnersUnmerged.type:
                let said = try fact.decode(LearnersUnmerged.self)
                try LearnerMerges.note(said, tenant: fact.tenant, on: session)
                changes.touch(try of([said.merged, said.survivor], fact, session))
            case DataGapOpened.type:
                let gap = try fact.decode(DataGapOpened.self)
                try note(gap.source, gap.silentSince, closedAt: nil, gap.courseRuns, fact, now, session)
            case DataGapClosed.type:
                let gap = try fact.decode(DataGapClosed.self)
                try note(gap.source, gap.silentSince, closedAt: gap.closedAt, gap.courseRuns, fact, now, session)
            default: continue  // Facts that later versions of Tracking say, and states that bear on no feature.
            }
        }
        try apply(changes, now: now, on: session)
    }

    private func define(_ defined: CourseRunDefined, _ fact: Fact, _ now: Date, _ session: Session) throws {
        guard try runs.define(defined.courseRun, tenant: fact.tenant, now: now, on: session) else { return }
        let name = CourseRunStore.Name(tenant: fact.tenant, courseRun: defined.courseRun.id)
        try enrollments.makeDue(name, now: now, on: session)
    }

    /// A source of some runs fell silent, or speaks again: their learners are looked at with other eyes.
    private func note(
        _ source: SourceID, _ silentSince: Date, closedAt: Date?, _ courseRuns: [CourseRunID], _ fact: Fact,
        _ now: Date, _ session: Session
    ) throws {
        let span = DataGapSpan(silentSince: silentSince, closedAt: closedAt)
        for courseRun in courseRuns.sorted() {
            let name = CourseRunStore.Name(tenant: fact.tenant, courseRun: courseRun)
            try runs.note(span, of: source, in: name, now: now, on: session)
            try enrollments.makeDue(name, now: now, on: session)
        }
    }

    private func of(_ learners: [LearnerID], _ fact: Fact, _ session: Session) throws -> [EnrollmentKey] {
        try LearnerMerges.enrollments(of: learners, tenant: fact.tenant, on: session)
    }

    private func apply(_ changes: Changes, now: Date, on session: Session) throws {
        guard !changes.byKey.isEmpty else { return }
        var changes = changes
        // What a merged learner does changes the score of the survivor.
        changes.touch(try LearnerMerges.survivors(of: Array(changes.byKey.keys), on: session))
        let keys = changes.byKey.keys.sorted()
        let known = try enrollments.lock(keys, on: session)
        var touched = keys.map { key in
            var enrollment = known[key] ?? Enrollment(key: key)
            for change in changes.byKey[key, default: []] { change(&enrollment.state) }
            return enrollment
        }
        let states = Dictionary(uniqueKeysWithValues: touched.map { ($0.key, $0.state) })
        let joined = try LearnerMerges.states(mergedInto: keys, on: session)
        for index in touched.indices where joined[touched[index].key] != nil {
            let key = touched[index].key
            touched[index].joined = joined[key, default: []].map { other in
                states[EnrollmentKey(tenant: key.tenant, courseRun: key.courseRun, learner: other.learner)]
                    ?? other.state
            }
        }
        let scored = try scoring.score(touched, backfilled: changes.backfilled, now: now, on: session)
        try enrollments.save(scored.enrollments, now: now, on: session)
        try scoring.say(scored, traces: changes.traces, now: now, on: session)
    }

    /// What a run of facts does to each enrollment, in order.
    private struct Changes {
        var byKey: [EnrollmentKey: [(inout EnrollmentState) -> Void]] = [:]
        /// The newest trace that touched each enrollment.
        var traces: [EnrollmentKey: String] = [:]
        private var live: Set<EnrollmentKey> = []

        /// Enrollments that only history brought in later touched.
        var backfilled: Set<EnrollmentKey> { Set(byKey.keys).subtracting(live) }

        /// Scores enrollments anew of which nothing else is said; that is no reason for a nudge.
        mutating func touch(_ keys: [EnrollmentKey]) {
            for key in keys { byKey[key] = byKey[key] ?? [] }
        }

        mutating func add(_ event: LearningEventRecorded, _ fact: Fact) {
            guard let courseRun = event.courseRun else { return }
            let key = EnrollmentKey(tenant: fact.tenant, courseRun: courseRun, learner: event.learner)
            add(key, fact, isBackfill: event.isBackfill) { $0.apply(event) }
        }

        mutating func add(_ change: EnrollmentChanged, _ fact: Fact) {
            let key = EnrollmentKey(tenant: fact.tenant, courseRun: change.courseRun, learner: change.learner)
            add(key, fact, isBackfill: change.isBackfill) { $0.apply(change) }
        }

        private mutating func add(
            _ key: EnrollmentKey, _ fact: Fact, isBackfill: Bool,
            _ change: @escaping (inout EnrollmentState) -> Void
        ) {
            byKey[key, default: []].append(change)
            if !isBackfill { live.insert(key) }
            if let trace = fact.traceparent { traces[key] = trace }
        }
    }
}
