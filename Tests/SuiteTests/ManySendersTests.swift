import Contracts
import Foundation
import HTTPClient
import TestSupport
import Testing

/// Many senders with one event each at the same moment: the gateway lets them share calls, and nobody notices.
@Suite(.serialized) struct ManySendersTests {
    @Test func `each of many senders gets the answer to what it sent`() async throws {
        let suite = try await Suite.start()
        let api = suite.api
        let answers = try await withThrowingTaskGroup(of: (Int, HTTPClientResponse).self) { group in
            for sender in 0..<200 {
                group.addTask {
                    (sender, try await api.send(.post, "/v1/events", body: Self.body(sender), key: api.key))
                }
            }
            return try await group.reduce(into: [Int: HTTPClientResponse]()) { $0[$1.0] = $1.1 }
        }
        #expect(answers.count == 200)
        for (sender, answer) in answers {
            guard sender % 10 != 0 else {
                #expect(answer.status == 400, "sender \(sender)")
                #expect(String(decoding: answer.body, as: UTF8.self).contains("not JSON"))
                continue
            }
            #expect(answer.status == 200, "sender \(sender)")
            let receipts = try JSONCoding.decoder().decode(RecordEvents.Response.self, from: answer.body).receipts
            #expect(receipts.map(\.id) == ["many-\(sender)"])
            #expect(receipts.map(\.status) == [.accepted])
        }
        // Sent again one after another, every one of them is known.
        for sender in 1..<10 {
            let again = try await api.send(.post, "/v1/events", body: Self.body(sender), key: api.key)
            let receipts = try JSONCoding.decoder().decode(RecordEvents.Response.self, from: again.body).receipts
            #expect(receipts.map(\.status) == [.duplicate])
        }
        try await suite.stop()
    }

    /// Every tenth is no JSON, and one in ten of the others has bytes of several characters.
    private static func body(_ sender: Int) -> Data {
        if sender % 10 == 0 { return Data("{\"events\":[".utf8) }
        let learner = sender % 10 == 5 ? "ádá 😀 \(sender)" : "ada \(sender)"
        return Data(
            ("{\"events\":[{\"id\":\"many-\(sender)\",\"learner\":\"\(learner)\",\"verb\":\"viewed\","
                + "\"occurredAt\":\"2026-01-05T10:00:00Z\"}]}").utf8)
    }
}
