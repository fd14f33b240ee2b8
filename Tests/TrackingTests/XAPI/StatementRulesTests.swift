import Contracts
import Foundation
import Testing

@testable import Tracking

/// What is refused, clause by clause of part two of the specification, through the procedure and on a real database.
/// Each case breaks one thing of a statement that is good, and expects the refusal to name the place.
@Suite struct StatementRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let clause: String
        /// Names joined by dots.
        let path: String
        /// JSON; nil removes the property.
        let value: String?
        /// What the refusal must name.
        let field: String

        init(_ clause: String, _ path: String, _ value: String?, names field: String? = nil) {
            self.clause = clause
            self.path = path
            self.value = value
            self.field = field ?? path
        }

        var testDescription: String { "\(clause): \(path) = \(value ?? "nothing")" }
    }

    static let group = #"{"objectType":"Group","mbox":"mailto:g@class.example"}"#

    static let cases: [Case] = [
        Case("XAPI-00003 / Data 2.2", "actor", nil), Case("XAPI-00004 / Data 2.2", "verb", nil),
        Case("XAPI-00005 / Data 2.2", "object", nil),
        Case("XAPI-00001 / Data 2.2: null", "result", "null"), Case("XAPI-00001 / Data 2.2: null", "context.platform", "null"),
        Case("XAPI-00001 / Data 2.2: null", "actor.name", "null"), Case("XAPI-00001 / Data 2.2: null", "verb.display.en", "null"),
        Case("XAPI-00006 / Data 2.2: type", "actor", "\"ada\""), Case("XAPI-00006 / Data 2.2: type", "attachments", "{}"),
        Case("XAPI-00008 / Data 2.2: case of keys", "Actor", "{}"), Case("XAPI-00008 / Data 2.2: case of keys", "verb.Id", "\"x:y\""),
        Case("XAPI-00009 / Data 2.2: case of values", "actor.objectType", "\"agent\""),
        Case("XAPI-00010 / Data 2.2: unknown property", "extra", "1"),
        Case("XAPI-00010 / Data 2.2: unknown property", "object.definition.extra", "1"),
        Case("XAPI-00010 / Data 2.2: unknown property", "result.score.extra", "1"),
        Case("XAPI-00011 / Data 2.2: IRI without scheme", "verb.id", "\"class.example/read\""),
        Case("XAPI-00013 / Data 2.2: language", "context.language", "\"something\""),
        Case("XAPI-00013 / Data 2.2: language", "verb.display.something", "\"x\""),
        Case("XAPI-00022 / Data 2.4", "timestamp", "\"01/011/2015\""), Case("XAPI-00123 / Data 4.5", "timestamp", "\"2008-09-15T15:53:00.601-00:00\""),
        Case("XAPI-00023 / Data 2.4", "stored", "\"never\""), Case("XAPI-00025 / Data 2.4", "attachments", "\"a\""),
        Case("XAPI-00027 / Data 2.4.1", "id", "\"AA97B177-9383-4934-8543-0F91A7A028368\""), Case("XAPI-00028 / Data 2.4.1", "id", "1"),
        Case("XAPI-00031 / Data 2.4.2", "actor.objectType", "\"Activity\""), Case("XAPI-00032 / Data 2.4.2.1", "actor.objectType", "1"),
        Case("XAPI-00033 / Data 2.4.2.1", "actor.name", "1"),
        Case("XAPI-00034 / Data 2.4.2.1: no identifier", "actor", #"{"name":"Ada"}"#),
        Case("XAPI-00034 / Data 2.4.2.1: two identifiers", "actor.openid", "\"http://ada.example\"", names: "actor"),
        Case("XAPI-00035 / Data 2.4.2.2: member outside a Group", "actor.member", "[]"),
        Case("XAPI-00035 / Data 2.4.2.2: anonymous without members", "actor", #"{"objectType":"Group","name":"all"}"#, names: "actor.member"),
        Case("XAPI-00037 / Data 2.4.2.2: anonymous of nobody", "actor", #"{"objectType":"Group","member":[]}"#, names: "actor.member"),
        Case("XAPI-00036 / Data 2.4.2.2: a Group in a Group", "actor", #"{"objectType":"Group","member":[\#(group)]}"#, names: "actor.member[0]"),
        Case("XAPI-00036 / Data 2.4.2.2: members", "actor", #"{"objectType":"Group","member":{}}"#, names: "actor.member"),
        Case("XAPI-00037 / Data 2.4.2.2: two identifiers", "actor", #"{"objectType":"Group","mbox":"mailto:a@b.c","openid":"x:y"}"#),
        Case("XAPI-00038 / Data 2.4.2.3", "actor.mbox", "\"ada@class.example\""), Case("XAPI-00038 / Data 2.4.2.3", "actor.mbox", "1"),
        Case("XAPI-00039 / Data 2.4.2.3", "actor", #"{"mbox_sha1sum":"abc"}"#, names: "actor.mbox_sha1sum"),
        Case("XAPI-00040 / Data 2.4.2.3", "actor", #"{"openid":"ab=c://x"}"#, names: "actor.openid"),
        Case("XAPI-00041 / Data 2.4.2.4", "actor", #"{"account":"x"}"#, names: "actor.account"),
        Case("XAPI-00042 / Data 2.4.2.4", "actor", #"{"account":{"name":"a"}}"#, names: "actor.account.homePage"),
        Case("XAPI-00042 / Data 2.4.2.4", "actor", #"{"account":{"homePage":"x","name":"a"}}"#, names: "actor.account.homePage"),
        Case("XAPI-00043 / Data 2.4.2.4", "actor", #"{"account":{"homePage":"http://x"}}"#, names: "actor.account.name"),
        Case("XAPI-00043 / Data 2.4.2.4", "actor", #"{"account":{"homePage":"http://x","name":1}}"#, names: "actor.account.name"),
        Case("XAPI-00044 / Data 2.4.3", "verb.id", nil), Case("XAPI-00044 / Data 2.4.3", "verb.id", "\"read\""),
        Case("XAPI-00045 / Data 2.4.3", "verb.display", "\"read\""), Case("XAPI-00045 / Data 2.4.3", "verb.display.en", "1"),
        Case("XAPI-00046 / Data 2.4.4", "object.objectType", "\"activity\""),
        Case("XAPI-00047 / Data 2.4.4.1", "object.id", nil), Case("XAPI-00047 / Data 2.4.4.1", "object.id", "\"page\""),
        Case("XAPI-00048 / Data 2.4.4.1", "object.definition", "[]"),
        Case("XAPI-00049 / Data 2.4.4.1", "object.definition.interactionType", "\"Choice\""),
        Case("XAPI-00050 / Data 2.4.4.1", "object.definition.correctResponsesPattern", "[1]", names: "object.definition.correctResponsesPattern[0]"),
        Case("XAPI-00051 / Data 2.4.4.1", "object.definition.steps", "{}"), Case("XAPI-00052 / Data 2.4.4.1", "object.definition.target", "1"),
        Case("XAPI-00053 / Data 2.4.4.1", "object.definition.source", "\"x\""), Case("XAPI-00054 / Data 2.4.4.1", "object.definition.scale", "{}"),
        Case("XAPI-00055 / Data 2.4.4.1", "object.definition.choices", "{}"),
        Case("XAPI-00056 / Data 2.4.4.1", "object.definition.name", "\"Quiz\""),
        Case("XAPI-00057 / Data 2.4.4.1", "object.definition.extensions", "[]"),
        Case("XAPI-00058 / Data 2.4.4.1: id twice", "object.definition.choices", #"[{"id":"a"},{"id":"a"}]"#, names: "object.definition.choices[1].id"),
        Case("XAPI-00058 / Data 2.4.4.1: no id", "object.definition.choices", "[{}]", names: "object.definition.choices[0].id"),
        Case("XAPI-00059 / Data 2.4.4.1", "object.definition.description", "1"), Case("XAPI-00060 / Data 2.4.4.1", "object.definition.type", "\"x\""),
        Case("XAPI-00061 / Data 2.4.4.1", "object.definition.moreInfo", "\"x\""),
        Case("XAPI-00062 / Data 2.4.4.1", "object.definition.choices.0.description", "\"This\"", names: "object.definition.choices[0].description"),
        Case("XAPI-00063 / Data 2.4.4.1", "object.definition.choices.0", "\"a\"", names: "object.definition.choices[0]"),
        Case("XAPI-00064 / Data 2.4.4.1", "object.definition.interactionType", nil),
        Case("XAPI-00065 / Data 2.4.4.2: an Agent without objectType", "object", #"{"mbox":"mailto:a@b.c"}"#, names: "object.mbox"),
        Case("XAPI-00072 / Data 2.4.4.3", "object", #"{"objectType":"StatementRef"}"#, names: "object.id"),
        Case("XAPI-00072 / Data 2.4.4.3", "object", #"{"objectType":"StatementRef","id":"x"}"#, names: "object.id"),
        Case("XAPI-00073 / Data 2.4.4.3", "context.statement", #"{"id":"8f87ccde-bb56-4c2e-ab83-44982ef22df0"}"#, names: "context.statement.objectType"),
        Case("XAPI-00074 / Data 2.4.5", "result.success", "\"yes\""), Case("XAPI-00075 / Data 2.4.5", "result.completion", "1"),
        Case("XAPI-00076 / Data 2.4.5", "result.response", "1"), Case("XAPI-00077 / Data 2.4.5", "result.duration", "\"P4W1D\""),
        Case("XAPI-00078 / Data 2.4.5", "result.extensions", "\"x\""), Case("XAPI-00079 / Data 2.4.5.1", "result.score", "1"),
        Case("XAPI-00080 / Data 2.4.5.1", "result.score.max", "\"10\""), Case("XAPI-00081 / Data 2.4.5.1", "result.score.min", "10"),
        Case("XAPI-00082 / Data 2.4.5.1", "result.score.raw", "10.5"), Case("XAPI-00082 / Data 2.4.5.1", "result.score.raw", "-0.5"),
        Case("XAPI-00083 / Data 2.4.5.1", "result.score.scaled", "1.00001"), Case("XAPI-00083 / Data 2.4.5.1", "result.score.scaled", "-1.00001"),
        Case("XAPI-00084 / Data 2.4.6", "object", group, names: "context.revision"),
        Case("XAPI-00086 / Data 2.4.6", "context.contextActivities", "[]"), Case("XAPI-00087 / Data 2.4.6", "context.registration", "\"x\""),
        Case("XAPI-00087 / Data 2.4.6", "context.instructor", "\"Bola\""), Case("XAPI-00088 / Data 2.4.6: an Agent as team", "context.team", Sample.ada, names: "context.team"),
        Case("XAPI-00089 / Data 2.4.6", "context.revision", "1"), Case("XAPI-00090 / Data 2.4.6", "context.platform", "{}"),
        Case("XAPI-00091 / Data 2.4.6", "context.language", "1"), Case("XAPI-00092 / Data 2.4.6", "context.statement", "\"x\""),
        Case("XAPI-00093 / Data 2.4.6.2", "context.contextActivities.parents", "[]"),
        Case("XAPI-00094 / Data 2.4.6.2", "context.contextActivities.parent", #"[{"id":"x"}]"#, names: "context.contextActivities.parent[0].id"),
        Case("XAPI-00098 / Data 2.4.9: three", "authority", #"{"objectType":"Group","member":[\#(Sample.ada),\#(Sample.bola),\#(Sample.ada)]}"#, names: "authority.member"),
        Case("XAPI-00098 / Data 2.4.9: identified", "authority", group, names: "authority"),
        Case("XAPI-00024 / Data 2.4.9", "authority", "\"me\""),
        Case("XAPI-00101 / Data 2.4.10", "version", "\"1.1.0\""), Case("XAPI-00101 / Data 2.4.10", "version", "\"0.9.9\""),
        Case("XAPI-00101 / Data 2.4.10", "version", "\"2.0.0\""), Case("XAPI-00101 / Data 2.4.10", "version", "1"),
        Case("XAPI-00102 / Data 2.4.11", "attachments.0.length", "1.5", names: "attachments[0].length"),
        Case("XAPI-00103 / Data 2.4.11", "attachments.0.sha2", "\"x\"", names: "attachments[0].sha2"),
        Case("XAPI-00104 / Data 2.4.11", "attachments.0.fileUrl", "\"x\"", names: "attachments[0].fileUrl"),
        Case("XAPI-00105 / Data 2.4.11", "attachments.0.contentType", "\"x\"", names: "attachments[0].contentType"),
        Case("XAPI-00106 / Data 2.4.11", "attachments.0.display", "\"x\"", names: "attachments[0].display"),
        Case("XAPI-00107 / Data 2.4.11", "attachments.0.usageType", nil, names: "attachments[0].usageType"),
        Case("XAPI-00118 / Data 4.1", "context.extensions", #"{"x":1}"#), Case("XAPI-00121 / Data 4.2", "object.definition.name.a12345678", "\"x\""),
        Case("XAPI-00017 / Data 2.3.2: voids an activity", "verb.id", "\"http://adlnet.gov/expapi/verbs/voided\"", names: "object.objectType"),
        Case("9274.1.1, 4.2.2.5: no contextAgents in 1.0.3", "context.contextAgents", "[]"),
    ]

    @Test func `a broken statement is a 400 whose sentence names the place, and leaves nothing`() async throws {
        let stack = try await TrackingStack.make()
        let good = try JSONValue(json: Sample.full)
        for one in Self.cases {
            let value = try one.value.map { try JSONValue(json: $0) }
            let broken = try good.setting(one.path.split(separator: ".").map(String.init), to: value).json
            let refusal = try await stack.refusal(broken)
            #expect(refusal?.hasPrefix("400 ") == true, "\(one.testDescription): \(refusal ?? "taken")")
            #expect(refusal?.contains("\(one.field)") == true, "\(one.testDescription): \(refusal ?? "taken")")
        }
        #expect(try await stack.count("xapi_statement") == 0)
        #expect(try await stack.refusal(Sample.full) == nil)
    }

    @Test func `XAPI-00066 to 00071 / Data 2.4.4.3: a sub-statement keeps the same rules, and some of its own`() async throws {
        let stack = try await TrackingStack.make()
        let good = try JSONValue(json: Sample.nested)
        let cases: [(path: String, value: String?)] = [
            ("object.id", "\"8f87ccde-bb56-4c2e-ab83-44982ef22df0\""), ("object.stored", "\"2026-09-20T10:00:00Z\""),
            ("object.version", "\"1.0.0\""), ("object.authority", Sample.ada),
            ("object.object", Sample.nested), ("object.object", #"{"objectType":"SubStatement"}"#),
            ("object.actor", nil), ("object.verb", nil), ("object.timestamp", "\"x\""), ("object.context.registration", "1"),
        ]
        for (path, value) in cases {
            let broken = try good.setting(
                path.split(separator: ".").map(String.init), to: try value.map { try JSONValue(json: $0) }).json
            let refusal = try await stack.refusal(broken)
            #expect(refusal?.hasPrefix("400 ") == true && refusal?.contains("object") == true, "\(path): \(refusal ?? "taken")")
        }
        #expect(try await stack.refusal(Sample.nested) == nil)
    }

    @Test func `XAPI-00021 / Data 2.4: a property that comes twice is refused`() async throws {
        let stack = try await TrackingStack.make()
        let twice = Sample.simple(more: #","verb":{"id":"http://class.example/other"}"#)
        #expect(try await stack.refusal(twice)?.contains("verb: expected one value, got several") == true)
        let deep = Sample.simple(actor: #"{"mbox":"mailto:a@b.c","mbox":"mailto:a@b.c"}"#)
        #expect(try await stack.refusal(deep)?.contains("actor.mbox") == true)
    }

    @Test func `XAPI-00014 / Data 2.2: what is not JSON is refused`() async throws {
        let stack = try await TrackingStack.make()
        for body in ["", "x", "{", "[", "null", "\"x\"", "1", "{}{}", "\u{FEFF}{}", Sample.simple() + ","] {
            #expect(try await stack.refusal(body)?.hasPrefix("400 ") == true, "\(body)")
        }
    }

    @Test func `9274.1.1, 4.2.2.5: who else was part of it, in version 2.0`() async throws {
        let stack = try await TrackingStack.make()
        func statement(_ context: String) -> String { Sample.simple(more: #","context":{\#(context)}"#) }
        let agent = #"{"objectType":"contextAgent","agent":\#(Sample.ada),"relevantTypes":["http://class.example/tutor"]}"#
        let group = #"{"objectType":"contextGroup","group":\#(Self.group)}"#
        #expect(try await stack.refusal(statement(#""contextAgents":[\#(agent)],"contextGroups":[\#(group)]"#), version: .v2) == nil)
        for bad in [
            #""contextAgents":{}"#, #""contextAgents":[{"agent":\#(Sample.ada)}]"#, #""contextAgents":[{"objectType":"contextAgent"}]"#,
            #""contextAgents":[{"objectType":"x","agent":\#(Sample.ada)}]"#,
            #""contextAgents":[{"objectType":"contextAgent","agent":\#(Sample.ada),"relevantTypes":[]}]"#,
            #""contextAgents":[{"objectType":"contextAgent","agent":\#(Sample.ada),"relevantTypes":["abc"]}]"#,
            #""contextAgents":[{"objectType":"contextAgent","agent":\#(Self.group)}]"#,
            #""contextGroups":[{"objectType":"contextGroup","group":\#(Sample.ada)}]"#,
        ] {
            let refusal = try await stack.refusal(statement(bad), version: .v2)
            #expect(refusal?.contains("context.context") == true, "\(bad): \(refusal ?? "taken")")
        }
    }

    @Test func `9274.1.1, 4.2.4.3: in 2.0 statements of 1.0 and 2.0 are taken, of 3.0 not`() async throws {
        let stack = try await TrackingStack.make()
        for (version, isTaken) in [("1.0", true), ("1.0.3", true), ("2.0", true), ("2.0.0", true), ("3.0.0", false), ("2.1", false)] {
            let refusal = try await stack.refusal(Sample.simple(more: #","version":"\#(version)""#), version: .v2)
            #expect((refusal == nil) == isTaken, "\(version): \(refusal ?? "taken")")
        }
    }

    @Test func `XAPI-00119 / Data 4.1: extensions hold anything, null and nothing included`() async throws {
        let stack = try await TrackingStack.make()
        for value in ["null", "\"\"", "{}", "[]", "[null]", "{\"a\":null}", "1e300", "true"] {
            let statement = Sample.simple(more: #","context":{"extensions":{"http://class.example/x":\#(value)}}"#)
            #expect(try await stack.refusal(statement) == nil, "\(value)")
        }
    }
}
