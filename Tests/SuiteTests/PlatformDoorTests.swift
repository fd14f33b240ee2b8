import Contracts
import Foundation
import HTTPClient
import RPC
import TestSupport
import Testing

/// Platforms at the doors that they know, with the keys, encodings and answers that they expect.
@Suite(.serialized) struct PlatformDoorTests {
    private struct Success: Decodable {
        var success: Bool
        var accepted: Int
        var skipped: Int
    }

    private func receipts(_ answer: HTTPClientResponse) throws -> RecordForeignEvents.Response {
        #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
        return try JSONCoding.decoder().decode(RecordForeignEvents.Response.self, from: answer.body)
    }

    @Test func `platforms send what they send, and it arrives`() async throws {
        let suite = try await Suite.start()
        let api = suite.api

        let event =
            #"{"type":"ViewEvent","id":"urn:uuid:5","actor":"https://lms.example/users/1","action":"Viewed","#
            + #""object":{"id":"https://lms.example/a?b=1","type":"Page"},"eventTime":"2026-01-05T10:00:00.000Z"}"#
        let envelope =
            #"{"sensor":"s","sendTime":"2026-01-05T10:00:01Z","dataVersion":"v","data":[\#(event),null]}"#
        for path in ["/caliper", "/caliper/v1p1?source=canvas"] {
            let answer = try await api.send(.post, path, body: Data(envelope.utf8), key: api.key)
            #expect(try receipts(answer).receipts.map(\.status) == [.accepted, .quarantined])
        }
        #expect(try await api.send(.post, "/caliper", body: Data("[]".utf8), key: api.key).status == 400)
        let form = try await api.send(
            .post, "/caliper", body: Data("a=b".utf8), key: api.key,
            headers: [("Content-Type", "application/x-www-form-urlencoded")])
        #expect(form.status == 415)
        #expect(try await api.send(.get, "/caliper", key: api.key).status == 200)
        let raw = try await api.get("/v1/events/canvas/urn:uuid:5/raw", as: GetRawEvent.Response.self)
        #expect(raw.raw == event)

        let line = #"{"name":"play_video","time":"2026-01-05T10:00:00Z","context":{"user_id":7}}"#
        let lines = Data((line + "\n" + line).utf8)
        let logs = try await api.send(
            .post, "/v1/ingest/openedx?source=campus&backfill=true", body: Gzip.compress(lines), key: api.key,
            headers: [("Content-Encoding", "gzip"), ("Content-Type", "application/x-ndjson")])
        #expect(try receipts(logs).receipts.map(\.status) == [.accepted, .duplicate])
        #expect(try await api.send(.post, "/v1/ingest/nothing", body: lines, key: api.key).status == 404)

        try await segment(api)
        try await suite.stop()
    }

    /// The write key as the user of Basic, and in the body of a page's call.
    private func segment(_ api: PublicAPI) async throws {
        let basic = "Basic " + Data("\(api.key):".utf8).base64EncodedString()
        let call =
            #"{"messageId":"1","userId":"ada","event":"Lesson Viewed","timestamp":"2026-01-05T10:00:00Z"}"#
        let track = try await api.send(
            .post, "/v1/track", body: Data(call.utf8), key: nil, headers: [("Authorization", basic)])
        #expect(try success(track).accepted == 1)
        let batch =
            #"{"writeKey":"\#(api.key)","batch":[{"type":"identify","userId":"ada","messageId":"2"},"#
            + #"{"type":"page","userId":"ada","messageId":"3","name":"Home","timestamp":"2026-01-05T10:00:00Z"}]}"#
        let page = try await api.send(
            .post, "/v1/batch", body: Data(batch.utf8), key: nil, headers: [("Content-Type", "text/plain")])
        #expect(try success(page).accepted == 1)
        #expect(try success(page).skipped == 1)
        #expect(try await api.send(.post, "/v1/track", body: Data(call.utf8), key: nil).status == 401)
    }

    private func success(_ answer: HTTPClientResponse) throws -> Success {
        let success = try JSONCoding.decoder().decode(Success.self, from: answer.body)
        #expect(success.success)
        return success
    }
}
