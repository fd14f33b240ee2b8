import Contracts
import Foundation
import Testing

@testable import Tracking

/// A mistake in a mapping stops the start with the place, what was expected there, and what came.
@Suite struct MappingParserTests {
    private func problem(_ text: String, named name: String = "m") -> String? {
        do throws(MappingProblem) {
            _ = try MappingParser.mapping(Data(text.utf8), named: name)
            return nil
        } catch {
            return error.description
        }
    }

    /// A good mapping in which one piece is replaced.
    private func mapping(
        head: String = #""format":"m","about":"A test.","source":"s","#, id: String = #""id""#,
        more: String = ""
    ) -> String {
        """
        {\(head)"tables":{"t":{"a":"viewed"}},\(more)
         "event":{"id":\(id),"learner":"who","verb":{"constant":"viewed"},"occurredAt":"at"}}
        """
    }

    @Test func `a good mapping has no problem`() {
        #expect(problem(mapping()) == nil)
    }

    @Test(
        "each mistake is named with its place",
        arguments: [
            (#""a..b""#, #"event.id: expected a path, got the text "a..b""#),
            (#""a[""#, #"event.id: expected a path, got the text "a[""#),
            (
                #""$x.y""#,
                "event.id: expected one of the names contentHash, envelope, receivedAt, declared before it, "
                    + #"got the text "$x.y""#
            ),
            ("7", "event.id: expected a path, a list of rules, or an object, got the number 7"),
            ("[]", "event.id: expected at least one rule, got an empty array"),
            ("{}", "event.id: expected one of from, constant, text, ratio, deviceTime, days, got none"),
            (
                #"{"from":"a","constant":1}"#,
                "event.id: expected one of from, constant, text, ratio, deviceTime, days, got several"
            ),
            (
                #"["a",{"form":"a"}]"#,
                "event.id[1]: expected only from, constant, text, ratio, deviceTime, days, when, "
                    + #"as, through, sentAt, after, got the member "form""#
            ),
            (
                #"{"from":"a","through":"u"}"#,
                #"event.id.through: expected one of the tables t, got the text "u""#
            ),
            (
                #"{"from":"a","as":"upper"}"#,
                "event.id.as: expected one of duration, flag, idOf, json, lastSegment, "
                    + #"lowercase, number, percent, rfc3339, trimmed, unixMilliseconds, unixSeconds, urlDecoded, got the text "upper""#
            ),
            (
                #"{"from":"a","as":[{"time":"dd.MM"}]}"#,
                "event.id.as[0]: expected a pattern like dd/MM/yyyy HH:mm and an "
                    + #"IANA zone, got {"time":"dd.MM"}"#
            ),
            (
                #"{"from":"a","as":{"clamp":[1,0]}}"#,
                "event.id.as.clamp: expected two numbers, the smaller one first, got [1,0]"
            ),
            (#"{"ratio":["a"]}"#, "event.id.ratio: expected two rules, got 1"),
            (#"{"text":"{a"}"#, #"event.id.text: expected a closing brace, got the text "{a""#),
            (
                #"{"from":"a","sentAt":"b"}"#,
                "event.id.sentAt: expected it beside deviceTime, got it beside from"
            ),
            (
                #"{"from":"a","when":{"value":"b"}}"#,
                "event.id.when: expected one of is, isNot, startsWith, exists, got none"
            ),
            (
                #"{"from":"a","when":{"value":"b","exists":"no"}}"#,
                #"event.id.when.exists: expected true or false, got the text "no""#
            ),
        ])
    func mistakes(rule: String, sentence: String) {
        #expect(problem(mapping(id: rule)) == "mapping m: " + sentence)
    }

    @Test func `the file as a whole is checked, too`() {
        #expect(
            problem("{") == "mapping m: the file: expected JSON, got a mistake: expected a member's name in "
                + "quotation marks at byte 1, got the end of the text")
        #expect(problem("[]") == "mapping m: the file: expected an object, got an array")
        #expect(
            problem(mapping(), named: "n")
                == #"mapping n: format: expected the name of the file, got the text "m""#)
        #expect(problem(mapping(head: "")) == #"mapping m: the file: expected the member "format", got none"#)
        #expect(
            problem(mapping(more: #""names":{"x":"$y","y":"a"},"#))
                == "mapping m: names.x: expected one of the "
                + #"names contentHash, envelope, receivedAt, declared before it, got the text "$y""#)
        #expect(
            problem(mapping(more: #""names":{"envelope":"a"},"#))
                == "mapping m: names.envelope: expected a new name, got one that is taken")
    }

    @Test func `every mapping that comes with Tracking can be used`() throws {
        let mappings = try MappingFiles([MappingFiles.own]).mappings
        #expect(
            mappings.keys.sorted() == [
                "caliper", "course-data", "moodle-log", "moodle-logstore", "openedx", "oulad-clicks", "oulad-marks",
                "oulad-registrations", "oulad-submissions", "oulad-withdrawals", "segment",
            ])
        for mapping in mappings.values { #expect(mapping.about.hasSuffix("."), "\(mapping.format)") }
    }

    @Test func `a folder that is none is refused by its setting's name`() {
        #expect(throws: MappingFolderProblem.self) { try MappingFiles([URL(filePath: "/nowhere")]) }
    }
}
