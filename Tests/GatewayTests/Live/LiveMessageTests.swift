import Contracts
import EventLog
import Foundation
import Testing

@testable import Gateway

/// What is said over the WebSocket.
@Suite struct LiveMessageTests {
    private struct Message: Decodable {
        struct Item: Decodable {
            var id: String
            var type: String
            var time: Date
            var key: String
            var data: [String: JSONValue]
        }
        var type: String
        var stream: String
        var skipped: Int
        var facts: [Item]
    }

    private func facts(_ count: Int) -> [Fact] {
        (0..<count).map { number in
            LoggedFact(
                partition: 7, seq: Int64(number + 1), stream: StreamName.nudges, tenant: .standard, key: "a \"key\"",
                type: "NudgeDecided", version: 1, occurredAt: Date(timeIntervalSince1970: 1_790_000_000),
                recordedAt: Date(timeIntervalSince1970: 1_790_000_000), body: #"{"number":\#(number)}"#,
                traceparent: nil)
        }
    }

    @Test func `facts go through with their bodies as they stand in the log`() throws {
        let text = try LiveMessage.facts(facts(3), stream: StreamName.nudges)
        let message = try JSONCoding.decoder().decode(Message.self, from: Data(text.utf8))
        #expect(message.type == "facts" && message.stream == "nudges" && message.skipped == 0)
        #expect(message.facts.map(\.id) == ["7-1", "7-2", "7-3"])
        #expect(message.facts.map(\.data) == (0..<3).map { ["number": .number(Double($0))] })
        #expect(message.facts.allSatisfy { $0.key == "a \"key\"" && $0.type == "NudgeDecided" })
    }

    @Test func `of too many facts the newest are shown and the rest are counted`() throws {
        let text = try LiveMessage.facts(facts(GatewayLimits.liveFactsMax + 5), stream: StreamName.nudges)
        let message = try JSONCoding.decoder().decode(Message.self, from: Data(text.utf8))
        #expect(message.facts.count == GatewayLimits.liveFactsMax)
        #expect(message.skipped == 5)
        #expect(message.facts.last?.id == "7-205")
    }

    @Test func `an error says its code and a sentence`() throws {
        let text = try LiveMessage.failure(GatewayError.unknownKey.rpcError)
        #expect(text.contains(#""code":"unauthenticated""#))
        #expect(text.contains(#""type":"error""#))
    }
}
