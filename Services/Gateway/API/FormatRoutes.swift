import Contracts
import Foundation
import HTTPServer

/// Doors for what platforms send by themselves, in the addresses and answers that each of them expects.
struct FormatRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] { [ingest, rawEvent] + caliper + segment }

    // MARK: Any format

    private var ingest: Route {
        Route(
            method: .post, path: "/v1/ingest/{format}", scope: .ingest,
            summary:
                "Records what another platform wrote, by the mapping of that name; answers with one receipt a record.",
            query: [
                .init(name: "source", words: "The source of the events; the mapping's own where it is left out."),
                .init(name: "backfill", words: "true for history: it updates state and sends nothing."),
            ],
            requestSchema: "ForeignRecords", responseSchema: "ForeignReceipts"
        ) { request in
            let format = try request.http.parameter("format")
            return try .json(await record(format, request))
        }
    }

    private var rawEvent: Route {
        Route(
            method: .get, path: "/v1/events/{source}/{id}/raw", scope: .read,
            summary: "What a platform sent, as it came, of an event that it sent in its own format.",
            responseSchema: "RawEvent"
        ) { request in
            let source = try request.parameter("source", expected: "the name of a source") { SourceID($0) }
            let id = try request.parameter("id", expected: "the sender's id of an event") { EventID($0) }
            return try .json(
                await upstream.tracking.call(
                    TrackingRPC.getRawEvent, .init(source: source, eventID: id), upstream.context(request)))
        }
    }

    private func record(
        _ format: String, _ request: APIRequest, given: [String: String]? = nil
    ) async throws -> RecordForeignEvents.Response {
        let source = try request.query("source", expected: "a text of 1 to 64 characters") { SourceID($0) }
        let backfill = try request.query("backfill", expected: "true or false") { Bool($0) }
        return try await upstream.tracking.call(
            TrackingRPC.recordForeignEvents,
            .init(
                format: format, body: request.http.body, source: source, backfill: backfill, given: given),
            upstream.context(request, within: GatewayLimits.ingestTimeout))
    }

    // MARK: Caliper

    private static let caliperPaths = ["/caliper", "/caliper/v1p1", "/caliper/v1p2"]

    /// A sensor takes any status of 2xx for success. The receipts are for whoever looks.
    private var caliper: [Route] {
        Self.caliperPaths.flatMap { path in
            [
                Route(
                    method: .post, path: path, scope: .ingest,
                    summary: "Records the events of a Caliper 1.1 or 1.2 envelope; a bad one fails alone.",
                    query: [.init(name: "source", words: "The source of the events, caliper where it is left out.")],
                    requestSchema: "CaliperEnvelope", responseSchema: "ForeignReceipts"
                ) { request in
                    try Self.checkJSON(request.http)
                    return try .json(await record("caliper", request))
                },
                Route(
                    method: .get, path: path, scope: .ingest, summary: "What this Caliper endpoint takes.",
                    responseSchema: "CaliperConfiguration"
                ) { _ in try .json(CaliperConfiguration()) },
            ]
        }
    }

    private struct CaliperConfiguration: Encodable {
        var dataVersions = ["http://purl.imsglobal.org/ctx/caliper/v1p1", "http://purl.imsglobal.org/ctx/caliper/v1p2"]
        var contentTypes = ["application/json"]
        var contentEncodings = ["identity", "gzip"]
        var envelopeBytesMax = GatewayLimits.bodyMax
        var dataItemsMax = GatewayLimits.recordsMax
    }

    private static func checkJSON(_ request: HTTPServerRequest) throws {
        let type = (request.header("content-type") ?? "application/json").prefix { $0 != ";" }
        let essence = type.withoutBlanks.lowercased()
        guard essence == "application/json" || essence.hasSuffix("+json") else {
            throw HTTPProblem(
                415, .invalidArgument, "an envelope must be JSON with content type application/json, got \(essence)")
        }
    }

    // MARK: Segment

    private static let segmentCalls = ["track", "identify", "page", "screen", "group", "alias", "batch"]

    /// Libraries in pages may send the write key in the body, as `writeKey`.
    private var segment: [Route] {
        Self.segmentCalls.map { call in
            Route(
                method: .post, path: "/v1/\(call)", scope: .ingest,
                summary: "Takes Segment's \(call) call\(call == "batch" ? "s, up to 2,500 of them" : "").",
                query: [.init(name: "source", words: "The source of the events, segment where it is left out.")],
                requestSchema: call == "batch" ? "SegmentBatch" : "SegmentCall", responseSchema: "SegmentAnswer",
                forPages: .init(keyInBody: .writeKey)
            ) { request in
                let answer = try await record("segment", request, given: call == "batch" ? nil : ["call": call])
                return try .json(SegmentAnswer(answer))
            }
        }
    }

    /// Libraries look for the word alone. A call that could not be read is in quarantine, so it is no reason to send it
    /// again and again.
    private struct SegmentAnswer: Encodable {
        var success = true
        var accepted: Int
        var duplicate: Int
        var conflict: Int
        var quarantined: Int
        var skipped: Int

        init(_ answer: RecordForeignEvents.Response) {
            accepted = answer.accepted
            duplicate = answer.duplicate
            conflict = answer.conflict
            quarantined = answer.quarantined
            skipped = answer.skipped
        }
    }
}
