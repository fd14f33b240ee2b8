import Contracts
import Foundation
import HTTPServer

/// Rows of files, by a mapping.
struct ImportRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] {
        [
            Route(
                method: .post, path: "/v1/imports/{format}", scope: .ingest,
                summary: "Records rows as history by a mapping, one JSON object a line; one receipt a row.",
                query: [
                    .init(name: "source", words: "The source of the events; the mapping's own when absent."),
                    .init(
                        name: "given", words: "A name that the mapping leaves open, as name=value; may be repeated."),
                    .init(name: "dryRun", words: "true to write nothing and say what each row would be."),
                ],
                requestSchema: "ImportRow", responseSchema: "RowReceipts", handle: importRows)
        ]
    }

    private func importRows(_ request: APIRequest) async throws -> HTTPServerResponse {
        guard let rows = String(validating: request.http.body, as: UTF8.self) else {
            throw GatewayError.invalid("the body must be UTF-8, one JSON object a line")
        }
        let rowsRequest = ImportRows.Request(
            format: try request.http.parameter("format"), rows: rows,
            source: try request.query("source", expected: "a source's name", SourceID.init(_:)),
            given: try given(request),
            isDryRun: try request.query("dryRun", expected: "true or false", Bool.init(_:)))
        return try .json(
            await upstream.tracking.call(
                TrackingRPC.importRows, rowsRequest, upstream.context(request, within: GatewayLimits.ingestTimeout)))
    }

    private func given(_ request: APIRequest) throws -> [String: String] {
        var given: [String: String] = [:]
        for item in request.http.queryItems where item.name == "given" {
            let parts = item.value.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw GatewayError.invalid("given must be name=value, got \"\(item.value.prefix(80))\"")
            }
            given[parts[0]] = parts[1]
        }
        return given
    }
}
