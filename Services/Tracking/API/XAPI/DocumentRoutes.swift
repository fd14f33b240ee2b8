import Contracts
import Foundation
import RPC

/// What Tracking answers as the home of xAPI documents.
struct DocumentRoutes: Sendable {
    let store: DocumentStore

    func register(on router: RPCRouter) {
        router.handle(TrackingRPC.setDocument, maxBytes: TrackingLimits.xapiRequestBytesMax, setDocument)
        router.handle(TrackingRPC.getDocument, getDocument)
        router.handle(TrackingRPC.deleteDocuments, deleteDocuments)
    }

    @Sendable
    private func setDocument(_ request: SetDocument.Request, _ context: RPCContext) async throws -> Empty {
        let key = try Self.key(request.kind, request.parameters, request.version, .required)
        // Profiles are shared, and states are so in 2.0: nobody may replace what they have not seen.
        let isRequired = !request.isMerge && (request.kind != .state || request.version == .v2)
        let change = DocumentStore.Change(
            contentType: request.contentType, content: request.content, isMerge: request.isMerge,
            condition: XAPIPrecondition(
                ifMatch: request.ifMatch, ifNoneMatch: request.ifNoneMatch, isRequired: isRequired))
        try await store.save(change, key, tenant: context.tenant, now: context.now)
        return Empty()
    }

    @Sendable
    private func getDocument(
        _ request: GetDocument.Request, _ context: RPCContext
    ) async throws -> GetDocument.Response {
        let key = try Self.key(request.kind, request.parameters, request.version, .optional, allowsSince: true)
        guard let id = key.id else {
            return GetDocument.Response(ids: try await store.ids(key, tenant: context.tenant))
        }
        guard let document = try await store.document(id, key, tenant: context.tenant) else {
            throw TrackingError.unknownDocument
        }
        return GetDocument.Response(document: document)
    }

    @Sendable
    private func deleteDocuments(_ request: DeleteDocuments.Request, _ context: RPCContext) async throws -> Empty {
        let key = try Self.key(
            request.kind, request.parameters, request.version, request.kind == .state ? .optional : .required)
        let condition = XAPIPrecondition(
            ifMatch: request.ifMatch, ifNoneMatch: request.ifNoneMatch, isRequired: false)
        try await store.delete(key, condition, tenant: context.tenant)
        return Empty()
    }

    private static func key(
        _ kind: XAPIDocumentKind, _ parameters: [String: String], _ version: XAPIVersion,
        _ naming: XAPIDocumentKey.Naming, allowsSince: Bool = false
    ) throws(TrackingError) -> XAPIDocumentKey {
        do throws(EventProblem) {
            return try XAPIDocumentKey(
                kind, parameters, version: version, naming: naming, allowsSince: allowsSince)
        } catch {
            throw .unreadable(error.description)
        }
    }
}
