import Contracts
import Foundation
import Testing

@testable import Tracking

/// What each rule of a mapping gives, and what a refusal says. No database: a mapping is a pure function.
@Suite struct MappingTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)

    /// A mapping in which `activity.id` is the rule under test.
    private func mapping(_ rule: String, more: String = "", names: String = "{}", given: String = "[]") throws
        -> EventMapping
    {
        let text = """
            {"format": "test", "about": "A test.", "source": "test", "given": \(given), "names": \(names),
             "tables": {"kinds": {"q": "quiz", "quiz-*": "exam", "quiz-v*": "video", "yes": true, "seven": 7}}, \(more)
             "event": {"id": "id", "learner": "who", "verb": {"constant": "viewed"}, "activity": {"id": \(rule)},
                       "occurredAt": "at"}}
            """
        return try MappingParser.mapping(Data(text.utf8), named: "test")
    }

    private func record(_ fields: String) throws -> JSONRecord {
        JSONRecord(
            try JSONTape(
                Data("{\"id\":\"e\",\"who\":\"ada\",\"at\":\"2026-09-21T10:00:00Z\",\(fields)}".utf8),
                depthMax: 32))
    }

    private func event(
        _ rule: String, _ fields: String, names: String = "{}", envelope: String? = nil
    ) throws -> Result<IncomingEvent, EventProblem> {
        let document = try envelope.map { JSONRecord(try JSONTape(Data($0.utf8), depthMax: 32)) }
        let circumstances = EventMapping.Circumstances(receivedAt: Self.now, envelope: document)
        guard case .item(let item) = try mapping(rule, names: names).read(record(fields), circumstances)
        else {
            throw EventProblem("test", expected: "an event", got: "a record that is passed over")
        }
        return item.event
    }

    @Test(
        "each rule gives what it says",
        arguments: [
            (#""x""#, #""x":"plain""#, "plain"),
            (#""a.b[1].c""#, #""a":{"b":[0,{"c":"deep"}]}"#, "deep"),
            (#""a['x.y']""#, #""a":{"x.y":"quoted"}"#, "quoted"),
            (#""x""#, #""x":21070000000000001"#, "21070000000000001"),
            (#"["x","y"]"#, #""x":null,"y":"second""#, "second"),
            (#"["x","y"]"#, #""x":"","y":"blank is nothing""#, "blank is nothing"),
            (#"{"constant":"c"}"#, #""x":1"#, "c"),
            (#"{"text":"{x}/{y}!"}"#, #""x":1,"y":"b""#, "1/b!"),
            (#"[{"text":"{x}-{z}"},"y"]"#, #""x":1,"y":"b""#, "b"),
            (#"{"ratio":["x","y"]}"#, #""x":3,"y":"4""#, "0.75"),
            (#"[{"ratio":["x","y"]},"z"]"#, #""x":0,"y":0,"z":"nothing to earn""#, "nothing to earn"),
            (#"{"days":"x","after":"at"}"#, #""x":-1"#, "2026-09-20T10:00:00.000000Z"),
            (#"{"from":"x","through":"kinds"}"#, #""x":"q""#, "quiz"),
            (#"{"from":"x","through":"kinds"}"#, #""x":"quiz-1""#, "exam"),
            (#"{"from":"x","through":"kinds"}"#, #""x":"quiz-v1""#, "video"),
            (#"[{"from":"x","through":"kinds"},{"constant":"other"}]"#, #""x":"r""#, "other"),
            (#"{"from":"x","through":{"*":"default"}}"#, #""x":"r""#, "default"),
            (#"[{"from":"x","when":{"value":"y","is":["1","2"]}},"z"]"#, #""x":"a","y":2,"z":"b""#, "a"),
            (#"[{"from":"x","when":{"value":"y","isNot":"2"}},"z"]"#, #""x":"a","y":2,"z":"b""#, "b"),
            (#"[{"from":"x","when":{"value":"w","isNot":"2"}},"z"]"#, #""x":"a","y":2,"z":"b""#, "a"),
            (#"[{"from":"x","when":{"value":"w","exists":false}},"z"]"#, #""x":"a","z":"b""#, "a"),
            (
                #"[{"from":"x","when":[{"value":"x","startsWith":["b","a"]},{"value":"w","exists":true}]},"z"]"#,
                #""x":"a","z":"b""#, "b"
            ),
        ])
    func rules(rule: String, fields: String, expected: String) throws {
        #expect(try event(rule, fields).get().activity?.id.rawValue == expected)
    }

    @Test(
        "each step does what it says",
        arguments: [
            (#""lowercase""#, "ABC", "abc"), (#""trimmed""#, " a ", "a"), (#""urlDecoded""#, "a%3Ab", "a:b"),
            (#"{"prefix":"p:"}"#, "a", "p:a"), (#"{"after":"/x/"}"#, "http://h/x/a/b", "a/b"),
            (#"{"upTo":"?"}"#, "a?b", "a"), (#"{"upTo":"?"}"#, "a", "a"),
            (#""lastSegment""#, "http://h/x/a/", "a"),
            (#""lastSegment""#, "urn:uuid:1", "1"), (#""idOf""#, "text", "text"),
            (#""number""#, "0.5", "0.5"),
            (#""percent""#, "75", "0.75"), (#"["percent",{"clamp":[0,1]}]"#, "120", "1"),
            (#""duration""#, "PT1H30M", "5400"), (#""duration""#, "P1DT0.5S", "86400.5"),
            (#""flag""#, "Yes", "true"),
            (#""rfc3339""#, "2026-09-21T10:00:00+02:00", "2026-09-21T08:00:00.000000Z"),
            (#""unixSeconds""#, "1790000000", "2026-09-21T14:13:20.000000Z"),
            (#""unixMilliseconds""#, "1790000000500", "2026-09-21T14:13:20.500000Z"),
            (
                #"{"time":"dd/MM/yy, HH:mm","zone":"Europe/London"}"#, "1/07/26, 09:05",
                "2026-07-01T08:05:00.000000Z"
            ),
            (#"{"time":"dd MMM yyyy hh:mm a"}"#, "01 Jul 2026 12:05 AM", "2026-07-01T00:05:00.000000Z"),
        ])
    func steps(step: String, text: String, expected: String) throws {
        let event = try event("{\"from\":\"x\",\"as\":\(step)}", "\"x\":\"\(text)\"").get()
        #expect(event.activity?.id.rawValue == expected)
    }

    @Test func `a reference may be an object with an id or the id alone`() throws {
        #expect(
            try event(#"{"from":"x","as":"idOf"}"#, #""x":{"id":"a","type":"T"}"#).get().activity?.id.rawValue
                == "a")
        #expect(try event(#"{"from":"x","as":"idOf"}"#, #""x":{"type":"T"}"#).get().activity == nil)
    }

    @Test func `names are worked out from what stands before them, and reach into what they found`() throws {
        let names = #"{"data":{"from":"event","as":"json"},"key":{"text":"k-{$data.id}"}}"#
        #expect(
            try event(#""$key""#, #""event":"{\"id\":7}""#, names: names).get().activity?.id.rawValue == "k-7"
        )
        #expect(
            try event(#""$key""#, #""event":{"id":7}"#, names: names).get().activity?.id.rawValue == "k-7")
        #expect(try event(#""$key""#, #""event":"input_1=2""#, names: names).get().activity == nil)
        #expect(
            try event(#""$envelope.sensor""#, #""x":1"#, envelope: #"{"sensor":"s"}"#).get().activity?.id
                .rawValue == "s")
    }

    @Test func `the hash of a record does not depend on the order of its members`() throws {
        let first = try event(#""$contentHash""#, #""x":1,"y":{"a":1,"b":2}"#).get().activity?.id
        let second = try event(#""$contentHash""#, #""y":{"b":2,"a":1},"x":1"#).get().activity?.id
        #expect(first == second)
        #expect(first?.rawValue == "ac325967a3010554e844ccae6a5a8f02")
    }

    @Test(
        "a refusal names the sender's own field",
        arguments: [
            (
                #"{"from":"a.x","as":"number"}"#, #""a":{"x":"much"}"#,
                "a.x: expected a number, got the text \"much\""
            ),
            (
                #"{"from":["y","x"],"as":{"time":"dd.MM.yyyy"}}"#, #""x":"31.02.2026""#,
                "x: expected a time like dd.MM.yyyy, got the text \"31.02.2026\""
            ),
            (
                #"{"from":"x","as":"duration"}"#, #""x":"P1M""#,
                "x: expected a duration like PT1H30M, got the text \"P1M\""
            ),
            (
                #""x""#, #""x":" a""#,
                "x: expected a text of 1 to 512 characters, got white space at its begin or end"
            ),
            (#""x""#, #""x":{}"#, "x: expected a text of 1 to 512 characters, got an object"),
        ])
    func refusals(rule: String, fields: String, sentence: String) throws {
        #expect(throws: Self.problem(sentence)) { try event(rule, fields).get() }
    }

    @Test func `what must be there and is not is refused with every field that was tried`() throws {
        let text = """
            {"format": "test", "about": "A test.", "source": "test", "names": {"n": ["name", "type"]},
             "event": {"id": "id", "learner": ["user.id", {"text": "name:{user.name}"}],
                       "verb": {"from": "$n", "through": {"a": "viewed"}}, "occurredAt": ["time", "at"]}}
            """
        let mapping = try MappingParser.mapping(Data(text.utf8), named: "test")
        func problem(_ record: String) throws -> String? {
            let record = JSONRecord(try JSONTape(Data(record.utf8), depthMax: 32))
            guard case .item(let item) = mapping.read(record, .init(receivedAt: Self.now)),
                case .failure(let problem) = item.event
            else { return nil }
            return problem.description
        }
        let time = #""at":"2026-09-21T10:00:00Z""#
        #expect(
            try problem("{}") == "time or at: expected a time like 2026-11-23T10:15:30.123456Z, got nothing")
        #expect(
            try problem("{\(time),\"type\":\"b\"}")
                == #"type: expected something that the mapping test has a verb for, got the text "b""#)
        #expect(
            try problem("{\(time)}")
                == "name or type: expected something that the mapping test has a verb for, got nothing")
        #expect(
            try problem("{\(time),\"type\":\"a\",\"id\":1}")
                == "user.id or user.name: expected a text of 1 to 256 characters, got nothing")
        #expect(
            try problem(#"{"time":"2026-09-22T10:00:00Z","type":"a","id":1,"user":{"id":3}}"#)
                == "time: expected a time at most 10 minutes ahead of 2026-09-21T14:13:20.000000Z, "
                + "got 2026-09-22T10:00:00.000000Z")
    }

    @Test func `a record is passed over with the reason that the mapping gives`() throws {
        let skip = #""skip":[{"when":{"value":"x","is":"note"},"because":"a note is no event"}],"#
        let mapping = try mapping(#""x""#, more: skip)
        guard
            case .skipped(let id, let because) = try mapping.read(
                record(#""x":"note""#), .init(receivedAt: Self.now))
        else {
            Issue.record("taken in")
            return
        }
        #expect(id == "e")
        #expect(because == "a note is no event")
    }

    @Test func `a time by the device's clock is put right by when the device says it sent it`() throws {
        let rule = #"{"deviceTime":"t","sentAt":["sent","$envelope.sent"]}"#
        // The device is an hour behind, and sends a quarter of an hour later.
        let fields = #""t":"2026-09-21T12:58:20Z","sent":"2026-09-21T13:13:20Z""#
        #expect(try event(rule, fields).get().activity?.id.rawValue == "2026-09-21T13:58:20.000000Z")
        #expect(
            try event(rule, #""t":"2026-09-21T12:58:20Z""#).get().activity?.id.rawValue
                == "2026-09-21T12:58:20.000000Z")
    }

    @Test func `a row of a table is a record as good as any`() throws {
        let text = """
            {"format": "rows", "about": "A test.", "source": "rows", "given": ["run"],
             "event": {"id": "$contentHash", "learner": "User full name", "courseRun": "$run",
                       "verb": {"from": "Event", "through": {"Viewed": "viewed"}},
                       "result": {"count": "clicks"},
                       "occurredAt": {"from": "Time", "as": {"time": "dd/MM/yy, HH:mm", "zone": "Europe/Berlin"}}}}
            """
        let mapping = try MappingParser.mapping(Data(text.utf8), named: "rows")
        let row = RowRecord(
            columns: ["Time": 0, "User full name": 1, "Event": 2, "clicks": 3],
            fields: ["21/09/26, 10:00", "Ada", "Viewed", "3"], raw: RawSlice([], 0..<0))
        guard case .item(let item) = mapping.read(row, .init(receivedAt: Self.now, given: ["run": "R1"]))
        else {
            Issue.record("passed over")
            return
        }
        let event = try item.event.get()
        #expect(event.courseRun?.rawValue == "R1")
        #expect(event.result?.count == 3)
        #expect(RFC3339.string(from: event.occurredAt) == "2026-09-21T08:00:00.000000Z")
        #expect(item.source.rawValue == "rows")
    }

    private static func problem(_ sentence: String) -> EventProblem {
        let (field, rest) = split(sentence, at: ": expected ")
        let (expected, got) = split(rest, at: ", got ")
        return EventProblem(field, expected: expected, got: got)
    }

    private static func split(_ text: String, at mark: String) -> (String, String) {
        let parts = text.components(separatedBy: mark)
        return (parts[0], parts.dropFirst().joined(separator: mark))
    }
}
