import Contracts
import EventLog
import Foundation
import HTTPServer
import Platform
import RPC
import Runtime
import ServiceLifecycle

/// The one place that says which pieces are real.
public enum Wiring {
    /// Settings to parts to the list of what runs, in the order of starting.
    public static func services(_ settings: NudgingSettings, _ runtime: ServiceRuntime) async throws -> [any Service] {
        let platform = try await Platform(
            runtime: runtime, settings: settings.platform, stream: StreamName.nudges,
            migrations: Bundle.module.bundleURL.appending(path: "Migrations"))
        let situations = SituationStore()
        let decisions = DecisionStore()
        let policies = PolicyStore()
        let decider = Decider(
            situations: situations, decisions: decisions, appender: LogAppender(stream: StreamName.nudges),
            courseURL: settings.courseURL)

        let learnerEvents = LearnerEvents(situations: situations, decisions: decisions)
        let riskScores = RiskScores(decider: decider, policies: policies, clock: runtime.clock)
        let deliveries = Deliveries(situations: situations, decisions: decisions)
        let heard = [
            platform.hear(
                LearnerEvents.stream, producer: settings.trackingURL, log: TrackingRPC.log, wakesRelay: false,
                handle: learnerEvents.apply),
            platform.hear(
                RiskScores.stream, producer: settings.predictionURL, log: PredictionRPC.log, wakesRelay: true,
                handle: riskScores.apply),
            platform.hear(
                Deliveries.stream, producer: settings.notificationURL, log: NotificationRPC.log,
                wakesRelay: false, handle: deliveries.apply),
        ]
        let heldNudges = HeldNudges(
            database: platform.database, decider: decider, decisions: decisions, policies: policies,
            relay: platform.relay, clock: runtime.clock, logger: runtime.logger("held-nudges"))

        let router = platform.router()
        NudgingRoutes(
            database: platform.database, reads: NudgeReads(database: platform.database), policies: policies
        ).register(on: router)
        LogRoutes(NudgingRPC.log, platform: platform, heard: heard, pending: heldNudges.countDue).register(on: router)
        return [platform.connections, platform.relay, platform.months] + heard.map(\.consumer)
            + [heldNudges, platform.httpService(router, heard: heard)]
    }
}
