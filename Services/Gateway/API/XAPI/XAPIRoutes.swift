import Contracts
import Crypto
import Foundation
import HTTPServer
import RPC

/// The resources of the Experience API under `/xapi`, 1.0.3 and 2.0 behind the same addresses: each request says in
/// `X-Experience-API-Version` which of them it speaks.
///
/// They are no part of the OpenAPI document: the specification describes them, and clients know them from there.
struct XAPIRoutes: Sendable {
    let admission: Admission
    let upstream: Upstream
    /// Where the holders of keys have their accounts: the gateway's public address.
    let home: String

    /// One address: its methods with the scope that each asks for, and whether the request must name an edition.
    private struct Resource: Sendable {
        let path: String
        let methods: [HTTPVerb: Scope]
        var needsVersion = true
        let handle: @Sendable (XAPICall, XAPIVersion, Principal?) async throws -> HTTPServerResponse
    }

    func register(on routes: HTTPRoutes) {
        for resource in resources {
            // Every method, so that each refusal carries what xAPI asks of answers. HEAD goes to GET.
            for verb in HTTPVerb.allCases where verb != .head {
                routes.on(
                    verb, resource.path, maxBytes: GatewayLimits.xapiBodyMax, refusalHeaders: XAPIAnswer.headers(nil)
                ) { request in await answer(request, resource) }
            }
        }
    }

    private var resources: [Resource] {
        [
            Resource(
                path: GetStatements.path, methods: [.get: .read, .head: .read, .post: .ingest, .put: .ingest],
                handle: statements),
            Resource(
                path: "\(GetStatements.path)/more/{token}", methods: [.get: .read, .head: .read],
                handle: getStatements),
            Resource(
                path: "/xapi/activities", methods: [.get: .read, .head: .read],
                handle: { call, version, principal in
                    let answer = try await upstream.tracking.call(
                        TrackingRPC.getActivity, .init(version: version, parameters: call.uniqueParameters()),
                        context(call, principal))
                    return XAPIAnswer.json(answer.body)
                }),
            Resource(
                path: "/xapi/agents", methods: [.get: .read, .head: .read],
                handle: { call, version, principal in
                    let answer = try await upstream.tracking.call(
                        TrackingRPC.getPerson, .init(version: version, parameters: call.uniqueParameters()),
                        context(call, principal))
                    return XAPIAnswer.json(answer.body)
                }),
            Resource(
                path: "/xapi/about", methods: [.get: .read, .head: .read], needsVersion: false,
                handle: { _, version, _ in try .json(About(version: version.listed)) }),
        ]
            + XAPIDocumentKind.allCases.map { kind in
                let documents = XAPIDocuments(kind: kind, tracking: upstream.tracking)
                return Resource(
                    path: kind.path, methods: XAPIDocuments.methods,
                    handle: { call, version, principal in
                        try await documents.answer(call, version, context(call, principal))
                    })
            }
    }

    private struct About: Encodable {
        var version: [String]
    }

    // MARK: Every request

    /// Answers; what goes wrong is an answer as well, with the headers that xAPI asks of each.
    private func answer(_ request: HTTPServerRequest, _ resource: Resource) async -> HTTPServerResponse {
        var version: XAPIVersion? = request.header(XAPIVersion.header).flatMap(XAPIVersion.init(header:))
        var principal: Principal?
        var response: HTTPServerResponse
        do {
            if request.method == .options { return XAPIAnswer.preflight(Array(resource.methods.keys)) }
            let call = try XAPICall(request)
            version = call.version
            guard let scope = resource.methods[call.http.method] else {
                throw XAPIAnswer.methodNotAllowed(Array(resource.methods.keys))
            }
            if resource.needsVersion {
                principal = try await admission.principal(of: call.http, holding: scope)
                try Self.checkVersion(call)
            }
            response = try await resource.handle(call, call.version ?? .latest, principal)
        } catch {
            response = XAPIAnswer.failure(error, request, upstream.logger)
        }
        response.headers += XAPIAnswer.headers(version)
        if resource.path.hasPrefix(GetStatements.path), [.get, .head].contains(request.method) {
            await addConsistentThrough(to: &response, request, principal)
        }
        return response
    }

