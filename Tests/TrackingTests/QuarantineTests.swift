import Contracts
import Foundation
import Testing

@testable import Tracking

/// What could not be taken in is found, corrected, sent in again and given up, each step written down. On real
/// PostgreSQL.
@Suite struct QuarantineTests {
    private static let actor = "0000-key"

    private func summary(_ stack: TrackingStack) async throws -> [QuarantineGroup] {
        try await stack.call(TrackingRPC.summarizeQuarantine, SummarizeQuarantine.Request()).groups
    }

    private func list(_ stack: TrackingStack, _ filter: QuarantineFilter = .init()) async throws
        -> [QuarantinedEvent]
    {
        try await stack.call(TrackingRPC.listQuarantine, ListQuarantine.Request(filter: filter)).events
    }

    private func replay(_ stack: TrackingStack, _ selection: QuarantineSelection) async throws
        -> ReplayQuarantine.Response
    {
        try await stack.call(
            TrackingRPC.replayQuarantine, ReplayQuarantine.Request(selection: selection, actor: Self.actor))
    }

    private func get(_ stack: TrackingStack, _ id: Int64) async throws -> GetQuarantinedEvent.Response {
        try await stack.call(TrackingRPC.getQuarantinedEvent, GetQuarantinedEvent.Request(id: id))
    }

    private let time = "2026-09-21T10:00:00Z"

