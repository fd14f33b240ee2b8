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

    private func apply(_ changes: Changes, now: Date, on session: Session) throws {
        guard !changes.byKey.isEmpty else { return }
        let keys = changes.byKey.keys.sorted()
        let known = try enrollments.lock(keys, on: session)
        let touched = keys.map { key in
            var enrollment = known[key] ?? Enrollment(key: key)
            for change in changes.byKey[key, default: []] { change(&enrollment.state) }
            return enrollment
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
