import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import RPC
import Runtime
import TestSupport

@testable import Tracking

/// Tracking's rooms on a real database of their own; what Redis and the lease do in between is done here by
/// hand.
struct TrackingStack: Sendable {
    let database: Database
    let clock: SimulatedClock
    let router: RPCRouter
    let ingest: IngestStore
    let testDatabase: TestDatabase

    static let start = Date(timeIntervalSince1970: 1_790_000_000)

    static func make(poolSize: Int = 4, coalescer: IngestCoalescer? = nil) async throws -> TrackingStack {
        let testDatabase = try await TestDatabase.make(schema: "tracking")
        let settings = testDatabase.settings(poolSize: poolSize)
        try await Migrator(schema: "tracking", directory: Wiring.migrations, extra: EventLog.migrations)
            .migrate(settings, logger: Logger(label: "test"))
        let database = Database(settings, logger: Logger(label: "test"))
        let clock = SimulatedClock(now: start)
        let router = RPCRouter(clock: clock)
        let ingest = IngestStore(database: database)
        let coalescer = coalescer ?? IngestCoalescer(write: ingest.record)
        CatalogRoutes(
            ingest: coalescer, stores: CatalogStores(database: database), metrics: IngestMetrics(), wakeRelay: {}
        ).register(on: router)
        ImportRoutes(
            mappings: try MappingFiles([MappingFiles.own]), ingest: coalescer, metrics: IngestMetrics(),
            wakeRelay: {}
        ).register(on: router)
        TrackingRoutes(
            ingest: coalescer,
            learners: LearnerReads(database: database), history: HistoryReads(database: database),
            timelines: TimelineReads(database: database),
            overviews: OverviewReads(database: database), metrics: IngestMetrics(), drift: DriftSampler(),
            wakeRelay: {}
        ).register(on: router)
        PeopleRoutes(
            changes: LearnerChanges(testDatabase.settings(poolSize: 1), logger: Logger(label: "test")),
            reads: IdentityReads(database: database), wakeRelay: {}
        ).register(on: router)
        QuarantineRoutes(
            reads: QuarantineReads(database: database), store: QuarantineStore(database: database),
            reader: QuarantinedItem(mappings: try MappingFiles([MappingFiles.own])), ingest: coalescer,
            metrics: IngestMetrics(), wakeRelay: {}
        ).register(on: router)
        SourceRoutes(
            store: SourceStore(database: database), reads: SourceReads(database: database),
            drift: DriftStore(database: database), wakeRelay: {}
        ).register(on: router)
        StudyRoutes(
            plans: StudyPlanStore(database: database), studies: StudyReads(database: database),
            courses: CourseReads(database: database), wakeRelay: {}
        ).register(on: router)
        StatementRoutes(
            store: StatementStore(
                database: database, ingest: ingest, mapping: try XAPIMapping(contentsOf: Wiring.xapiMapping),
                now: { clock.now() }),
            reads: StatementReads(database: database), metrics: IngestMetrics(), wakeRelay: {}
        ).register(on: router)
        DocumentRoutes(store: DocumentStore(database: database)).register(on: router)
        ForeignRoutes(
            mappings: try MappingFiles([MappingFiles.own]), ingest: coalescer,
            rawEvents: RawEventStore(database: database), metrics: IngestMetrics(), wakeRelay: {}
        ).register(on: router)
        return TrackingStack(
            database: database, clock: clock, router: router, ingest: ingest, testDatabase: testDatabase)
    }

    // MARK: Calls, as they come off the wire

    func post(_ path: String, _ body: Data, tenant: String? = nil) async -> RPCReply {
        var headers = ["content-type": "application/json"]
        headers["holdfast-tenant"] = tenant
        return await router.respond(
            to: RPCRequest(method: "POST", path: path, headers: headers, body: body))
    }

    func call<Q, A>(_ method: RPCMethod<Q, A>, _ request: Q, tenant: String? = nil) async throws -> A {
        let reply = await post(method.path, try JSONCoding.encoder().encode(request), tenant: tenant)
        guard reply.status == 200 else { throw Refused(reply) }
        return try JSONCoding.decoder().decode(A.self, from: reply.body)
    }

