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
    static var migrations: URL { Bundle.module.bundleURL.appending(path: "Migrations") }

    /// Settings to parts to the list of what runs, in the order of starting.
    public static func services(_ settings: TrackingSettings, _ runtime: ServiceRuntime) async throws
        -> [any Service]
    {
        let pressure = IngestPressure()
        let platform = try await Platform(
            runtime: runtime, settings: settings.platform, stream: StreamName.learnerEvents,
            migrations: migrations, courtesy: pressure.standBack)
        let database = platform.database
        let projections = ReadModels.projections.map { projection in
            platform.project(as: projection.name, wakesRelay: true, handle: projection.hear)
        }
        let sweep = StateSweep(
            store: SweepStore(database: database), relay: platform.relay, clock: runtime.clock,
            logger: runtime.logger("sweep"))
        let ingest = IngestCoalescer(writersMax: settings.writers, write: IngestStore(database: database).record)
        let metrics = IngestMetrics()
        let wakeRelay: @Sendable () -> Void = { [relay = platform.relay] in relay.wake() }

        let router = platform.router()
        TrackingRoutes(
            ingest: ingest, pressure: pressure,
            learners: LearnerReads(database: database), timelines: TimelineReads(database: database),
            overviews: OverviewReads(database: database), quarantine: QuarantineReads(database: database),
            courseRuns: CourseRunStore(database: database), metrics: metrics, wakeRelay: wakeRelay
        ).register(on: router)
        ForeignRoutes(
            mappings: try MappingFiles([MappingFiles.own] + settings.mappings), ingest: ingest,
            pressure: pressure, rawEvents: RawEventStore(database: database), metrics: metrics, wakeRelay: wakeRelay
        ).register(on: router)
        InsightRoutes(progress: ProgressReads(database: database)).register(on: router)
        LogRoutes(TrackingRPC.log, platform: platform, heard: projections, pending: sweep.countDue)
            .register(on: router)
        return [platform.connections, platform.relay, sweep] + projections.map(\.consumer)
            + [platform.httpService(router, heard: projections)]
    }
}
