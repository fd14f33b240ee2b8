import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import NIOCore
import RPC
import Runtime
import Synchronization

/// Decides who answers a request, and writes its line in the log.
final class Front: Sendable {
    private let rpc: RPCRouter?
    private let routes: HTTPRoutes
    private let files: StaticFiles?
    private let health: Health
    private let metrics: PrometheusRegistry
    private let logger: Logger
    private let draining = Atomic<Bool>(false)
    private let timers = RequestTimers()
    private let load: RequestLoad

    init(
        rpc: RPCRouter?, routes: HTTPRoutes, files: StaticFiles?, health: Health, metrics: PrometheusRegistry,
        requestsMax: Int, logger: Logger
    ) {
        load = RequestLoad(max: requestsMax)
        self.rpc = rpc
        self.routes = routes
        self.files = files
        self.health = health
        self.metrics = metrics
        self.logger = logger
    }

    var isDraining: Bool { draining.load(ordering: .acquiring) }

    func beginDrain() { draining.store(true, ordering: .releasing) }

    /// What was answered, and under which name it is counted.
    private struct Answer {
        var response: HTTPServerResponse
        /// The pattern, never the path: a path may name a person.
        var route: String
        var bytesIn = 0
        var detail: String?
    }

    func respond(to request: Request, _ context: BasicRequestContext) async -> Response {
        let start = ContinuousClock.now
        let call = Call(request)
        var answer = await call.trace.run { await self.answer(call) }
        answer.response.headers.append(("x-request-id", call.requestID))
        answer.response.headers.append(("x-content-type-options", "nosniff"))
        // A client that keeps its connection would find it closed at its next request; so it is told.
        if isDraining { answer.response.headers.append(("connection", "close")) }
        let duration = start.duration(to: .now)
        timers.record(
            duration, method: call.verb?.rawValue ?? "other", route: answer.route, answer.response.status)
        log(call, answer, duration)
        return Self.wireResponse(answer.response, isHead: call.verb == .head)
    }

    private func answer(_ call: Call) async -> Answer {
        switch call.path {
        case "/livez": return Answer(response: .text("alive\n"), route: "/livez")
        case "/metrics":
            let text = metrics.text()
            return Answer(
                response: .text(text, type: "text/plain; version=0.0.4; charset=utf-8"), route: "/metrics")
        case "/readyz": return await readiness(call)
        default:
            if let rpc, rpc.maxBytes(forPath: call.path) != nil || call.path.hasPrefix("/holdfast.") {
                return await answerRPC(rpc, call)
            }
            return await answerRoute(call)
        }
    }

    private func readiness(_ call: Call) async -> Answer {
        let report = await health.report(isDraining: isDraining)
        return finish(call, "/readyz") { try .json(report, status: report.ready ? 200 : 503) }
    }

    private func answerRPC(_ rpc: RPCRouter, _ call: Call) async -> Answer {
        guard load.enter(.write) else { return failure(call, "shed", RequestLoad.refusal) }
        defer { load.leave() }
        let limit = rpc.maxBytes(forPath: call.path)
        let route = limit == nil ? "unknown" : call.path
        let collected = await call.collectBody(upTo: limit ?? RPCWire.requestBytesMax)
        let body: Data
        switch collected {
        case .success(let data): body = data
        case .failure(let error) where error is BodyTooLarge:
            // One byte beyond the limit lets the router refuse it in its own words.
            body = Data(count: (limit ?? RPCWire.requestBytesMax) + 1)
        case .failure(let error): return failure(call, route, error)
        }
        let reply = await rpc.respond(
            to: RPCRequest(
                method: call.request.method.rawValue, path: call.path, headers: call.headers, body: body))
        var response = HTTPServerResponse(
            status: reply.status, headers: reply.headers.map { ($0.0, $0.1) }, body: reply.body)
        response.code = reply.code
        return Answer(response: response, route: route, bytesIn: body.count)
    }

    private func answerRoute(_ call: Call) async -> Answer {
        guard let verb = call.verb else {
            return failure(
                call, "unknown", HTTPProblem(501, .unimplemented, "the method of this request is not offered")
            )
        }
        switch routes.match(verb, call.path) {
        case .route(let route, let parameters):
            guard load.enter(route.importance) else {
                return failure(call, route.pattern, RequestLoad.refusal, headers: route.refusalHeaders)
            }
            defer { load.leave() }
            do {
                let body = try await call.body(upTo: route.maxBytes)
                let response = try await route.handler(call.serverRequest(verb, parameters, body))
                return Answer(response: response, route: route.pattern, bytesIn: body.count)
            } catch {
                return failure(call, route.pattern, error, headers: route.refusalHeaders)
            }
        case .otherMethods(let verbs):
            let allowed = verbs.map(\.rawValue).joined(separator: ", ")
            return failure(
                call, "unknown",
                HTTPProblem(
                    405, .unimplemented, "this address answers \(allowed) only", headers: [("allow", allowed)]
                ))
        case .nothing:
            if verb == .get || verb == .head,
                let file = files?.response(
                    path: call.path == "/" ? "/index.html" : call.path, headers: call.headers)
            {
                return Answer(response: file, route: "files")
            }
            return failure(call, "unknown", HTTPProblem(404, .notFound, "there is nothing at this address"))
        }
    }

    private func failure(
        _ call: Call, _ route: String, _ error: any Error, headers: [(name: String, value: String)] = []
    ) -> Answer {
        let (problem, detail) = HTTPProblem.from(error)
        var answer = finish(call, route) { try problem.response(requestID: call.requestID) }
        answer.response.headers += headers
        answer.detail = detail
        return answer
    }

    private func finish(
        _ call: Call, _ route: String, _ make: () throws -> HTTPServerResponse
    ) -> Answer {
        do {
            return Answer(response: try make(), route: route)
        } catch {
            // Encoding our own documents cannot fail; should it, the status alone still tells.
            return Answer(response: HTTPServerResponse(status: 500), route: route, detail: "\(error)")
        }
    }

    private func log(_ call: Call, _ answer: Answer, _ duration: Duration) {
        var metadata: Logger.Metadata = [
            "http.method": "\(call.verb?.rawValue ?? "other")", "http.route": "\(answer.route)",
            "http.status": "\(answer.response.status)", "request.id": "\(call.requestID)",
            "trace.id": "\(call.trace.traceID)", "bytes.in": "\(answer.bytesIn)",
            "bytes.out": "\(answer.response.body.count)",
            "duration.ms": .stringConvertible((duration / .microseconds(1)).rounded() / 1_000),
        ]
        if let code = answer.response.code { metadata["code"] = "\(code.rawValue)" }
        if let detail = answer.detail { metadata["detail"] = "\(detail)" }
        let isProbe = ["/livez", "/readyz", "/metrics"].contains(answer.route)
        let level: Logger.Level =
            answer.response.status == 500 ? .error : isProbe && answer.response.status < 500 ? .debug : .info
        logger.log(level: level, "request", metadata: metadata)
    }

    private static func wireResponse(_ response: HTTPServerResponse, isHead: Bool) -> Response {
        var headers = HTTPFields()
        for (name, value) in response.headers {
            // A name or value that HTTP does not allow is left out rather than sent.
            guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else { continue }
            headers.append(HTTPField(name: name, value: value))
        }
        let status = HTTPResponse.Status(code: response.status)
        if response.status == 304 || response.status == 204 {
            return Response(status: status, headers: headers)
        }
        if isHead {
            headers[.contentLength] = "\(response.body.count)"
            return Response(status: status, headers: headers)
        }
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: response.body))
        )
    }
}
