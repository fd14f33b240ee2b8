import Contracts
import Foundation
import HTTPClient
import Runtime

/// The client side: calls procedures of one service.
///
/// Every call has a deadline, the caller's or the client's own, and hands on what is left of it. A call
/// that failed is made again only when the procedure is idempotent, its code says that a moment later may
/// differ, the deadline leaves room, and the retry budget is not used up: a service in trouble must not get
/// three times the load.
public struct RPCClient: Sendable {
    /// One more attempt for ten calls in the long run, and a handful at once.
    private let budget: RetryBudget
    private let base: String
    private let http: HTTPClient
    private let standardTimeout: Duration
    private let attemptsMax: Int
    private let backoff: Backoff
    private let metrics = RPCMetrics(counter: "rpc_client_requests_total")

    /// - Parameters:
    ///   - base: The service's address, `http://127.0.0.1:7001`; a path before the procedures' own is
    ///     allowed.
    ///   - timeout: For calls whose context has no deadline.
    ///   - attempts: How often an idempotent call is made at most.
    public init(
        base: String, http: HTTPClient, timeout: Duration = .seconds(10), attempts: Int = 3,
        backoff: Backoff = Backoff(base: .milliseconds(50), cap: .seconds(1))
    ) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.http = http
        standardTimeout = timeout
        attemptsMax = max(1, attempts)
        self.backoff = backoff
        budget = RetryBudget(share: 0.1, burst: 10)
    }

    /// Calls `method`.
    ///
    /// - Throws: ``RPCError`` as the service gave it, `unavailable` when it cannot be reached,
    ///   `deadline_exceeded` when the time was up; `CancellationError` when the task was cancelled.
    public func call<Request, Response>(
        _ method: RPCMethod<Request, Response>, _ request: Request, _ context: RPCContext
    ) async throws -> Response {
        try await call(method, written: try JSONCoding.encoder().encode(request), context)
    }

    /// The same with a request that is a JSON document already.
    public func call<Request, Response>(
        _ method: RPCMethod<Request, Response>, written request: Data, _ context: RPCContext
    ) async throws -> Response {
        let answer = try await callRaw(method.path, body: request, context, isIdempotent: method.isIdempotent)
        do {
            return try JSONCoding.decoder().decode(Response.self, from: answer)
        } catch {
            throw RPCError(
                .internal, "the service's answer cannot be read", detail: "\(method.path): \(error)")
        }
    }

    /// Calls a path with bytes, which must be a JSON document, and answers with bytes.
    public func callRaw(
        _ path: String, body: Data, _ context: RPCContext, isIdempotent: Bool
    ) async throws -> Data {
        let context = context.deadline == nil ? context.within(standardTimeout) : context
        budget.deposit()
        var attempt = 1
        while true {
            do {
                let answer = try await attemptCall(path, body, context)
                metrics.count(method: path, code: "ok")
                return answer
            } catch let error as RPCError {
                metrics.count(method: path, code: error.code.rawValue)
                guard let wait = wait(after: error, attempt, isIdempotent, context) else { throw error }
                guard budget.withdraw() else {
                    RPCMetrics.retriesDenied.increment()
                    throw error
                }
                metrics.countRetry(method: path)
                try await Task.sleep(for: wait)
                attempt += 1
            }
        }
    }

    /// How long to wait before the next attempt; nil when there shall be none.
    private func wait(
        after error: RPCError, _ attempt: Int, _ isIdempotent: Bool, _ context: RPCContext
    ) -> Duration? {
        guard isIdempotent, error.code.isRetryable, attempt < attemptsMax else { return nil }
        let wait = max(backoff.wait(afterFailures: attempt), error.retryAfter ?? .zero)
        guard wait < context.remaining ?? .zero else { return nil }
        return wait
    }

    private func attemptCall(_ path: String, _ body: Data, _ context: RPCContext) async throws -> Data {
        let left = context.remaining ?? standardTimeout
        guard left >= .milliseconds(1) else { throw Self.tooLate }
        let request = HTTPClientRequest(
            method: .post, url: base + path,
            headers: [
                ("content-type", RPCWire.contentType), (RPCWire.protocolHeader, "1"),
                (RPCWire.timeoutHeader, "\(max(1, Int(left / .milliseconds(1))))"),
                ("traceparent", context.trace.child().traceparent),
                (RPCWire.tenantHeader, context.tenant.rawValue),
            ],
            body: body, timeout: left, connectTimeout: .seconds(3), maxResponseBytes: RPCWire.responseBytesMax
        )
        let response: HTTPClientResponse
        do {
            response = try await http.send(request)
        } catch let error as HTTPClientError {
            throw Self.rpcError(for: error)
        }
        guard response.status == 200 else {
            throw RPCError.from(
                status: response.status, body: response.body, retryAfter: response.header("retry-after"))
        }
        return response.body
    }

    private static var tooLate: RPCError {
        RPCError(.deadlineExceeded, "no time was left to call the service")
    }

    private static func rpcError(for error: HTTPClientError) -> RPCError {
        switch error.kind {
        case .timedOut:
            RPCError(.deadlineExceeded, "the service did not answer in time", detail: error.message)
        case .queueFull:
            RPCError(
                .resourceExhausted, "too many calls are waiting", detail: error.message,
                retryAfter: .seconds(1))
        case .notConnected, .connectionLost:
            RPCError(.unavailable, "the service cannot be reached", detail: error.message)
        case .shutDown: RPCError(.canceled, "the service is shutting down", detail: error.message)
        case .invalidRequest, .responseTooLarge:
            RPCError(.internal, "the service cannot be called", detail: error.message)
        }
    }
}
