import Contracts
import Foundation
import Logging
import Runtime
import Synchronization

/// The server side: procedures by path, answered in the Connect protocol's unary JSON form.
///
/// It knows nothing of sockets: ``respond(to:)`` turns a request into a reply, whoever carries both. All
/// procedures are registered while the service is wired, before the first request.
public final class RPCRouter: Sendable {
    typealias Body = @Sendable (Data, RPCContext) async throws -> Data

    struct Procedure: Sendable {
        let maxBytes: Int
        let body: Body
    }

    private let procedures = Mutex<[String: Procedure]>([:])
    private let clock: any ServiceClock
    private let logger: Logger
    private let metrics = RPCMetrics(counter: "rpc_server_requests_total")

    /// - Parameter clock: Gives each call its ``RPCContext/now``.
    public init(clock: any ServiceClock, logger: Logger = Logger(label: "rpc")) {
        self.clock = clock
        self.logger = logger
    }

    /// Answers `method` with what `body` returns.
    ///
    /// Of what `body` throws, an ``RPCError`` goes to the caller as it is, an ``RPCErrorConvertible`` as
    /// what it makes of itself, and everything else as `internal` with a general sentence; the log alone
    /// has the rest.
    public func handle<Request, Response>(
        _ method: RPCMethod<Request, Response>, maxBytes: Int = RPCWire.requestBytesMax,
        _ body: @escaping @Sendable (Request, RPCContext) async throws -> Response
    ) {
        handleRaw(method.path, maxBytes: maxBytes) { data, context in
            let response = try await body(try JSONGuard.decode(Request.self, from: data), context)
            return try JSONCoding.encoder().encode(response)
        }
    }

    /// Answers a path with bytes, for a procedure that reads its request itself, item by item. The bytes
    /// have passed no check but that of their number.
    public func handleRaw(
        _ path: String, maxBytes: Int, _ body: @escaping @Sendable (Data, RPCContext) async throws -> Data
    ) {
        let previous = procedures.withLock {
            $0.updateValue(Procedure(maxBytes: maxBytes, body: body), forKey: path)
        }
        precondition(previous == nil, "two procedures are registered at \(path)")
    }

    /// Every registered path, sorted.
    public var paths: [String] { procedures.withLock { $0.keys.sorted() } }

    /// How many bytes a request to `path` may have, on the wire and unpacked; nil when no procedure is there.
    public func maxBytes(forPath path: String) -> Int? { procedures.withLock { $0[path]?.maxBytes } }

    /// Answers one request; never throws, for a failure is an answer as well.
    public func respond(to request: RPCRequest) async -> RPCReply {
        let reply = await answer(request)
        let isKnown = maxBytes(forPath: request.path) != nil
        metrics.count(method: isKnown ? request.path : "unknown", code: reply.code?.rawValue ?? "ok")
        return reply
    }

    private func answer(_ request: RPCRequest) async -> RPCReply {
        guard let procedure = procedures.withLock({ $0[request.path] }) else {
            let error = RPCError(.unimplemented, "there is no procedure at \(request.path.prefix(200))")
            return failure(error, request, status: 404)
        }
        guard request.method == "POST" else {
            let error = RPCError(
                .unimplemented, "a procedure is called with POST, not \(request.method.prefix(16))")
            return failure(error, request, status: 405, headers: [("allow", "POST")])
        }
        guard request.isJSON else {
            let error = RPCError(.unimplemented, "the content type must be \(RPCWire.contentType)")
            return failure(error, request, status: 415, headers: [("accept-post", RPCWire.contentType)])
        }
        do {
            let context = try request.context(now: clock.now())
            let body = try request.unpackedBody(limit: procedure.maxBytes)
            let answer = try await context.trace.run {
                try await Deadline.run(until: context.deadline) { try await procedure.body(body, context) }
            }
            return try success(answer, request)
        } catch let error as BodyTooLarge {
            return failure(error.rpcError, request, status: 413)
        } catch {
            return failure(RPCError.from(error), request)
        }
    }

    private func success(_ body: Data, _ request: RPCRequest) throws -> RPCReply {
        guard request.acceptsGzip, body.count >= RPCWire.compressedBytesMin else {
            return RPCReply(
                status: 200, headers: [("content-type", RPCWire.contentType)], body: body, code: nil)
        }
        return RPCReply(
            status: 200, headers: [("content-type", RPCWire.contentType), ("content-encoding", "gzip")],
            body: try Gzip.compress(body), code: nil)
    }

    private func failure(
        _ error: RPCError, _ request: RPCRequest, status: Int? = nil, headers extra: [(String, String)] = []
    ) -> RPCReply {
        var headers = [("content-type", RPCWire.contentType)] + extra
        if let seconds = error.retryAfterSeconds { headers.append(("retry-after", "\(seconds)")) }
        report(error, request)
        do {
            return RPCReply(
                status: status ?? error.code.httpStatus, headers: headers, body: try error.wireBody(),
                code: error.code)
        } catch {
            // Two strings always encode; should they not, the status alone still tells.
            logger.error("an error could not be encoded", metadata: ["error": "\(error)"])
            return RPCReply(status: 500, headers: headers, body: Data(), code: .internal)
        }
    }

    /// What a caller cannot mend is for the operator to see.
    private func report(_ error: RPCError, _ request: RPCRequest) {
        let metadata: Logger.Metadata = [
            "rpc.method": "\(request.path)", "rpc.code": "\(error.code.rawValue)",
            "detail": "\(error.detail ?? error.message)",
        ]
        switch error.code {
        case .internal, .unknown, .dataLoss: logger.error("rpc failed", metadata: metadata)
        case .unavailable where error.detail != nil: logger.warning("rpc failed", metadata: metadata)
        default: logger.debug("rpc refused", metadata: metadata)
        }
    }
}