    private static func checkVersion(_ call: XAPICall) throws(GatewayError) {
        guard call.version == nil else { return }
        let got = call.http.header(XAPIVersion.header).map { "\"\($0.prefix(32))\"" } ?? "nothing"
        throw .invalid("X-Experience-API-Version: expected 1.0, 1.0.x, 2.0 or 2.0.x, got \(got)")
    }

    /// Also on refusals (Communication 2.1.3), where nothing has said it yet.
    private func addConsistentThrough(
        to response: inout HTTPServerResponse, _ request: HTTPServerRequest, _ principal: Principal?
    ) async {
        guard let principal, !response.headers.contains(where: { $0.name == XAPIAnswer.consistentThrough }) else {
            return
        }
        do {
            let answer = try await upstream.tracking.call(
                TrackingRPC.getConsistentThrough, Empty(), upstream.context(principal.tenant, request.trace))
            response.headers.append(
                (XAPIAnswer.consistentThrough, RFC3339.string(from: answer.consistentThrough)))
        } catch {
            // Tracking cannot be reached: the refusal itself already says what there is to say.
            upstream.logger.debug("no consistent-through", metadata: ["error": "\(error)"])
        }
    }

    private func context(
        _ call: XAPICall, _ principal: Principal?, within timeout: Duration = GatewayLimits.callTimeout
    ) throws -> RPCContext {
        guard let principal else { throw GatewayError.missingKey }
        return upstream.context(principal.tenant, call.http.trace, within: timeout)
    }

    // MARK: Statements

    @Sendable
    private func statements(
        _ call: XAPICall, _ version: XAPIVersion, _ principal: Principal?
    ) async throws -> HTTPServerResponse {
        switch call.http.method {
        case .put, .post: try await record(call, version, principal)
        default: try await getStatements(call, version, principal)
        }
    }

    private func record(
        _ call: XAPICall, _ version: XAPIVersion, _ principal: Principal?
    ) async throws -> HTTPServerResponse {
        let isPut = call.http.method == .put
        let id = try Self.statementID(call.uniqueParameters(), isPut: isPut)
        let upload = try StatementUpload(call)
        let answer = try await upstream.tracking.call(
            TrackingRPC.recordStatements,
            .init(
                version: version, authority: try authority(principal), statementID: id,
                statements: upload.statements, attachments: upload.attachments),
            context(call, principal, within: GatewayLimits.ingestTimeout))
        return isPut ? HTTPServerResponse(status: 204) : try .json(answer.ids)
    }

    /// PUT has one parameter, and POST has none.
    private static func statementID(
        _ parameters: [String: String], isPut: Bool
    ) throws(GatewayError) -> String? {
        if let other = parameters.keys.sorted().first(where: { !isPut || $0 != "statementId" }) {
            throw .invalid("\(other.prefix(64)): expected no such parameter, got one")
        }
        guard isPut else { return nil }
        guard let id = parameters["statementId"] else {
            throw .invalid("statementId: expected the id of the statement, got nothing")
        }
        return id
    }

    /// The Agent who vouches for statements: the key.
    private func authority(_ principal: Principal?) throws -> String {
        struct Authority: Encodable {
            struct Account: Encodable {
                var homePage: String
                var name: String
            }
            var objectType = "Agent"
            var account: Account
        }
        guard let principal else { throw GatewayError.missingKey }
        let account = Authority.Account(homePage: home, name: principal.keyID.uuidString.lowercased())
        return String(decoding: try JSONCoding.encoder().encode(Authority(account: account)), as: UTF8.self)
    }

    @Sendable
    private func getStatements(
        _ call: XAPICall, _ version: XAPIVersion, _ principal: Principal?
    ) async throws -> HTTPServerResponse {
        let answer = try await upstream.tracking.call(
            TrackingRPC.getStatements,
            .init(
                version: version, parameters: try call.uniqueParameters(), more: call.http.parameters["token"],
                languages: call.http.header("accept-language")),
            context(call, principal, within: GatewayLimits.ingestTimeout))
        return XAPIAnswer.statements(answer, ifNoneMatch: call.http.header("if-none-match"))
    }
}
