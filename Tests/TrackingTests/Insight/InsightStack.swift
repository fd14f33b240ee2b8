import Contracts
import Foundation

@testable import Tracking

/// What is made of what learners did, on the stack's database.
extension TrackingStack {
    /// Registers the insight procedures, which the stack's router does not have by itself.
    func withInsight() -> TrackingStack {
        InsightRoutes(
            progress: ProgressReads(database: database), patterns: PatternReads(database: database),
            anomalies: AnomalyReads(database: database)
        ).register(on: router)
        return self
    }

    func learner(_ name: String, source: SourceID? = nil) async throws -> LearnerID {
        let names = ResolveLearners.Request(source: source, learners: [ExternalLearnerID(checked: name)])
        guard let learner = try await call(TrackingRPC.resolveLearners, names).learners.first else {
            throw TrackingError.unreadable("no id for \(name)")
        }
        return learner
    }
}

extension EventDraft {
    /// Something that `learner` does with an activity some days after ``TrackingStack/start``.
    static func study(
        _ learner: String, _ activity: String, _ kind: ActivityKind = .content, verb: Verb = .viewed, day: Double,
        result: EventResult? = nil, run: String = "run", id: String? = nil
    ) -> EventDraft {
        EventDraft(
            id: EventID(checked: id ?? "\(learner)-\(activity)-\(verb)-\(day)"),
            learner: ExternalLearnerID(checked: learner), courseRun: CourseRunID(checked: run), verb: verb,
            activity: ActivityDraft(id: ActivityID(checked: activity), kind: kind), result: result,
            occurredAt: TrackingStack.start.addingTimeInterval((day * 86_400).rounded()))
    }
}
