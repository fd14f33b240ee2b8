import Contracts
import Foundation
import RPC
import Runtime

/// What Tracking answers: parse, act, answer.
struct TrackingRoutes: Sendable {
    let ingest: IngestCoalescer
    let learners: LearnerReads
    let history: HistoryReads
    let timelines: TimelineReads
    let overviews: OverviewReads
    let metrics: IngestMetrics
    let drift: DriftSampler
    /// Called after every commit that appended to the log.
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        // The raw bytes, because a decoder would give up on the whole batch at the first bad item.
        router.handleRaw(
            TrackingRPC.recordEvents.path, maxBytes: TrackingLimits.requestBytesMax, recordEvents)
        router.handleRaw(
            TrackingRPC.recordEventBatches.path, maxBytes: RecordEventBatches.requestBytesMax, recordEventBatches)
        router.handle(TrackingRPC.resolveLearners, resolveLearners)
        router.handle(TrackingRPC.getTimeline) { request, context in
            try await timelines.timeline(request, tenant: context.tenant)
        }
        router.handle(TrackingRPC.getLearner) { request, context in
            guard let asOf = request.asOf else {
                return try await learners.learner(request.learner, tenant: context.tenant, now: context.now)
            }
            return try await history.learner(request.learner, tenant: context.tenant, asOf: asOf)
        }
        router.handle(TrackingRPC.listEnrollments, listEnrollments)
        router.handle(TrackingRPC.getTrackingOverview) { request, context in
            try await overviews.overview(
                courseRun: request.courseRun, tenant: context.tenant, now: context.now)
        }
    }

    @Sendable
    private func recordEvents(_ body: Data, _ context: RPCContext) async throws -> Data {
        let request = try ingestRequest(body, context.trace, context)
        return ReceiptsBody.json(said(of: try await ingest.record(request))).data
    }

    /// Each batch is answered as if it had come alone; those that can be read share a commit.
    @Sendable
    private func recordEventBatches(_ body: Data, _ context: RPCContext) async throws -> Data {
        let batches = try SharedCallReader.batches(body)
        var requests: [IngestRequest] = []
        let readings = batches.map { batch in
            let trace = batch.traceparent.flatMap(TraceContext.init(traceparent:)) ?? context.trace
            return Result { requests.append(try ingestRequest(Data(batch.body.utf8), trace.child(), context)) }
        }
        var results = await ingest.record(together: requests)[...]
        let answers = readings.map { reading in
            let receipts = reading.flatMap { results.removeFirst() }
            return RecordEventBatches.Answer(
                receipts.map { ReceiptsBody.json(said(of: $0)).text }.mapError(RPCError.from))
        }
        return RecordEventBatches.Response(answers: answers).json
    }

    private func ingestRequest(_ body: Data, _ trace: TraceContext, _ context: RPCContext) throws -> IngestRequest {
        let batch = try BatchReader.batch(body, now: context.now)
        drift.look(at: batch.items, tenant: context.tenant, now: context.now)
        return IngestRequest(
            tenant: context.tenant, batch: batch, receivedAt: context.now, traceparent: trace.traceparent)
    }

    private func said(of receipts: [IngestReceipt]) -> RecordEvents.Response {
        let response = RecordEvents.Response(receipts: receipts)
        metrics.count(response)
        if response.accepted > 0 { wakeRelay() }
        return response
    }

    @Sendable
    private func resolveLearners(
        _ request: ResolveLearners.Request, _ context: RPCContext
    ) async throws -> ResolveLearners.Response {
        guard (1...ResolveLearners.namesMax).contains(request.learners.count) else {
            throw TrackingError.unreadable(
                "learners: expected 1 to \(Words.count(ResolveLearners.namesMax)) names, "
                    + "got \(request.learners.count)"
            )
        }
        let source = request.source ?? .api
        try Self.checkSize(source, field: "source")
        for name in request.learners { try Self.checkSize(name, field: "learners") }
        return ResolveLearners.Response(
            learners: try await learners.resolve(
                request.learners, source: source, tenant: context.tenant, now: context.now))
    }

    @Sendable
    private func listEnrollments(
        _ request: ListEnrollments.Request, _ context: RPCContext
    ) async throws -> ListEnrollments.Response {
        let asked = request.learners?.count ?? 0
        guard asked <= ListEnrollments.learnersMax else {
            throw TrackingError.unreadable(
                "learners: expected at most \(ListEnrollments.learnersMax) ids, got \(Words.count(asked))")
        }
        return try await learners.enrollments(request, tenant: context.tenant, now: context.now)
    }

    /// A name passed its check of characters when it was decoded; this is the one of bytes.
    private static func checkSize<Name: CheckedName>(_ name: Name, field: String) throws(TrackingError) {
        do throws(EventProblem) {
            _ = try Words.name(Name.self, name.rawValue, field: field)
        } catch {
            throw .unreadable(error.description)
        }
    }
}

extension RecordEvents.Response {
    /// The receipts with their sums.
    init(receipts: [IngestReceipt]) {
        func count(_ status: IngestStatus) -> Int { receipts.count { $0.status == status } }
        self.init(
            receipts: receipts, accepted: count(.accepted), duplicate: count(.duplicate),
            conflict: count(.conflict), quarantined: count(.quarantined))
    }
}
