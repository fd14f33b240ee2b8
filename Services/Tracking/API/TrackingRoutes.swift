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
        router.handle(
            TrackingRPC.recordEventBatches, maxBytes: RecordEventBatches.requestBytesMax, recordEventBatches)
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
        try await record(body, tenant: context.tenant, now: context.now, traceparent: context.trace.traceparent)
    }

    private func record(_ body: Data, tenant: TenantID, now: Date, traceparent: String) async throws -> Data {
        let batch = try BatchReader.batch(body, now: now)
        drift.look(at: batch.items, tenant: tenant, now: now)
        let receipts = try await ingest.record(
            IngestRequest(tenant: tenant, batch: batch, receivedAt: now, traceparent: traceparent))
        let response = RecordEvents.Response(receipts: receipts)
        metrics.count(response)
        if response.accepted > 0 { wakeRelay() }
        return ReceiptsBody.json(response)
    }

    /// Each batch is recorded as a call of its own, at the same time, so that they share a commit.
    @Sendable
    private func recordEventBatches(
        _ request: RecordEventBatches.Request, _ context: RPCContext
    ) async throws -> RecordEventBatches.Response {
        let answers = await withTaskGroup(of: (Int, RecordEventBatches.Answer).self) { group in
            for (place, batch) in request.batches.enumerated() {
                let trace = batch.traceparent.flatMap(TraceContext.init(traceparent:)) ?? context.trace
                group.addTask { (place, await answer(batch, trace: trace.child(), context)) }
            }
            return await group.reduce(into: [Int: RecordEventBatches.Answer]()) { $0[$1.0] = $1.1 }
        }
        return RecordEventBatches.Response(answers: answers.sorted { $0.key < $1.key }.map(\.value))
    }

    private func answer(
        _ batch: RecordEventBatches.Batch, trace: TraceContext, _ context: RPCContext
    ) async -> RecordEventBatches.Answer {
        do {
            let body = try await record(
                Data(batch.body.utf8), tenant: context.tenant, now: context.now, traceparent: trace.traceparent)
            return .init(.success(String(decoding: body, as: UTF8.self)))
        } catch {
            return .init(.failure(RPCError.from(error)))
        }
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
