import Contracts
import Foundation
import HTTPServer

/// Events that could not be taken in: looked at, corrected, sent in again, given up.
struct QuarantineRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] {
        let filters = [
            Route.Parameter(name: "source", words: "Only this source."),
            Route.Parameter(name: "status", words: "Only conflict or only quarantined."),
            Route.Parameter(name: "state", words: "Only waiting, replayed or discarded."),
            Route.Parameter(name: "field", words: "Only events with this field wrong, e.g. occurredAt."),
            Route.Parameter(
                name: "problem",
                words: "Only this problem: missing, invalid, tooLarge, repeated, ahead, tooOld or conflict."),
            Route.Parameter(name: "since", words: "Only what was received at or after this time."),
            Route.Parameter(name: "until", words: "Only what was received before this time."),
        ]
        return [
            Route(
                method: .get, path: "/v1/quarantine", scope: .read,
                summary: "Events that could not be taken in, with the reason; newest first.",
                query: filters + Route.paging, responseSchema: "Quarantine", handle: list),
            Route(
                method: .get, path: "/v1/quarantine/summary", scope: .read,
                summary: "How many there are, by source and by what is wrong with them.", query: filters,
                responseSchema: "QuarantineSummary", handle: summary),
            Route(
                method: .get, path: "/v1/quarantine/{id}", scope: .read,
                summary: "One of them, beside the event that holds its id, with all that was done about it.",
                responseSchema: "QuarantinedEventPage", handle: get),
            Route(
                method: .post, path: "/v1/quarantine/correct", scope: .admin,
                summary: "Puts a whole event in place of one, or a JSON merge patch over many; none goes in yet.",
                requestSchema: "QuarantineCorrection", responseSchema: "QuarantineCorrections", handle: correct),
            Route(
                method: .post, path: "/v1/quarantine/replay", scope: .admin,
                summary: "Sends events in again, corrected where they were; twice is once.",
                requestSchema: "QuarantineSelection", responseSchema: "QuarantineReplays", handle: replay),
            Route(
                method: .post, path: "/v1/quarantine/discard", scope: .admin,
                summary: "Gives events up, with a note why; they stay to be looked at.",
                requestSchema: "QuarantineDiscard", responseSchema: "QuarantineDiscarded", handle: discard),
        ]
    }

    // MARK: - Looking

    private func filter(_ request: APIRequest) throws -> QuarantineFilter {
        QuarantineFilter(
            source: try request.query("source", expected: "a source's name", SourceID.init(_:)),
            status: try request.choice("status", of: [.conflict, .quarantined]), state: try request.choice("state"),
            field: request.http.query("field"), problem: try request.choice("problem"),
            since: try request.time("since"), until: try request.time("until"))
    }

    private func list(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(
            await upstream.tracking.call(
                TrackingRPC.listQuarantine, .init(filter: try filter(request), page: try request.page()),
                upstream.context(request)))
    }

    private func summary(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(
            await upstream.tracking.call(
                TrackingRPC.summarizeQuarantine, .init(filter: try filter(request)), upstream.context(request)))
    }

    private func get(_ request: APIRequest) async throws -> HTTPServerResponse {
        let id = try request.parameter("id", expected: "a whole number", Int64.init(_:))
        return try .json(
            await upstream.tracking.call(
                TrackingRPC.getQuarantinedEvent, .init(id: id), upstream.context(request)))
    }

    // MARK: - Mending

    /// A selection as callers write it, with what the three changes need besides.
    private struct Draft: Decodable {
        var ids: [Int64]?
        var filter: QuarantineFilter?
        var pageSize: Int?
        var pageToken: String?
        var event: JSONValue?
        var patch: JSONValue?
        var note: String?

        var selection: QuarantineSelection {
            QuarantineSelection(ids: ids, filter: filter, page: PageRequest(size: pageSize, token: pageToken))
        }
    }

    private func correct(_ request: APIRequest) async throws -> HTTPServerResponse {
        let draft: Draft = try request.http.json()
        let change = CorrectQuarantine.Request(
            selection: draft.selection, event: draft.event, patch: draft.patch, actor: request.actor)
        return try .json(
            await upstream.tracking.call(TrackingRPC.correctQuarantine, change, upstream.context(request)))
    }

    private func replay(_ request: APIRequest) async throws -> HTTPServerResponse {
        let draft: Draft = try request.http.json()
        return try .json(
            await upstream.tracking.call(
                TrackingRPC.replayQuarantine, .init(selection: draft.selection, actor: request.actor),
                upstream.context(request, within: GatewayLimits.ingestTimeout)))
    }

    private func discard(_ request: APIRequest) async throws -> HTTPServerResponse {
        let draft: Draft = try request.http.json()
        guard let note = draft.note else { throw GatewayError.invalid("note must say why the events are given up") }
        return try .json(
            await upstream.tracking.call(
                TrackingRPC.discardQuarantine, .init(selection: draft.selection, note: note, actor: request.actor),
                upstream.context(request)))
    }
}
