import Contracts
import Foundation
import Testing

@testable import Tracking

/// In which form statements, activities and persons are answered.
@Suite struct StatementFormTests {
    @Test func `XAPI-00170 / Communication 2.1.3: exact is what came, byte for byte, and the endpoint's own behind it`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let id = try await stack.store(Sample.full)[0]
        let body = try await stack.find(["statementId": id]).body
        for name in ["actor", "verb", "object", "result"] {
            let part = try #require(try JSONValue(json: Sample.full)[name])
            #expect(try JSONValue(json: body)[name] == part, "\(name)")
        }
        let kept = try await stack.database.rows("SELECT raw FROM xapi_statement").first?.decode("raw", as: String.self)
        #expect(kept == Sample.full)
        #expect(body.hasPrefix(#"{"actor":{"objectType":"Agent","mbox":"mailto:ada@class.example","name":"Ada"},"verb""#))
    }

    @Test func `XAPI-00095 / Data 2.4.6.2: context activities come back as arrays`() async throws {
        let stack = try await TrackingStack.make()
        let id = try await stack.store(Sample.full)[0]
        for format in ["exact", "ids", "canonical"] {
            let statement = try await stack.statement(id, format: format)
            #expect(statement["context", "contextActivities", "parent"]?.count == 1, "\(format)")
            #expect(statement["context", "contextActivities", "parent", "0", "id"]?.text == "http://class.example/course")
        }
        let inner = try await stack.store(Sample.nested)[0]
        let nested = try await stack.statement(inner)
        #expect(nested["object", "context", "contextActivities", "grouping"]?.count == 1)
    }

    @Test func `XAPI-00171 / Communication 2.1.3: ids leaves of actors, verbs and activities what tells which they are`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let id = try await stack.store(Sample.full)[0]
        let statement = try await stack.statement(id, format: "ids")
        #expect(statement["actor"]?.names == ["objectType", "mbox"])
        #expect(statement["verb"]?.names == ["id"])
        #expect(statement["object"]?.names == ["objectType", "id"])
        #expect(statement["context", "instructor"]?.names == ["mbox"])
        #expect(statement["context", "team", "member", "0"]?.names == ["objectType", "mbox"])
        #expect(statement["result", "response"]?.text == "a")
        let group = #"{"objectType":"Group","name":"G","mbox":"mailto:g@b.example","member":[\#(Sample.ada)]}"#
        let second = try await stack.store(Sample.simple(actor: group))[0]
        #expect(try await stack.statement(second, format: "ids")["actor"]?.names == ["objectType", "mbox"])
        let third = try await stack.store(Sample.nested)[0]
        #expect(try await stack.statement(third, format: "ids")["object", "actor"]?.names == ["objectType", "mbox"])
    }

    private static func described(_ name: String, more: String = "") -> String {
        #"{"actor":\#(Sample.ada),"verb":{"id":"x:y","display":{"en-US":"read","de":"las"}},"#
            + #""object":{"id":"\#(Sample.page)","definition":{"name":{\#(name)}\#(more)}}}"#
    }

    @Test func `XAPI-00169, XAPI-00172: canonical is one language, by Accept-Language, of all that is known`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let first = try await stack.store(
            Self.described(#""en-US":"Page""#, more: #","type":"http://class.example/page""#))[0]
        try await stack.store(Self.described(#""de":"Seite""#, more: #","extensions":{"x:a":1}"#))
        let german = try await stack.statement(first, format: "canonical", languages: "de, en;q=0.5")
        #expect(german["object", "definition", "name"] == .object(["de": .string("Seite")]))
        #expect(german["verb", "display"] == .object(["de": .string("las")]))
        #expect(german["object", "definition", "type"]?.text == "http://class.example/page")
        #expect(german["actor", "name"]?.text == "Ada")
        let english = try await stack.statement(first, format: "canonical", languages: "en-GB")
        #expect(english["object", "definition", "name"] == .object(["en-US": .string("Page")]))
        let any = try await stack.statement(first, format: "canonical")
        #expect(any["object", "definition", "name"]?.names.count == 1)
        let exact = try await stack.statement(first)
        #expect(exact["object", "definition", "name"] == .object(["en-US": .string("Page")]))
    }

    @Test func `Communication 2.5: an activity is all that statements say of it, and an unknown one is its id`()
        async throws
    {
        let stack = try await TrackingStack.make()
        func activity(_ id: String) async throws -> JSONValue {
            let request = GetActivity.Request(version: .v1, parameters: ["activityId": id])
            return try JSONValue(json: await stack.call(TrackingRPC.getActivity, request).body)
        }
        try await stack.store(Self.described(#""en":"Page","fr":"Page""#, more: #","type":"x:page""#))
        try await stack.store(Self.described(#""en":"The page""#))
        let known = try await activity(Sample.page)
        #expect(
            try known
                == JSONValue(
                    json: #"{"id":"\#(Sample.page)","objectType":"Activity","definition":{"name":{"en":"The page","fr":"Page"},"type":"x:page"}}"#))
        #expect(try await activity("x:unknown") == JSONValue(json: #"{"id":"x:unknown","objectType":"Activity"}"#))
        for parameters in [[:], ["activityId": "page"], ["activityId": "x:y", "foo": "bar"], ["activityid": "x:y"]] {
            await #expect(throws: TrackingStack.Refused.self) {
                _ = try await stack.call(
                    TrackingRPC.getActivity, GetActivity.Request(version: .v1, parameters: parameters))
            }
        }
    }

    @Test func `Communication 2.4: a person is every name that statements have for the Agent`() async throws {
        let stack = try await TrackingStack.make()
        func person(_ agent: String) async throws -> JSONValue {
            let request = GetPerson.Request(version: .v1, parameters: ["agent": agent])
            return try JSONValue(json: await stack.call(TrackingRPC.getPerson, request).body)
        }
        try await stack.store(Sample.simple())
        try await stack.store(Sample.simple(actor: #"{"mbox":"mailto:ada@class.example","name":"Ada L."}"#))
        let known = try await person(#"{"mbox":"mailto:ada@class.example"}"#)
        #expect(
            try known
                == JSONValue(
                    json: #"{"objectType":"Person","mbox":["mailto:ada@class.example"],"name":["Ada L.","Ada"]}"#))
        let account = #"{"homePage":"http://x.example","name":"n"}"#
        #expect(
            try await person(#"{"account":\#(account),"name":"New"}"#)
                == JSONValue(json: #"{"objectType":"Person","account":[\#(account)],"name":["New"]}"#))
        for agent in ["", "{}", "ada", #"{"objectType":"Group","mbox":"mailto:a@b.c"}"#] {
            await #expect(throws: TrackingStack.Refused.self) { _ = try await person(agent) }
        }
    }
}