    @discardableResult
    func record(_ events: [EventDraft], backfill: Bool? = nil, tenant: String? = nil) async throws
        -> RecordEvents.Response
    {
        try await call(
            TrackingRPC.recordEvents, RecordEvents.Request(backfill: backfill, events: events), tenant: tenant
        )
    }

    func record(json: String) async throws -> RecordEvents.Response {
        let reply = await post(TrackingRPC.recordEvents.path, Data(json.utf8))
        guard reply.status == 200 else { throw Refused(reply) }
        return try JSONCoding.decoder().decode(RecordEvents.Response.self, from: reply.body)
    }

    struct Refused: Error, Equatable {
        let status: Int
        let message: String

        init(_ reply: RPCReply) {
            status = reply.status
            message = String(decoding: reply.body, as: UTF8.self)
        }
    }

    // MARK: The log

    func facts() async throws -> [Fact] {
        let reader = LocalLogReader(database)
        var facts: [Fact] = []
        for partition in 0..<EventLog.partitionCount {
            facts += try await reader.read(partition: partition, after: 0, limit: 100_000)
        }
        return facts
    }

    func said<Body: StreamFact>(_ type: Body.Type) async throws -> [Body] {
        try await facts().filter { $0.type == Body.type }.map { try $0.decode(Body.self) }
    }

    /// Applies what is not yet applied, `run` facts a transaction.
    func project(run: Int = 500) async throws {
        for projection in ReadModels.heard { try await project(projection, run: run) }
    }

    private func project(_ projection: any Projection, run: Int) async throws {
        let reader = LocalLogReader(database)
        let positions = try await positions(of: projection)
        for partition in 0..<EventLog.partitionCount {
            var position = positions[partition] ?? 0
            while true {
                let facts = try await reader.read(partition: partition, after: position, limit: run)
                guard let last = facts.last?.seq else { break }
                try await database.transaction { session in
                    try session.execute(
                        """
                        INSERT INTO consumer_position (consumer, stream, partition, position)
                        VALUES (\(projection.name), \(StreamName.learnerEvents), \(Int16(partition)), \(last))
                        ON CONFLICT (consumer, stream, partition) DO UPDATE SET position = excluded.position
                        """
                    )
                    try projection.hear(facts, on: session)
                }
                position = last
            }
        }
    }

    private func positions(of projection: any Projection) async throws -> [Int: Int64] {
        var positions: [Int: Int64] = [:]
        let rows = try await database.rows(
            "SELECT partition, position FROM consumer_position WHERE consumer = \(projection.name)")
        for row in rows { positions[try row.decode("partition")] = try row.decode("position", as: Int64.self) }
        return positions
    }

    /// Lets the sweep do all that is due.
    func sweep() async throws {
        let store = SweepStore(database: database)
        _ = try await SourceStore(database: database).judge(
            at: try await store.horizon(now: clock.now(), of: SourceProjection.name))
        try await sweepStates()
    }

    /// Lets the sweep look at learners alone, as if their sources were not in question.
    func sweepStates() async throws {
        let store = SweepStore(database: database)
        while try await store.review(
            at: try await store.horizon(now: clock.now()), limit: TrackingLimits.enrollmentsPerSweep
        ).reviewed > 0 {}
    }

    // MARK: Looking

    func count(_ table: String) async throws -> Int {
        try await database.rows("SELECT count(*) AS n FROM \(identifier: table)").first?.decode("n") ?? -1
    }

    /// Every row of the read models as text, in a fixed order.
    func readModels() async throws -> [String] {
        var rows: [String] = []
        for table in ReadModels.projections.flatMap(\.tables).map(\.name) {
            rows += try await database.rows(
                "SELECT \(identifier: table)::text AS row FROM \(identifier: table) ORDER BY 1"
            ).map { "\(table) " + (try $0.decode("row", as: String.self)) }
        }
        return rows
    }
}

extension EventDraft {
    /// An event of `learner` some days after ``TrackingStack/start``.
    static func test(
        _ id: String, _ learner: String = "ada", run: String? = "run", verb: Verb = .viewed, day: Double = 0,
        count: Int? = nil
    ) -> EventDraft {
        EventDraft(
            id: EventID(checked: id), learner: ExternalLearnerID(checked: learner),
            courseRun: run.map { CourseRunID(checked: $0) }, verb: verb,
            result: count.map { EventResult(count: $0) },
            occurredAt: TrackingStack.start.addingTimeInterval(day * 86_400))
    }
}
