import Contracts
import Foundation
import Testing

@testable import Tracking

/// What a batch may hold, item by item, and the exact sentence for whatever it may not.
@Suite struct EventReaderTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private func batch(_ body: String) throws(TrackingError) -> IncomingBatch {
        try BatchReader.batch(Data(body.utf8), now: Self.now)
    }

    private func item(_ event: String) throws -> IncomingItem {
        try #require(try batch("{\"events\":[\(event)]}").items.first)
    }

    /// A good event with some fields replaced; an empty text leaves a field out.
    private func event(_ changes: [String: String] = [:]) -> String {
        var fields = [
            "id": "\"e-1\"", "learner": "\"ada\"", "verb": "\"viewed\"",
            "occurredAt": "\"\(RFC3339.string(from: Self.now))\"",
        ]
        for (name, value) in changes { fields[name] = value.isEmpty ? nil : value }
        return "{"
            + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
            + "}"
    }

    private func problem(_ event: String) throws -> String? {
        guard case .failure(let problem) = try item(event).event else { return nil }
        return problem.description
    }

    @Test("a time that its zone puts out of all years is the event's problem, not the service's end", arguments: [
        "0000-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    ])
    func beyondAllYears(time: String) throws {
        let sentence = try #require(try problem(event(["occurredAt": "\"\(time)\""])))
        #expect(sentence.contains("occurredAt") && sentence.contains(time), "\(sentence)")
    }

    @Test func `a good event is read whole`() throws {
        let read = try item(
            event([
                "source": "\"moodle\"", "courseRun": "\"BBB-2026J\"",
                "activity": #"{"id":"quiz-1","kind":"quiz"}"#,
                "result":
                    #"{"score":0.5,"success":true,"completion":false,"durationSeconds":12.5,"count":3}"#,
                "context": #"{"b":1,"a":{"x":[true]}}"#, "unknown": "7", "verb": "\"https://w3id.org/x\"",
            ]))
        #expect(
            try read.event.get()
                == IncomingEvent(
                    id: EventID(checked: "e-1"), source: SourceID(checked: "moodle"),
                    learner: ExternalLearnerID(checked: "ada"), courseRun: CourseRunID(checked: "BBB-2026J"),
                    verb: Verb(checked: "https://w3id.org/x"),
                    activity: ActivityReference(id: ActivityID(checked: "quiz-1"), kind: .quiz),
                    result: EventResult(
                        score: 0.5, success: true, completion: false, durationSeconds: 12.5, count: 3),
                    occurredAt: Self.now, context: #"{"a":{"x":[true]},"b":1}"#))
        #expect(read.source == SourceID(checked: "moodle"))
        #expect(read.id == "e-1")
    }

    @Test func `null is the same as leaving out, and an unknown kind of activity is other`() throws {
        let read = try item(
            event(["courseRun": "null", "result": "null", "activity": #"{"id":"x","kind":"hologram"}"#]))
        let event = try read.event.get()
        #expect(event.courseRun == nil)
        #expect(event.result == nil)
        #expect(event.activity?.kind == .other)
    }

    @Test(
        "each bad field is named, with what was expected and what came",
        arguments: [
            ("id", "", "id: expected a text of 1 to 128 characters, got nothing"),
            ("id", "5", "id: expected a text of 1 to 128 characters, got the number 5"),
            ("id", "\"\"", "id: expected a text of 1 to 128 characters, got an empty text"),
            ("source", "{}", "source: expected a text of 1 to 64 characters, got an object"),
            ("learner", "", "learner: expected a text of 1 to 256 characters, got nothing"),
            (
                "learner", "\" ada\"",
                "learner: expected a text of 1 to 256 characters, got white space at its begin or end"
            ),
            (
                "learner", "\"a\\u0007b\"",
                "learner: expected a text of 1 to 256 characters, got a control character"
            ),
            ("courseRun", "[]", "courseRun: expected a text of 1 to 128 characters, got an array"),
            ("verb", "true", "verb: expected a text of 1 to 256 characters, got true"),
            ("activity", "\"quiz\"", "activity: expected an object, got the text \"quiz\""),
            ("activity", "{}", "activity.id: expected a text of 1 to 512 characters, got nothing"),
            ("activity", #"{"id":"x","kind":3}"#, "activity.kind: expected a text, got the number 3"),
            ("result", "1", "result: expected an object, got the number 1"),
            ("result", #"{"score":1.7}"#, "result.score: expected a number from 0 to 1, got the number 1.7"),
            (
                "result", #"{"score":1e999}"#,
                "result.score: expected a number from 0 to 1, got the number 1e999"
            ),
            ("result", #"{"success":"yes"}"#, "result.success: expected true or false, got the text \"yes\""),
            (
                "result", #"{"durationSeconds":-1}"#,
                "result.durationSeconds: expected a number from 0 to 86,400, got the number -1"
            ),
            (
                "result", #"{"count":0}"#,
                "result.count: expected a whole number from 1 to 10,000, got the number 0"
            ),
            (
                "result", #"{"count":2.5}"#,
                "result.count: expected a whole number from 1 to 10,000, got the number 2.5"
            ),
            ("occurredAt", "", "occurredAt: expected a time like 2026-11-23T10:15:30.123456Z, got nothing"),
            (
                "occurredAt", "\"yesterday\"",
                "occurredAt: expected a time like 2026-11-23T10:15:30.123456Z, got the text \"yesterday\""
            ),
            (
                "occurredAt", "\"1999-12-31T23:59:59Z\"",
                "occurredAt: expected a time from 2000-01-01T00:00:00.000000Z on, got 1999-12-31T23:59:59.000000Z"
            ),
            ("context", "[1]", "context: expected an object, got an array"),
            (
                "context", #"{"a":1e400}"#,
                "context: expected numbers between 1e-300 and 1e300 in size, got the number 1e400"
            ),
            (
                "context", #"{"a":1e-999}"#,
                "context: expected numbers between 1e-300 and 1e300 in size, got the number 1e-999"
            ),
            (
                "context", #"{"1":{"2":{"3":{"4":{"5":{"6":{"7":{"8":{}}}}}}}}}"#,
                "context: expected at most 8 levels, got 9"
            ),
            ("verb", "\"enrolled\"", "courseRun: expected the run that \"enrolled\" is about, got nothing"),
        ])
    func bad(field: String, value: String, sentence: String) throws {
        #expect(try problem(event([field: value])) == sentence)
    }

    @Test func `a time too far ahead is refused with the limit, one within it is not`() throws {
        let early = RFC3339.string(from: Self.now.addingTimeInterval(600))
        let late = RFC3339.string(from: Self.now.addingTimeInterval(601))
        #expect(try problem(event(["occurredAt": "\"\(early)\""])) == nil)
        #expect(
            try problem(event(["occurredAt": "\"\(late)\""]))
                == "occurredAt: expected a time at most 10 minutes ahead of \(RFC3339.string(from: Self.now)), got \(late)"
        )
    }

    @Test func `sizes have limits`() throws {
        let name = String(repeating: "n", count: 257)
        #expect(
            try problem(event(["learner": "\"\(name)\""]))
                == "learner: expected a text of 1 to 256 characters, got 257 characters")
        let stacked = "a" + String(repeating: "\u{301}", count: 600)
        #expect(
            try problem(event(["learner": "\"\(stacked)\""]))
                == "learner: expected a text of 1 to 256 characters, got 1,201 bytes, more than 1,024")
        let text = String(repeating: "x", count: 8_190)
        #expect(
            try problem(event(["context": "{\"a\":\"\(text)\"}"]))
                == "context: expected at most 8,192 bytes, got 8,198 bytes")
        let big = String(repeating: "y", count: 70_000)
        let read = try item(event(["note": "\"\(big)\""]))
        #expect(read.raw.text.utf8.count == TrackingLimits.eventBytesMax)
        guard case .failure(let problem) = read.event else { return #expect(Bool(false)) }
        #expect(problem.description.hasPrefix("event: expected at most 65,536 bytes, got 70,0"))
    }

    @Test func `a field that is there twice is refused`() throws {
        let twice =
            #"{"id":"a","id":"b","learner":"ada","verb":"viewed","occurredAt":"2026-09-01T00:00:00Z"}"#
        #expect(try problem(twice) == "id: expected one value, got several")
    }

    @Test func `an item that is no object has no id but keeps what came`() throws {
        let read = try item("[1, 2]")
        #expect(read.id == nil)
        #expect(read.raw.text == "[1, 2]")
        #expect(try problem("[1, 2]") == "event: expected an object, got an array")
    }

    @Test(
        "a body that is no batch is refused as a whole",
        arguments: [
            ("[]", "body: expected an object with events, got an array"),
            ("{}", "events: expected an array of 1 to 1,000 events, got nothing"),
            (#"{"events":{}}"#, "events: expected an array of 1 to 1,000 events, got an object"),
            (#"{"events":[]}"#, "events: expected an array of 1 to 1,000 events, got 0"),
            (
                #"{"events":[1],"source":""}"#,
                "source: expected a text of 1 to 64 characters, got an empty text"
            ),
            (
                #"{"events":[1],"source":1}"#,
                "source: expected a text of 1 to 64 characters, got the number 1"
            ),
            (#"{"events":[1],"backfill":"no"}"#, "backfill: expected true or false, got the text \"no\""),
            ("hello", "the body is not JSON that can be read: expected a value at byte 0, got 'h'"),
            (
                #"{"events":[{"id":"a\u0000b"}]}"#,
                "the body is not JSON that can be read: expected text without NUL characters at byte 19, got \\u0000"
            ),
        ])
    func unreadable(body: String, sentence: String) {
        #expect(throws: TrackingError.unreadable(sentence)) { try batch(body) }
    }

    @Test func `more events than allowed are refused as a whole`() {
        let events = [String](repeating: "1", count: 1_001).joined(separator: ",")
        #expect(throws: TrackingError.unreadable("events: expected an array of 1 to 1,000 events, got 1,001"))
        {
            try batch("{\"events\":[\(events)]}")
        }
    }

    @Test
    func `events of the last three days are live, older ones are history, and a batch may say so itself`()
        throws
    {
        func isBackfill(_ ageDays: Double, _ batch: Bool) throws -> Bool {
            let at = RFC3339.string(from: Self.now.addingTimeInterval(-ageDays * 86_400))
            let event = try item(event(["occurredAt": "\"\(at)\""])).event.get()
            return event.recorded(
                as: LearnerID(rawValue: UUID()), at: Self.now, isBackfill: batch
            ).isBackfill
        }
        #expect(try !isBackfill(2.9, false))
        #expect(try isBackfill(3.1, false))
        #expect(try isBackfill(0, true))
    }
}
