import Contracts
import Foundation
import Gateway
import HTTPClient
import TestSupport
import Testing

/// Bad input at the public door: the right status, a sentence, nothing lost, nothing personal in a log.
@Suite(.serialized) struct DoorTests {
    private struct Problem: Decodable {
        var status: Int
        var detail: String
        var code: String
        var requestId: String
    }

    @Test func `what is wrong is said in a sentence with the right status`() async throws {
        let suite = try await Suite.start()
        let api = suite.api
        let good = #"{"id":"1","learner":"canary@person.example","verb":"viewed","occurredAt":"2026-01-05T10:00:00Z"}"#
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        let cases: [(body: String, status: Int, words: String)] = [
            ("not json", 400, "JSON"),
            ("{}", 400, "events"),
            (#"{"events":"canary"}"#, 400, "events"),
            (#"{"events":[]}"#, 400, "events"),
            (#"{"events":\#(deep)}"#, 400, "levels"),
            ("{\"events\":[{\"id\":\"a\\u0000b\"}]}", 400, "NUL"),
        ]
        for one in cases {
            let answer = try await api.send(.post, "/v1/events", body: Data(one.body.utf8), key: api.key)
            let problem = try JSONCoding.decoder().decode(Problem.self, from: answer.body)
            #expect(answer.status == one.status, "\(one.body.prefix(40)): \(answer.status) \(problem.detail)")
            #expect(problem.status == answer.status)
            #expect(problem.detail.count > 10 && problem.detail.contains(one.words), "\(problem.detail)")
        }
        let large = try await api.send(
            .post, "/v1/events", body: Data(repeating: UInt8(ascii: "x"), count: 10 << 20), key: api.key)
        #expect(large.status == 413)
        for key in [nil, "nonsense", APIKey.make().text] {
            let answer = try await api.send(.post, "/v1/events", body: Data("{}".utf8), key: key)
            #expect(answer.status == 401)
        }
        let mixed = Data(#"{"events":[\#(good),{"id":"2"},{"id":3,"learner":"x","verb":"viewed","occurredAt":"soon"}]}"#.utf8)
        let answer = try await api.send(.post, "/v1/events", body: mixed, key: api.key)
        #expect(answer.status == 200)
        let receipts = try JSONCoding.decoder().decode(RecordEvents.Response.self, from: answer.body)
        #expect(receipts.receipts.map(\.status) == [.accepted, .quarantined, .quarantined])
        #expect(receipts.receipts[1].reason?.contains("learner") == true, "\(receipts.receipts[1])")
        let future = Data(
            #"{"events":[{"id":"f","learner":"x","verb":"viewed","occurredAt":"2999-01-01T00:00:00Z"}]}"#.utf8)
        let refused = try JSONCoding.decoder().decode(
            RecordEvents.Response.self, from: await api.send(.post, "/v1/events", body: future, key: api.key).body)
        #expect(refused.quarantined == 1)
        #expect(refused.receipts[0].reason?.contains("ahead") == true, "\(refused.receipts[0])")
        let kept = try await api.get("/v1/quarantine", as: ListQuarantine.Response.self)
        #expect(kept.events.count == 3)
        for path in ["/v1/learners/nobody", "/v1/learners?band=purple", "/v1/learners?pageSize=-1"] {
            #expect(try await api.send(.get, path, key: api.key).status == 400, "\(path)")
        }
        for name in Suite.names { #expect(!suite.log(of: name).contains("canary")) }
        try await suite.stop()
    }
}
