import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Hears `learner-events`: who is in which run, when each learner and each run was last heard, who came
/// back, and which sources are silent.
struct LearnerEvents: Sendable {
    static let stream = StreamName.learnerEvents

    let situations: SituationStore
    let decisions: DecisionStore

    /// What was heard and is not yet written.
    private struct Pending {
        var statuses: [SituationStore.Enrolled: EnrollmentStatus] = [:]
        var heard: [SituationStore.Heard] = []
    }

    /// Applies a run of facts. Enrollments and activity are gathered and written set-based, enrollments first: activity
    /// changes only what there is, and a learner's first event stands in the log before the enrollment that it implies.
    func apply(_ facts: [Fact], on session: Session) throws {
        var pending: [TenantID: Pending] = [:]
        for fact in facts {
            switch fact.type {
            case LearningEventRecorded.type:
                let event = try fact.learningEvent()
                guard let courseRun = event.courseRun else { continue }
                pending[fact.tenant, default: Pending()].heard.append(
                    .init(
                        learner: event.learner, courseRun: courseRun, occurredAt: event.occurredAt,
                        isLearnerActivity: event.verb.isLearnerActivity))
            case EnrollmentChanged.type:
                let change = try fact.decode(EnrollmentChanged.self)
                let enrolled = SituationStore.Enrolled(learner: change.learner, courseRun: change.courseRun)
                pending[fact.tenant, default: Pending()].statuses[enrolled] = change.status
            case CourseRunDefined.type:
                try situations.note(fact.decode(CourseRunDefined.self).courseRun, tenant: fact.tenant, on: session)
            case LearnersMerged.type:
                try write(&pending, on: session)
                try situations.note(fact.decode(LearnersMerged.self), tenant: fact.tenant, on: session)
            case LearnersUnmerged.type:
                try write(&pending, on: session)
                try situations.note(fact.decode(LearnersUnmerged.self), tenant: fact.tenant, on: session)
            case DataGapOpened.type:
                try situations.note(fact.decode(DataGapOpened.self), tenant: fact.tenant, on: session)
            case DataGapClosed.type:
                try situations.note(fact.decode(DataGapClosed.self), tenant: fact.tenant, on: session)
            default:
                // Other facts of the stream, such as changes of lifecycle state, do not bear on decisions yet.
                continue
            }
        }
        try write(&pending, on: session)
    }

    private func write(_ pending: inout [TenantID: Pending], on session: Session) throws {
        for (tenant, new) in pending.sorted(by: { $0.key < $1.key }) {
            try situations.note(new.statuses, tenant: tenant, on: session)
            guard !new.heard.isEmpty else { continue }
            try situations.note(new.heard, tenant: tenant, on: session)
            // Who comes back under another name comes back.
            let survivors = try situations.survivors(of: Set(new.heard.map(\.learner)), tenant: tenant, on: session)
            let counted = new.heard.map { one in
                var one = one
                one.learner = survivors[one.learner] ?? one.learner
                return one
            }
            try decisions.noteReturns(counted, tenant: tenant, on: session)
        }
        pending = [:]
    }
}
