import Contracts
import Foundation
import HTTPServer
import RPC

/// The document resources: state, activity profile and agent profile, which differ in their parameters alone
/// (Communication 2.2).
struct XAPIDocuments: Sendable {
    let kind: XAPIDocumentKind
    let tracking: RPCClient

    static let methods: [HTTPVerb: Scope] = [
        .get: .read, .head: .read, .put: .ingest, .post: .ingest, .delete: .ingest,
    ]

    func answer(_ call: XAPICall, _ version: XAPIVersion, _ context: RPCContext) async throws -> HTTPServerResponse {
        do {
            switch call.http.method {
            case .put, .post: return try await set(call, version, context)
            case .delete:
                _ = try await tracking.call(
                    TrackingRPC.deleteDocuments,
                    .init(
                        kind: kind, version: version, parameters: call.uniqueParameters(),
                        ifMatch: call.http.header("if-match"), ifNoneMatch: call.http.header("if-none-match")),
                    context)
                return HTTPServerResponse(status: 204)
            default: return try await get(call, version, context)
            }
        } catch let error as RPCError where error.code == .failedPrecondition {
            throw HTTPProblem(412, .failedPrecondition, error.message)
        }
    }

    private func set(
        _ call: XAPICall, _ version: XAPIVersion, _ context: RPCContext
    ) async throws -> HTTPServerResponse {
        let type = call.http.header("content-type") ?? "application/octet-stream"
        _ = try await tracking.call(
            TrackingRPC.setDocument,
            .init(
                kind: kind, version: version, parameters: call.uniqueParameters(),
                isMerge: call.http.method == .post, contentType: type, content: call.http.body,
                ifMatch: call.http.header("if-match"), ifNoneMatch: call.http.header("if-none-match")),
            context)
        return HTTPServerResponse(status: 204)
    }

    private func get(
        _ call: XAPICall, _ version: XAPIVersion, _ context: RPCContext
    ) async throws -> HTTPServerResponse {
        let answer = try await tracking.call(
            TrackingRPC.getDocument,
            .init(kind: kind, version: version, parameters: call.uniqueParameters()), context)
        guard let document = answer.document else { return try .json(answer.ids ?? []) }
        let tag = "\"\(document.tag)\""
        let headers = [("etag", tag), ("last-modified", XAPIAnswer.httpDate(document.storedAt))]
        if let given = call.http.header("if-none-match"), XAPIAnswer.matches(given, tag) {
            return HTTPServerResponse(status: 304, headers: headers)
        }
        return .data(document.content, type: document.contentType, headers: headers)
    }
}
