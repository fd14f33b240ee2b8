import Contracts
import Foundation
import Runtime

/// What the first page of the dashboard shows, from the four services' read models.
struct Overview: Codable, Sendable, Equatable {
    var now: Date
    var tracking: GetTrackingOverview.Response?
    var risk: GetRiskOverview.Response?
    var nudging: GetNudgingOverview.Response?
    var deliveries: GetDeliveryOverview.Response?
    /// Services that did not answer; their parts are missing.
    var unavailable: [String]

    /// Asks the four services at once.
    static func read(
        _ upstream: Upstream, tenant: TenantID, courseRun: CourseRunID?, trace: TraceContext
    ) async throws -> Overview {
        let missing = Missing()
        let context = upstream.context(tenant, trace)
        async let tracking = upstream.part("tracking", missing) {
            try await upstream.tracking.call(
                TrackingRPC.getTrackingOverview, .init(courseRun: courseRun), context)
        }
        async let risk = upstream.part("prediction", missing) {
            try await upstream.prediction.call(PredictionRPC.getRiskOverview, .init(courseRun: courseRun), context)
        }
        async let nudging = upstream.part("nudging", missing) {
            try await upstream.nudging.call(NudgingRPC.getNudgingOverview, .init(courseRun: courseRun), context)
        }
        async let deliveries = upstream.part("notification", missing) {
            try await upstream.notification.call(NotificationRPC.getDeliveryOverview, Empty(), context)
        }
        let known = try await tracking
        return Overview(
            now: known?.now ?? Date(), tracking: known, risk: try await risk, nudging: try await nudging,
            deliveries: try await deliveries, unavailable: missing.sorted)
    }
}
