import Contracts
import Foundation
import Testing

@testable import Tracking

/// Records of other platforms, through the door and into the database.
@Suite struct ForeignEventsTests {
    private func send(
        _ format: String, _ body: String, on stack: TrackingStack, source: SourceID? = nil,
        given: [String: String]? = nil
    ) async throws -> RecordForeignEvents.Response {
        try await stack.call(
            TrackingRPC.recordForeignEvents,
            .init(format: format, body: Data(body.utf8), source: source, given: given))
    }

    private static let played =
        #"{"name":"play_video","timestamp":"2026-09-20T09:00:00Z","context":{"user_id":41,"event_source":"browser"}}"#

    @Test func `each record has its receipt, and what is bad or no event takes nothing with it`() async throws
    {
        let stack = try await TrackingStack.make()
        let lines = """
            \(Self.played)
            {"name":"/jsi18n","timestamp":"2026-09-20T09:00:00Z"}

            {"name":"play_video","timestamp":
            {"name":"play_video","timestamp":"2026-09-20T09:00:01Z","context":{"user_id":41}}
            \(Self.played)
            """
        let answer = try await send("openedx", lines, on: stack)
        #expect(answer.receipts.map(\.status) == [.accepted, .skipped, .quarantined, .accepted, .duplicate])
        #expect(answer.receipts[2].reason == "line: expected a value, got the end of the text")
        let counts = [answer.accepted, answer.duplicate, answer.conflict, answer.quarantined, answer.skipped]
        #expect(counts == [2, 1, 0, 1, 1])
        let said = try await stack.said(LearningEventRecorded.self)
        #expect(said.map(\.source.rawValue) == ["openedx", "openedx"])
        #expect(try await send("openedx", lines, on: stack).duplicate == 3)
    }

    @Test func `the raw form is kept of what was accepted, and of nothing else`() async throws {
        let stack = try await TrackingStack.make()
        let answer = try await send(
            "openedx", #"[\#(Self.played), {"name":"x"}]"#, on: stack, source: SourceID(checked: "campus"))
        let id = try #require(answer.receipts[0].id)
        let raw = try await stack.call(
            TrackingRPC.getRawEvent, .init(source: SourceID(checked: "campus"), eventID: EventID(checked: id))
        )
        #expect(raw.raw == Self.played)
        #expect(raw.format == "openedx")
        #expect(raw.receivedAt == TrackingStack.start)
        try await stack.record([.test("native")])
        #expect(try await stack.count("raw_event") == 1)
        for (source, id, tenant) in [("api", "native", nil), ("campus", id, "other")] {
            let refused = await stack.post(
                TrackingRPC.getRawEvent.path,
                try JSONCoding.encoder().encode(
                    GetRawEvent.Request(source: SourceID(checked: source), eventID: EventID(checked: id))),
                tenant: tenant)
            #expect(refused.status == 404)
        }
    }

    @Test func `an event with a hash for its id may have the same content and is then one event`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let reordered =
            #"{"context":{"event_source":"browser","user_id":41},"timestamp":"2026-09-20T09:00:00Z","name":"play_video"}"#
        #expect(try await send("openedx", Self.played, on: stack).accepted == 1)
        #expect(try await send("openedx", reordered, on: stack).duplicate == 1)
    }

    @Test func `a call that is sent again with another correction of its clock is the same call`()
        async throws
    {
        let stack = try await TrackingStack.make()
        func call(_ sentAt: String) -> String {
            #"{"messageId":"m","userId":"ada","event":"Lesson Viewed","timestamp":"2026-09-21T12:00:00Z","sentAt":"\#(sentAt)"}"#
        }
        let given = ["call": "track"]
        #expect(
            try await send("segment", call("2026-09-21T12:13:20Z"), on: stack, given: given).accepted == 1)
        #expect(
            try await send("segment", call("2026-09-21T12:13:21Z"), on: stack, given: given).duplicate == 1)
        let event = try #require(try await stack.said(LearningEventRecorded.self).first)
        #expect(RFC3339.string(from: event.occurredAt) == "2026-09-21T14:00:00.000000Z")
    }

    @Test func `a batch of our own may say when it is sent, and its times are put right`() async throws {
        let stack = try await TrackingStack.make()
        func batch(_ sentAt: String) -> String {
            #"{"sentAt":"\#(sentAt)","events":[{"id":"e","learner":"ada","verb":"viewed","occurredAt":"2026-09-21T12:00:00Z"}]}"#
        }
        #expect(try await stack.record(json: batch("2026-09-21T12:13:20Z")).accepted == 1)
        #expect(try await stack.record(json: batch("2026-09-21T12:13:29Z")).duplicate == 1)
        let event = try #require(try await stack.said(LearningEventRecorded.self).first)
        #expect(RFC3339.string(from: event.occurredAt) == "2026-09-21T14:00:00.000000Z")
        let refused = await stack.post(TrackingRPC.recordEvents.path, Data(batch("noon").utf8))
        #expect(refused.status == 400)
        #expect(String(decoding: refused.body, as: UTF8.self).contains("sentAt: expected a time"))
    }

    @Test(
        "what is no document of the format is refused with a sentence and leaves nothing",
        arguments: [
            ("openedx", "nonsense", 400, "the body is not JSON that can be read"),
            ("openedx", "7", 400, "body: expected an object or an array of objects, got the number 7"),
            ("openedx", "[]", 400, "body: expected 1 to 2,500 records, got 0"),
            ("caliper", "[]", 400, "body: expected an object, got an array"),
            ("caliper", "{\"sensor\":\"s\"}", 400, "sendTime: expected it in the envelope, got nothing"),
            (
                "caliper", #"{"sensor":"s","sendTime":"t","dataVersion":"v","data":{}}"#, 400,
                "data: expected an array, got an object"
            ),
            ("segment", #"{"batch":[]}"#, 400, "batch: expected 1 to 2,500 records, got 0"),
            ("quayside", "{}", 404, #"format: expected one of caliper, course-data, moodle-log, "#),
        ])
    func refused(format: String, body: String, status: Int, sentence: String) async throws {
        let stack = try await TrackingStack.make()
        let reply = await stack.post(
            TrackingRPC.recordForeignEvents.path,
            try JSONCoding.encoder().encode(
                RecordForeignEvents.Request(format: format, body: Data(body.utf8))))
        #expect(reply.status == status)
        #expect(String(decoding: reply.body, as: UTF8.self).contains(sentence))
        #expect(try await stack.count("quarantined_event") == 0)
    }

    @Test func `more records than one commit should hold are refused`() async throws {
        let stack = try await TrackingStack.make()
        let body = "[" + [String](repeating: "{}", count: 2_501).joined(separator: ",") + "]"
        await #expect(throws: TrackingStack.Refused.self) { try await send("openedx", body, on: stack) }
    }
}
