import Contracts
import EventLog
import Foundation
import HTTPServer
import Platform
import PostgreSQL
import RPC
import Runtime
import ServiceLifecycle

/// The one place that says which pieces are real.
public enum Wiring {
    static var migrations: URL { Bundle.module.bundleURL.appending(path: "Migrations") }
    static var xapiMapping: URL { Bundle.module.bundleURL.appending(path: "Mappings/xapi.json") }

    /// Settings to parts to the list of what runs, in the order of starting.
    public static func services(_ settings: TrackingSettings, _ runtime: ServiceRuntime) async throws
        -> [any Service]
    {
        let pressure = IngestPressure()
        let platform = try await Platform(
            runtime: runtime, settings: settings.platform, stream: StreamName.learnerEvents,
            migrations: migrations, courtesy: pressure.standBack)
        let database = platform.database
        let projections = platform.project(ReadModels.heard.map { ($0.name, $0.hear) }, wakesRelay: true)
        let (sources, sourceMetrics) = (SourceStore(database: database), SourceMetrics())
        let sweep = StateSweep(
            store: SweepStore(database: database), sources: sources, relay: platform.relay, clock: runtime.clock,
            logger: runtime.logger("sweep"), metrics: sourceMetrics)
        let insight = InsightSweep(
            store: InsightSweepStore(database: database), relay: platform.relay, clock: runtime.clock,
            logger: runtime.logger("insight"))
        let sampler = DriftSampler()
        let drift = DriftStore(database: database)
        let notes = DriftNotes(
            sampler: sampler, store: drift, clock: runtime.clock, logger: runtime.logger("drift"),
            metrics: sourceMetrics)
        let settling = IdentitySettling(
            store: IdentityStore(database: database), pressure: pressure, logger: runtime.logger("identities"))

        let router = platform.router()
        let ingest = Ingest(database, settings, pressure: pressure, sampler: sampler, relay: platform.relay)
        let mappings = try MappingFiles([MappingFiles.own] + settings.mappings)
        try registerIngest(ingest, mappings, runtime, database, on: router)
        registerReads(database, wakeRelay: ingest.wakeRelay, on: router)
        registerSources(ingest, sources, drift, database, on: router)
        registerQuarantine(ingest, mappings, database, on: router)
        registerPeople(ingest, settings, runtime, database, on: router)
        LogRoutes(TrackingRPC.log, platform: platform, heard: projections) {
            try await sweep.countDue() + insight.countDue()
        }.register(on: router)
        return [platform.connections, platform.relay, platform.months, sweep, insight, notes, settling]
            + projections.map(\.consumer) + [platform.httpService(router, heard: projections)]
    }

    /// What every door shares by which events come in.
    private struct Ingest {
        let store: IngestStore
        let coalescer: IngestCoalescer
        let pressure: IngestPressure
        let sampler: DriftSampler
        let metrics = IngestMetrics()
        let wakeRelay: @Sendable () -> Void

        init(
            _ database: Database, _ settings: TrackingSettings, pressure: IngestPressure, sampler: DriftSampler,
            relay: LogRelay
        ) {
            store = IngestStore(database: database)
            coalescer = IngestCoalescer(writersMax: settings.writers, pressure: pressure, write: store.record)
            self.pressure = pressure
            self.sampler = sampler
            wakeRelay = { relay.wake() }
        }
    }

    /// The doors by which events and declarations come in.
    private static func registerIngest(
        _ ingest: Ingest, _ mappings: MappingFiles, _ runtime: ServiceRuntime, _ database: Database,
        on router: RPCRouter
    ) throws {
        TrackingRoutes(
            ingest: ingest.coalescer, learners: LearnerReads(database: database),
            history: HistoryReads(database: database), timelines: TimelineReads(database: database),
            overviews: OverviewReads(database: database), metrics: ingest.metrics, drift: ingest.sampler,
            wakeRelay: ingest.wakeRelay
        ).register(on: router)
        ForeignRoutes(
            mappings: mappings, ingest: ingest.coalescer,
            rawEvents: RawEventStore(database: database), metrics: ingest.metrics, wakeRelay: ingest.wakeRelay
        ).register(on: router)
        ImportRoutes(
            mappings: mappings, ingest: ingest.coalescer, metrics: ingest.metrics, wakeRelay: ingest.wakeRelay
        ).register(on: router)
        CatalogRoutes(
            ingest: ingest.coalescer, stores: CatalogStores(database: database), metrics: ingest.metrics,
            wakeRelay: ingest.wakeRelay
        ).register(on: router)
        StatementRoutes(
            store: StatementStore(
                database: database, ingest: ingest.store, mapping: try XAPIMapping(contentsOf: xapiMapping),
                now: { [clock = runtime.clock] in clock.now() }),
            reads: StatementReads(database: database), metrics: ingest.metrics, pressure: ingest.pressure,
            wakeRelay: ingest.wakeRelay
        ).register(on: router)
        DocumentRoutes(store: DocumentStore(database: database)).register(on: router)
    }

    /// What is known of learners and runs.
    private static func registerReads(
        _ database: Database, wakeRelay: @escaping @Sendable () -> Void, on router: RPCRouter
    ) {
        StudyRoutes(
            plans: StudyPlanStore(database: database), studies: StudyReads(database: database),
            courses: CourseReads(database: database), wakeRelay: wakeRelay
        ).register(on: router)
        InsightRoutes(
            progress: ProgressReads(database: database), patterns: PatternReads(database: database),
            anomalies: AnomalyReads(database: database)
        ).register(on: router)
    }

    /// How those who send are doing.
    private static func registerSources(
        _ ingest: Ingest, _ sources: SourceStore, _ drift: DriftStore, _ database: Database, on router: RPCRouter
    ) {
        SourceRoutes(
            store: sources, reads: SourceReads(database: database), drift: drift, wakeRelay: ingest.wakeRelay
        ).register(on: router)
    }

    /// What could not be taken in, and mending it.
    private static func registerQuarantine(
        _ ingest: Ingest, _ mappings: MappingFiles, _ database: Database, on router: RPCRouter
    ) {
        QuarantineRoutes(
            reads: QuarantineReads(database: database), store: QuarantineStore(database: database),
            reader: QuarantinedItem(mappings: mappings), ingest: ingest.coalescer, metrics: ingest.metrics,
            wakeRelay: ingest.wakeRelay
        ).register(on: router)
    }

    /// Who is who.
    private static func registerPeople(
        _ ingest: Ingest, _ settings: TrackingSettings, _ runtime: ServiceRuntime, _ database: Database,
        on router: RPCRouter
    ) {
        let rework = DatabaseSettings(
            url: settings.platform.databaseURL, schema: runtime.service, poolSize: 1,
            applicationName: "holdfast-tracking-people")
        PeopleRoutes(
            changes: LearnerChanges(rework, logger: runtime.logger("people")),
            reads: IdentityReads(database: database), wakeRelay: ingest.wakeRelay
        ).register(on: router)
    }
}
