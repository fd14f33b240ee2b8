import Contracts
import Foundation
import HTTPServer

/// The platforms that send events: whether each still speaks, and when one did not.
struct SourceRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] {
        [
            Route(
                method: .get, path: "/v1/sources", scope: .read,
                summary: "The sources of events: when each usually speaks, and whether it does.", query: Route.paging,
                responseSchema: "Sources", handle: list),
            Route(
                method: .get, path: "/v1/sources/{id}", scope: .read, summary: "One source.", responseSchema: "Source",
                handle: get),
            Route(
                method: .get, path: "/v1/sources/{id}/drift", scope: .read,
                summary: "Words of a source that are not known here, with what each most likely stands for.",
                responseSchema: "Drift", handle: drift),
            Route(
                method: .post, path: "/v1/sources/{id}/heartbeat", scope: .ingest,
                summary: "A source says that it is there, with or without events.", requestSchema: "HeartbeatDraft",
                responseSchema: "Heartbeat", handle: beat),
            Route(
                method: .get, path: "/v1/data-gaps", scope: .read,
                summary: "Times in which a source that should have spoken was silent, newest first.",
                query: [
                    .init(name: "source", words: "Only this source."),
                    .init(name: "courseRun", words: "Only gaps that concern this course run."),
                    .init(name: "open", words: "true: only those that last; false: only those that are over."),
                ] + Route.paging, responseSchema: "DataGaps", handle: gaps),
        ]
    }

    private func list(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(
            await upstream.tracking.call(
                TrackingRPC.listSources, .init(page: try request.page()), upstream.context(request)))
    }

    private func get(_ request: APIRequest) async throws -> HTTPServerResponse {
        let source = try request.sourceID()
        let answer = try await upstream.tracking.call(
            TrackingRPC.listSources, .init(source: source), upstream.context(request))
        guard let found = answer.sources.first else { throw GatewayError.notFound("no source \"\(source)\" was heard") }
        return try .json(found)
    }

    private func drift(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(
            await upstream.tracking.call(
                TrackingRPC.getDrift, .init(source: try request.sourceID()), upstream.context(request)))
    }

    private struct HeartbeatDraft: Decodable {
        var everySeconds: Double?
    }

    /// The body may be left out.
    private func beat(_ request: APIRequest) async throws -> HTTPServerResponse {
        let draft = request.http.body.isEmpty ? HeartbeatDraft() : try request.http.json(HeartbeatDraft.self)
        return try .json(
            await upstream.tracking.call(
                TrackingRPC.recordHeartbeat,
                .init(source: try request.sourceID(), everySeconds: draft.everySeconds), upstream.context(request)))
    }

    private func gaps(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListDataGaps.Request(
            source: try request.query("source", expected: "a source's name", SourceID.init(_:)),
            courseRun: try request.courseRun(),
            isOpen: try request.query("open", expected: "true or false", Bool.init(_:)), page: try request.page())
        return try .json(
            await upstream.tracking.call(TrackingRPC.listDataGaps, query, upstream.context(request)))
    }
}
