import Contracts
import Foundation
import RPC

/// All that is known of one learner, on one page.
struct LearnerPage: Encodable, Sendable {
    var learner: LearnerID
    var name: String?
    var identities: [LearnerIdentity]
    var enrollments: [Enrollment]
    var sessions: [LearningSession]
    var days: [ActivityDay]
    var risks: [RiskPrediction]
    /// By course run.
    var riskHistory: [String: [RiskPoint]]
    /// Newest first, at most 200.
    var events: [TimelineEvent]
    var nudges: [NudgeRecord]
    /// Newest first, at most 100.
    var decisions: [NudgeDecision]
    var deliveries: [ListDeliveries.Delivery]
    var unavailable: [String]

    /// Asks the four services at once; a service that is down leaves its parts empty and is named.
    ///
    /// - Parameter asOf: As known at this instant; `nil` for now.
    static func read(
        _ upstream: Upstream, learner: LearnerID, asOf: Date?, request: APIRequest
    ) async throws -> LearnerPage {
        let missing = Missing()
        let context = upstream.context(request)
        async let known = upstream.part("tracking", missing) {
            try await upstream.tracking.call(TrackingRPC.getLearner, .init(learner: learner, asOf: asOf), context)
        }
        async let timeline = upstream.part("tracking", missing) {
            try await upstream.tracking.call(
                TrackingRPC.getTimeline,
                .init(learner: learner, asOf: asOf, page: PageRequest(size: GatewayLimits.pageEvents)), context
            ).events
        }
        async let risk = upstream.part("prediction", missing) { try await readRisk(upstream, learner, context) }
        async let nudges = upstream.part("nudging", missing) {
            try await upstream.nudging.call(
                NudgingRPC.listNudges, .init(learner: learner, page: PageRequest(size: 100)), context
            ).nudges
        }
        async let decisions = upstream.part("nudging", missing) {
            try await upstream.nudging.call(
                NudgingRPC.listDecisions,
                .init(learner: learner, page: PageRequest(size: GatewayLimits.pageDecisions)), context
            ).decisions
        }
        async let deliveries = upstream.part("notification", missing) {
            try await upstream.notification.call(
                NotificationRPC.listDeliveries, .init(learner: learner, page: PageRequest(size: 100)), context
            ).deliveries
        }
        async let contact = upstream.part("notification", missing) {
            try await upstream.notification.call(
                NotificationRPC.getContacts, .init(learners: [learner]), context
            ).contacts
        }
        let person = try await known
        let scored = try await risk
        return LearnerPage(
            learner: learner, name: try await contact?.first?.name, identities: person?.identities ?? [],
            enrollments: person?.enrollments ?? [], sessions: person?.sessions ?? [], days: person?.days ?? [],
            risks: scored?.risks ?? [], riskHistory: scored?.history ?? [:], events: try await timeline ?? [],
            nudges: try await nudges ?? [], decisions: try await decisions ?? [],
            deliveries: try await deliveries ?? [], unavailable: missing.sorted
        ).known(at: asOf)
    }

    private static func readRisk(_ upstream: Upstream, _ learner: LearnerID, _ context: RPCContext) async throws
        -> (risks: [RiskPrediction], history: [String: [RiskPoint]])
    {
        let risks = try await upstream.prediction.call(PredictionRPC.getRisk, .init(learner: learner), context).risks
        var history: [String: [RiskPoint]] = [:]
        for risk in risks {
            history[risk.courseRun.rawValue] = try await upstream.prediction.call(
                PredictionRPC.getRiskHistory, .init(learner: learner, courseRun: risk.courseRun), context
            ).points
        }
        return (risks, history)
    }
}
