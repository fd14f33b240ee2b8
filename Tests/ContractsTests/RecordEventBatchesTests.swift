import Foundation
import Testing

@testable import Contracts

/// What is written by hand says what the general encoder says.
@Suite struct RecordEventBatchesTests {
    private static let texts = ["", #"{"events":[{"id":"a \"b\" \\ c"}]}"#, "\n\t\u{1}\u{7F} ünï 🙂 \u{2028}"]

    @Test func `a request is read as it was written`() throws {
        let batches = Self.texts.map { RecordEventBatches.Batch(body: $0, traceparent: "00-\($0)") }
        for batches in [[], batches, Self.texts.map { .init(body: $0) }] {
            let request = RecordEventBatches.Request(batches: batches)
            let written = try JSONCoding.decoder().decode(RecordEventBatches.Request.self, from: request.json)
            #expect(written == request)
            let encoded = try JSONCoding.encoder().encode(request)
            #expect(try JSONCoding.decoder().decode(RecordEventBatches.Request.self, from: encoded) == written)
        }
    }

    @Test func `a response is read as it was written`() throws {
        let answers: [RecordEventBatches.Answer] =
            Self.texts.map { .init(.success($0)) }
            + Self.texts.map { .init(.failure(RPCError(.invalidArgument, $0))) }
            + [.init(.failure(RPCError(.resourceExhausted, "later", retryAfter: .milliseconds(1_500))))]
        for answers in [[], answers] {
            let response = RecordEventBatches.Response(answers: answers)
            let written = try JSONCoding.decoder().decode(RecordEventBatches.Response.self, from: response.json)
            #expect(written == response)
            let encoded = try JSONCoding.encoder().encode(response)
            #expect(try JSONCoding.decoder().decode(RecordEventBatches.Response.self, from: encoded) == written)
        }
    }
}
