import Contracts
import Foundation
import RPC

/// What Tracking answers as the home of xAPI statements: parse, act, answer.
struct StatementRoutes: Sendable {
    let store: StatementStore
    let reads: StatementReads
    let metrics: IngestMetrics
    var pressure = IngestPressure()
    /// Called after every commit that appended to the log.
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        router.handle(
            TrackingRPC.recordStatements, maxBytes: TrackingLimits.xapiRequestBytesMax, recordStatements)
        router.handle(TrackingRPC.getStatements, getStatements)
        router.handle(TrackingRPC.getConsistentThrough) { _, context in
            GetConsistentThrough.Response(
                consistentThrough: try await reads.consistentThrough(now: context.now, tenant: context.tenant))
        }
        router.handle(TrackingRPC.getActivity, getActivity)
        router.handle(TrackingRPC.getPerson, getPerson)
    }

    // MARK: Taking in

    @Sendable
    private func recordStatements(
        _ request: RecordStatements.Request, _ context: RPCContext
    ) async throws -> RecordStatements.Response {
        let batch = try Self.reading { () throws(EventProblem) in try XAPIBatch(request, makeID: { UUID() }) }
        pressure.enter(events: batch.statements.count)
        defer { pressure.leave(events: batch.statements.count) }
        let receipts = try await store.record(
            StatementStore.Work(
                tenant: context.tenant, batch: batch, authority: request.authority,
                traceparent: context.trace.traceparent))
        let counted = RecordEvents.Response(receipts: receipts)
        metrics.count(counted)
        if counted.accepted > 0 { wakeRelay() }
        return RecordStatements.Response(ids: batch.statements.map(\.answeredID))
    }

    // MARK: Finding

    @Sendable
    private func getStatements(
        _ request: GetStatements.Request, _ context: RPCContext
    ) async throws -> GetStatements.Response {
        let query = try Self.reading { () throws(EventProblem) in
            if let more = request.more { return try XAPIMore.query(more, version: request.version) }
            return try XAPIQuery(request.parameters, version: request.version)
        }
        // Before the statements: they hold at least what was there then.
        let through = try await reads.consistentThrough(now: context.now, tenant: context.tenant)
        let answer = StatementAnswer(
            reads: reads, query: query, languages: request.languages, tenant: context.tenant)
        switch query.selection {
        case .statement(let id): return try await answer.single(id, isVoided: false, through: through)
        case .voided(let id): return try await answer.single(id, isVoided: true, through: through)
        case .matching(let filter): return try await answer.list(filter, through: through)
        }
    }

    @Sendable
    private func getActivity(
        _ request: GetActivity.Request, _ context: RPCContext
    ) async throws -> GetActivity.Response {
        let id = try Self.reading { () throws(EventProblem) in
            let reader = XAPIParameters(values: request.parameters, version: request.version)
            return try reader.only("activityId", "the activity's IRI", reader.iri)
        }
        let known = try await reads.definitions([id], tenant: context.tenant)
        return GetActivity.Response(body: XAPIDefinition.activity(id: id, definition: known[id]))
    }

    @Sendable
    private func getPerson(
        _ request: GetPerson.Request, _ context: RPCContext
    ) async throws -> GetPerson.Response {
        var person = try Self.reading { () throws(EventProblem) in
            let reader = XAPIParameters(values: request.parameters, version: request.version)
            let (view, node) = try reader.only("agent", "an Agent as JSON", reader.actorView)
            guard !view.isGroup(node), let person = XAPIPerson(view, node) else {
                throw EventProblem("agent", expected: "an Agent", got: "a Group")
            }
            return person
        }
        let filter = XAPIQuery.Filter(terms: [person.term], limit: TrackingLimits.xapiPersonStatementsMax)
        for statement in try await reads.page(filter, tenant: context.tenant).statements {
            try person.note(statement.raw)
        }
        return GetPerson.Response(body: person.json)
    }

    /// What is wrong with a request is said in one sentence.
    private static func reading<Value>(_ read: () throws(EventProblem) -> Value) throws(TrackingError) -> Value {
        do throws(EventProblem) {
            return try read()
        } catch {
            throw .unreadable(error.description)
        }
    }
}

extension XAPIStatement {
    /// The id as the client wrote it, or as it was made.
    fileprivate var answeredID: String { view.text(node, "id") ?? id.uuidString.lowercased() }
}

extension XAPIParameters {
    /// The one parameter that a resource has, and must have.
    func only<Value>(
        _ name: String, _ expected: String, _ read: (String) throws(EventProblem) -> Value?
    ) throws(EventProblem) -> Value {
        if let other = values.keys.sorted().first(where: { $0 != name }) {
            throw EventProblem(JSONTape.clipped(other), expected: "no parameter but \(name)", got: "another one")
        }
        guard let value = try read(name) else { throw refusal(name, expected) }
        return value
    }
}
