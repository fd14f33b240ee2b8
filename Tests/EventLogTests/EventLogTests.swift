import Contracts
import Foundation
import Testing

@testable import EventLog

/// What needs no server: places, documents, and the board of a consumer.
@Suite struct EventLogTests {
    @Test(arguments: [
        ("default", "learner-1", 57), ("default", "", 26),
        ("north-school", "0b9f1c9e-7d1c-4c55-9a52-3c1f0f2b8a11", 17), ("default", "naïve 日本", 56),
        ("a", "b", 50), ("ab", "", 30),
    ])
    func `a key stays in its partition for ever`(tenant: String, key: String, partition: Int) {
        #expect(EventLog.partition(tenant: TenantID(checked: tenant), key: key) == partition)
    }

    @Test func `keys spread evenly over the partitions`() {
        var counts = [Int](repeating: 0, count: EventLog.partitionCount)
        for number in 0..<64_000 {
            let key =
                "\(UUID(uuidString: "0B9F1C9E-7D1C-4C55-9A52-\(String(format: "%012d", number))")?.uuidString ?? "")"
            counts[EventLog.partition(tenant: .standard, key: key.lowercased())] += 1
        }
        #expect(counts.allSatisfy { (850...1_150).contains($0) }, "\(counts)")
    }

    static let fact = Fact(
        partition: 7, seq: 41, stream: "risk-scores", tenant: .standard, key: "a \"b\" \\ \u{1} 日本",
        type: "RiskScored",
        version: 2, occurredAt: Date(timeIntervalSince1970: 1_700_000_000.123456),
        recordedAt: Date(timeIntervalSince1970: 1_700_000_001),
        body: #"{"a": [1, {"b": "}\"]"}], "data": null}"#,
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")

    @Test func `a fact is a CloudEvent that any JSON reader understands, and reads back as itself`() throws {
        let document = CloudEvent.render(Self.fact)
        let event = try #require(
            try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any])
        #expect(event["specversion"] as? String == "1.0")
        #expect(event["id"] as? String == "risk-scores/7/41")
        #expect(event["source"] as? String == "/streams/risk-scores")
        #expect(event["subject"] as? String == Self.fact.key)
        #expect(event["time"] as? String == "2023-11-14T22:13:20.123456Z")
        #expect(event["datacontenttype"] as? String == "application/json")
        #expect((event["data"] as? [String: Any])?["a"] is [Any])
        #expect(event.keys.allSatisfy { $0.allSatisfy { $0.isLowercase || $0.isNumber } })
        let back = CloudEvent.parse(Array(document.utf8), stream: "risk-scores", partition: 7, seq: 41)
        #expect(back == Self.fact)
    }

    @Test func `members may come in any order and with spaces`() throws {
        let document = """
             { "data" : {"x":[]} , "subject":"k\\u0041","tenant":"t", "type":"T","dataversion": 1 ,
            "recordedtime":"2026-01-01T00:00:00Z","time":"2026-01-01T01:00:00+01:00","id":"s/0/1"}
            """
        let fact = try #require(CloudEvent.parse(Array(document.utf8), stream: "s", partition: 0, seq: 1))
        #expect(fact.key == "kA")
        #expect(fact.body == #"{"x":[]}"#)
        #expect(fact.occurredAt == fact.recordedAt)
    }

    @Test(arguments: [
        "", "{", "{}", "[]", "null", #"{"id""#, #"{"id":"s/0/1"}"#, #"{"id":"s/0/2","tenant":"t"}"#,
        #"{"id":"s/0/1","data":{"#, #"{"id":"s/0/1","data":"unclosed}"#, #"{"id":"\u12"}"#,
    ])
    func `what the relay did not write is no fact`(document: String) {
        #expect(CloudEvent.parse(Array(document.utf8), stream: "s", partition: 0, seq: 1) == nil)
    }

    @Test func `only what passes by itself is repeated without limit`() {
        #expect(isTransient(RPCError(.unavailable, "busy")))
        #expect(isTransient(CancellationError()))
        #expect(!isTransient(RPCError(.invalidArgument, "no")))
        #expect(!isTransient(EventLogError.noSuchDeadLetter(id: 1)))
        struct Full: TransientFailure {}
        #expect(isTransient(Full()))
    }
}
