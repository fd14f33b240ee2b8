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
    public static func services(
        _ settings: PredictionSettings, _ runtime: ServiceRuntime
    ) async throws -> [any Service] {
        let model = try settings.modelFolder.map(RiskModel.init(folder:)) ?? RiskModel.shipped()
        let platform = try await Platform(
            runtime: runtime, settings: settings.platform, stream: StreamName.riskScores,
            migrations: Bundle.module.bundleURL.appending(path: "Migrations"))
        let runs = CourseRunStore()
        let enrollments = EnrollmentStore()
        let scorer = RiskScorer(model: model)
        let scoring = Scoring(
            scorer: scorer, runs: runs, appender: LogAppender(stream: StreamName.riskScores))

        let learnerEvents = LearnerEvents(
            runs: runs, enrollments: enrollments, scoring: scoring, clock: runtime.clock)
        let heard = [
            platform.hear(
                LearnerEvents.stream, producer: settings.trackingURL, log: TrackingRPC.log, wakesRelay: true,
                handle: learnerEvents.apply)
        ]
        let rescoring = Rescoring(
            database: platform.database, runs: runs, enrollments: enrollments, scoring: scoring,
            relay: platform.relay, clock: runtime.clock, logger: runtime.logger("rescoring"))

        let router = platform.router()
        let reads = RiskReads(database: platform.database, runs: runs, explainer: Explainer(scorer: scorer))
        try PredictionRoutes(reads: reads, model: model).register(on: router)
        LogRoutes(PredictionRPC.log, platform: platform, heard: heard, pending: rescoring.countDue).register(
            on: router)
        return [platform.connections, platform.relay, platform.months] + heard.map(\.consumer)
            + [rescoring, platform.httpService(router, heard: heard)]
    }
}
