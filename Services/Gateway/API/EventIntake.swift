import Contracts
import Foundation
import RPC
import Runtime
import Synchronization

/// Sends bodies of `POST /v1/events` on to Tracking as they came, which reads them once, item by item, so that one bad
/// item fails alone. Small ones that come at the same time share a call; a lone one never waits for company.
final class EventIntake: Sendable {
    private struct Small: Sendable {
        let text: String
        let trace: TraceContext
    }

    private typealias Answer = Result<Data, RPCError>

    private let upstream: Upstream
    private let shared = Mutex<[TenantID: Coalescer<Small, Answer>]>([:])

    init(upstream: Upstream) { self.upstream = upstream }

    /// The body of Tracking's answer.
    func record(_ body: Data, of request: APIRequest) async throws -> Data {
        guard body.count <= GatewayLimits.sharedBodyMax, let text = Self.text(body) else {
            return try await Self.record(body, tenant: request.principal.tenant, request.trace, upstream)
        }
        return try await coalescer(of: request.principal.tenant)
            .answer(Small(text: text, trace: request.trace)).get()
    }

    /// `nil` for what is not UTF-8; Tracking says so by itself.
    private static func text(_ body: Data) -> String? { String(validating: body, as: UTF8.self) }

    private static func record(
        _ body: Data, tenant: TenantID, _ trace: TraceContext, _ upstream: Upstream
    ) async throws -> Data {
        try await upstream.tracking.callRaw(
            TrackingRPC.recordEvents.path, body: body,
            upstream.context(tenant, trace, within: GatewayLimits.ingestTimeout), isIdempotent: true)
    }

    private func coalescer(of tenant: TenantID) -> Coalescer<Small, Answer> {
        shared.withLock { shared in
            if let known = shared[tenant] { return known }
            let coalescer = Coalescer<Small, Answer>(
                .init(
                    stepsMax: GatewayLimits.sharedCallsMax, companyMin: GatewayLimits.sharedCallMin,
                    weightPerStepMax: GatewayLimits.sharedCallMax,
                    waitingWeightMax: GatewayLimits.sharedWaitingMax),
                .init(
                    weight: { $0.text.utf8.count }, isEverybodys: Self.isEverybodys,
                    overloaded: { _ in
                        RPCError(
                            .resourceExhausted, "too many events wait to be sent on, try again in a second",
                            retryAfter: .seconds(1))
                    },
                    serve: { [upstream] calls in try await Self.serve(calls, of: tenant, upstream) }))
            shared[tenant] = coalescer
            return coalescer
        }
    }

    private static func serve(_ calls: [Small], of tenant: TenantID, _ upstream: Upstream) async throws -> [Answer] {
        if calls.count == 1 {
            let body = Data(calls[0].text.utf8)
            return [.success(try await record(body, tenant: tenant, calls[0].trace, upstream))]
        }
        let request = RecordEventBatches.Request(
            batches: calls.map { .init(body: $0.text, traceparent: $0.trace.traceparent) })
        let response = try await upstream.tracking.call(
            TrackingRPC.recordEventBatches, written: request.json,
            upstream.context(tenant, calls[0].trace, within: GatewayLimits.ingestTimeout))
        guard response.answers.count == calls.count else {
            throw RPCError(
                .internal, "the service's answer cannot be read",
                detail: "expected \(calls.count) answers, got \(response.answers.count)")
        }
        return response.answers.map { $0.result.map { Data($0.utf8) } }
    }

    /// All but a refusal of what was asked, which may be one call's alone.
    @Sendable
    private static func isEverybodys(_ error: any Error) -> Bool {
        guard let error = error as? RPCError else { return true }
        return error.code != .invalidArgument
    }
}