    @Test func `each reason is counted by its field and its sort`() async throws {
        let stack = try await TrackingStack.make()
        let long = String(repeating: "x", count: 66_000)
        let bad: [(String, String, QuarantineProblem)] = [
            (#"{"id":"1","verb":"viewed","occurredAt":"\#(time)"}"#, "learner", .missing),
            (#"{"id":"2","learner":"a","verb":7,"occurredAt":"\#(time)"}"#, "verb", .invalid),
            (#"{"id":"3","learner":"a","verb":"viewed","occurredAt":"\#(time)","result":{"score":1.7}}"#,
             "result.score", .invalid),
            (#"{"id":"4","learner":"a","verb":"viewed","occurredAt":"2031-01-01T00:00:00Z"}"#, "occurredAt", .ahead),
            (#"{"id":"5","learner":"a","verb":"viewed","occurredAt":"1970-01-01T00:00:00Z"}"#, "occurredAt", .tooOld),
            (#"{"id":"6","id":"7","learner":"a","verb":"viewed","occurredAt":"\#(time)"}"#, "id", .repeated),
            (#"{"id":"8","learner":"a","verb":"viewed","occurredAt":"\#(time)","context":{"x":"\#(long)"}}"#,
             "event", .tooLarge),
            (#"{"id":"9","learner":"a","verb":"enrolled","occurredAt":"\#(time)"}"#, "courseRun", .missing),
            (#""nonsense""#, "event", .invalid),
        ]
        _ = try await stack.record(json: #"{"events":[\#(bad.map(\.0).joined(separator: ","))]}"#)
        for (text, field, problem) in bad {
            let found = try await list(stack, QuarantineFilter(field: field, problem: problem))
            #expect(found.contains { text.hasPrefix($0.raw.prefix(60)) }, "\(field) \(problem)")
        }
        let groups = try await summary(stack)
        #expect(groups.map(\.events).reduce(0, +) == bad.count)
        #expect(groups.allSatisfy { $0.state == .waiting && $0.source == .api && !$0.exampleReason.isEmpty })
        #expect(try await list(stack, QuarantineFilter(source: SourceID(checked: "other"))).isEmpty)
        #expect(try await list(stack, QuarantineFilter(since: TrackingStack.start)).count == bad.count)
        #expect(try await list(stack, QuarantineFilter(until: TrackingStack.start)).isEmpty)
    }

    @Test func `a patch over many, then a replay, and the events are in the log; twice is once`() async throws {
        let stack = try await TrackingStack.make()
        // A sender that calls the learner by another name, with a number that no Double holds.
        let bad = (0..<7).map { number in
            """
            {"id":"e\(number)","student":"ada","verb":"viewed","occurredAt":"\(time)","context":{"n":9007199254740993}}
            """
        }
        _ = try await stack.record(json: #"{"source":"lms","events":[\#(bad.joined(separator: ","))]}"#)
        let received = stack.clock.now()
        let lms = SourceID(checked: "lms")
        let filter = QuarantineFilter(source: lms, field: "learner", problem: .missing)
        let patch: JSONValue = .object(["learner": .string("ada"), "student": .null])
        func correct(_ page: PageRequest?, _ patch: JSONValue) async throws -> CorrectQuarantine.Response {
            try await stack.call(
                TrackingRPC.correctQuarantine,
                CorrectQuarantine.Request(
                    selection: .init(filter: filter, page: page), patch: patch, actor: Self.actor))
        }
        let useless = try await correct(nil, .object(["verb": .string("posted")]))
        #expect(useless.results.allSatisfy { !$0.isCorrected })
        #expect(useless.results.first?.reason == "learner: expected a text of 1 to 256 characters, got nothing")
        let first = try await correct(PageRequest(size: 5), patch)
        #expect(first.results.map(\.isCorrected) == Array(repeating: true, count: 5))
        let second = try await correct(PageRequest(size: 5, token: first.nextPageToken), patch)
        #expect(second.results.count == 2)
        #expect(second.nextPageToken.isEmpty)
        #expect(try await list(stack).allSatisfy { $0.corrected?.contains("9007199254740993") == true })

        stack.clock.set(now: received.addingTimeInterval(3_600), rate: 0)
        let answer = try await replay(stack, .init(filter: filter))
        #expect(answer.results.map(\.receipt.status) == Array(repeating: .accepted, count: 7))
        #expect(answer.results.allSatisfy { $0.receivedAt == received })
        let said = try await stack.said(LearningEventRecorded.self)
        #expect(said.count == 7)
        #expect(said.allSatisfy { $0.source == lms && $0.receivedAt == stack.clock.now() })
        #expect(try await list(stack).allSatisfy { $0.state == .replayed && $0.outcome == .accepted })
        #expect(try await replay(stack, .init(filter: filter)).results.isEmpty)
        let again = try await replay(stack, .init(ids: answer.results.map(\.id)))
        #expect(again.results.map(\.receipt.status) == Array(repeating: .duplicate, count: 7))
        #expect(try await stack.said(LearningEventRecorded.self).count == 7)

        let page = try await get(stack, try #require(answer.results.first).id)
        #expect(page.audit.map(\.action) == ["corrected", "replayed", "replayed"])
        #expect(page.audit.allSatisfy { $0.actor == Self.actor })
        #expect(page.audit.first?.note == #"patched with {"learner":"ada","student":null}"#)
        #expect(page.event.raw.contains("student"))
    }

    @Test func `a conflict is shown beside the event that holds its id`() async throws {
        let stack = try await TrackingStack.make()
        let good = #"{"id":"x","learner":"ada","courseRun":"run","verb":"viewed","occurredAt":"\#(time)","context":{"a":1}}"#
        let other = good.replacing("viewed", with: "posted").replacing(#"{"a":1}"#, with: #"{"a":2}"#)
        let others = good.replacing("ada", with: "bola")
        _ = try await stack.record(json: #"{"events":[\#(good)]}"#)
        _ = try await stack.record(json: #"{"events":[\#(other),\#(others)]}"#)
        let conflicts = try await list(stack, QuarantineFilter(status: .conflict, problem: .conflict))
        #expect(conflicts.count == 2)
        let ofAda = try #require(conflicts.first { $0.raw.contains("ada") }).id
        let ofBola = try #require(conflicts.first { $0.raw.contains("bola") }).id
        let page = try await get(stack, ofAda)
        #expect(page.stored?.verb == .viewed)
        #expect(page.storedContext == .object(["a": .number(1)]))
        #expect(
            page.differences == [
                FieldDifference(field: "verb", sent: "posted", stored: "viewed"),
                FieldDifference(field: "context", sent: #"{"a":2}"#, stored: #"{"a":1}"#),
            ])
        // Under another learner only the hashes know it.
        let elsewhere = try await get(stack, ofBola)
        #expect(elsewhere.stored == nil)
        #expect(elsewhere.differences == [FieldDifference(field: "learner", sent: "bola")])
        // Sent in as it is it conflicts still; with an id of its own it is taken in.
        #expect(try await replay(stack, .init(ids: [ofAda])).results.map(\.receipt.status) == [.conflict])
        #expect(try await get(stack, ofAda).event.state == .waiting)
        let corrected = try await stack.call(
            TrackingRPC.correctQuarantine,
            CorrectQuarantine.Request(
                selection: .init(ids: [ofAda]), patch: .object(["id": .string("x-2")]), actor: Self.actor))
        #expect(corrected.results.map(\.isCorrected) == [true])
        #expect(try await replay(stack, .init(ids: [ofAda])).results.map(\.receipt.status) == [.accepted])
        #expect(try await stack.count("quarantined_event") == 2)
    }

    @Test func `records of other platforms are patched and sent in again by the mapping that read them`() async throws {
        let stack = try await TrackingStack.make()
        // A server whose clock is a year ahead.
        let bad = (1...2).map {
            #"{"name":"play_video","time":"2027-09-21T10:00:0\#($0)Z","event_source":"browser","context":{"user_id":41}}"#
        }
        let request = RecordForeignEvents.Request(format: "openedx", body: Data(bad.joined(separator: "\n").utf8))
        #expect(try await stack.call(TrackingRPC.recordForeignEvents, request).quarantined == 2)
        let waiting = try await list(stack, QuarantineFilter(problem: .ahead))
        #expect(waiting.map(\.format) == ["openedx", "openedx"])
        let selection = QuarantineSelection(ids: waiting.map(\.id))
        let corrected = try await stack.call(
            TrackingRPC.correctQuarantine,
            CorrectQuarantine.Request(
                selection: selection, patch: .object(["time": .string(time)]), actor: Self.actor))
        #expect(corrected.results.map(\.isCorrected) == [true, true])
        #expect(try await list(stack).map(\.correctedFormat) == ["openedx", "openedx"])
        // Both say the same now, so they are one event.
        #expect(try await replay(stack, selection).results.map(\.receipt.status) == [.accepted, .duplicate])
        let said = try #require(try await stack.said(LearningEventRecorded.self).first)
        #expect(said.source.rawValue == "openedx")
        let raw = try await stack.call(TrackingRPC.getRawEvent, .init(source: said.source, eventID: said.eventID))
        #expect(raw.format == "openedx")

        // An event of our own in place of a record is read as one of ours.
        let own: JSONValue = .object([
            "id": .string("own"), "learner": .string("ada"), "verb": .string("viewed"), "occurredAt": .string(time),
        ])
        let whole = try await stack.call(
            TrackingRPC.correctQuarantine,
            CorrectQuarantine.Request(selection: .init(ids: [waiting[0].id]), event: own, actor: Self.actor))
        #expect(whole.results.map(\.isCorrected) == [true])
        #expect(try await get(stack, waiting[0].id).event.correctedFormat == nil)
        #expect(try await replay(stack, .init(ids: [waiting[0].id])).results.map(\.receipt.status) == [.accepted])
    }

    @Test func `what is given up stays to be looked at, with the note`() async throws {
        let stack = try await TrackingStack.make()
        _ = try await stack.record(json: #"{"events":[{"id":"1"},{"id":"2"}]}"#)
        let discarded = try await stack.call(
            TrackingRPC.discardQuarantine,
            DiscardQuarantine.Request(
                selection: .init(filter: .init(source: .api)), note: "test traffic", actor: Self.actor))
        #expect(discarded.ids.count == 2)
        #expect(try await summary(stack).map(\.state) == [.discarded])
        #expect(try await replay(stack, .init(filter: .init(source: .api))).results.isEmpty)
        let page = try await get(stack, discarded.ids[0])
        #expect(page.audit.map(\.note) == ["test traffic"])
        #expect(page.event.changedAt == stack.clock.now())
    }

    @Test("a change that cannot be is refused with a sentence", arguments: [
        (#"{"selection":{},"actor":"k"}"#, "selection: expected ids or a filter, got neither"),
        (#"{"selection":{"ids":[]},"actor":"k"}"#, "ids: expected 1 to 500 ids, got 0"),
        (#"{"selection":{"ids":[1]},"actor":""}"#, "actor: expected the id of a key, got 0 bytes"),
    ])
    func refused(body: String, sentence: String) async throws {
        let stack = try await TrackingStack.make()
        let reply = await stack.post(TrackingRPC.replayQuarantine.path, Data(body.utf8))
        #expect(reply.status == 400)
        #expect(String(decoding: reply.body, as: UTF8.self).contains(sentence))
        let missing = await stack.post(TrackingRPC.getQuarantinedEvent.path, Data(#"{"id":99}"#.utf8))
        #expect(missing.status == 404)
    }

    @Test("merge patches do what RFC 7396 says", arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"{"a":"foo"}"#, "null", "null"),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        (#"{ "n" : 1.0e2 , "q\"" : "\u00e9" }"#, #"{"z":1}"#, #"{"n":1.0e2,"q\"":"\u00e9","z":1}"#),
    ])
    func merge(target: String, patch: String, result: String) throws {
        func tape(_ text: String) throws -> JSONTape { try JSONTape(Data(text.utf8), depthMax: 32) }
        #expect(MergePatch.apply(try tape(patch), to: try tape(target)) == result)
    }
}
