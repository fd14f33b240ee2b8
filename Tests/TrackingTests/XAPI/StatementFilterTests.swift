import Contracts
import Foundation
import PostgreSQL
import TestSupport
import Testing

@testable import Tracking

/// GET of the statement resource: each parameter, what it finds and what it refuses (Communication 2.1.3).
@Suite struct StatementFilterTests {
    private static func agent(_ name: String) -> String { #"{"mbox":"mailto:\#(name)@class.example"}"# }

    @Test func `XAPI-00181, XAPI-00176: agent finds actor and object, members of Groups, and broadly anybody`()
        async throws
    {
        let stack = try await TrackingStack.make()
        try await stack.store(Sample.simple(Sample.id(1)))
        try await stack.store(
            Sample.simple(Sample.id(2), actor: #"{"objectType":"Group","member":[\#(Sample.ada),\#(Sample.bola)]}"#))
        let asObject = #"{"id":"\#(Sample.id(3))","actor":\#(Sample.bola),"verb":{"id":"x:met"},"object":\#(Sample.ada)}"#
        try await stack.store(asObject)
        try await stack.store(try JSONValue(json: Sample.full).setting(["id"], to: .string(Sample.id(4))).json)
        try await stack.store(try JSONValue(json: Sample.nested).setting(["id"], to: .string(Sample.id(5))).json)
        let group = #"{"objectType":"Group","mbox":"mailto:group@class.example","member":[\#(Self.agent("chen"))]}"#
        try await stack.store(Sample.simple(Sample.id(6), actor: group))

        #expect(try await stack.ids(["agent": Self.agent("ada")]) == [4, 3, 2, 1].map(Sample.id))
        #expect(try await stack.ids(["agent": Self.agent("bola")]) == [5, 3, 2].map(Sample.id))
        #expect(try await stack.ids(["agent": Self.agent("bola"), "related_agents": "true"]) == [5, 4, 3, 2].map(Sample.id))
        #expect(try await stack.ids(["agent": Self.agent("ada"), "related_agents": "true"]) == [5, 4, 3, 2, 1].map(Sample.id))
        #expect(try await stack.ids(["agent": Self.agent("inner"), "related_agents": "true"]) == [Sample.id(5)])
        #expect(try await stack.ids(["agent": Self.agent("inner")]).isEmpty)
        #expect(try await stack.ids(["agent": Self.agent("chen")]) == [Sample.id(6)])
        #expect(try await stack.ids(["agent": #"{"objectType":"Group","mbox":"mailto:group@class.example"}"#]) == [Sample.id(6)])
        #expect(try await stack.ids(["agent": TrackingStack.authority, "related_agents": "true"]).count == 6)
        #expect(try await stack.ids(["agent": TrackingStack.authority]).isEmpty)
    }

    @Test func `XAPI-00178 to 00180, XAPI-00177: verb, activity, registration, and broadly related activities`()
        async throws
    {
        let stack = try await TrackingStack.make()
        try await stack.store(Sample.simple(Sample.id(1)))
        try await stack.store(try JSONValue(json: Sample.full).setting(["id"], to: .string(Sample.id(2))).json)
        try await stack.store(try JSONValue(json: Sample.nested).setting(["id"], to: .string(Sample.id(3))).json)
        #expect(try await stack.ids(["verb": "http://class.example/read"]) == [Sample.id(1)])
        #expect(try await stack.ids(["activity": Sample.page]) == [Sample.id(1)])
        #expect(try await stack.ids(["activity": Sample.page, "related_activities": "true"]) == [3, 1].map(Sample.id))
        for related in ["http://class.example/course", "http://class.example/other"] {
            #expect(try await stack.ids(["activity": related]).isEmpty)
            #expect(try await stack.ids(["activity": related, "related_activities": "true"]) == [Sample.id(2)])
        }
        #expect(try await stack.ids(["activity": "http://class.example/group", "related_activities": "true"]) == [Sample.id(3)])
        #expect(try await stack.ids(["registration": "EC531277-B57B-4C15-8D91-D292C5B2B8F7"]) == [Sample.id(2)])
        let all = [
            "agent": Self.agent("ada"), "verb": "http://adlnet.gov/expapi/verbs/answered", "activity": "http://class.example/quiz/1",
            "registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f7", "related_activities": "true", "related_agents": "true",
        ]
        #expect(try await stack.ids(all) == [Sample.id(2)])
        #expect(try await stack.ids(all.merging(["verb": "x:y"]) { $1 }).isEmpty)
    }

    @Test func `9274.1.1, 4.1.6.1: related agents are also those of contextAgents and contextGroups`() async throws {
        let stack = try await TrackingStack.make()
        let context = #""contextAgents":[{"objectType":"contextAgent","agent":\#(Self.agent("tutor"))}],"#
            + #""contextGroups":[{"objectType":"contextGroup","group":{"objectType":"Group","member":[\#(Self.agent("peer"))]}}]"#
        try await stack.store(Sample.simple(Sample.id(1), more: #","context":{\#(context)}"#), version: .v2)
        for name in ["tutor", "peer"] {
            #expect(try await stack.ids(["agent": Self.agent(name), "related_agents": "true"]) == [Sample.id(1)])
            #expect(try await stack.ids(["agent": Self.agent(name)]).isEmpty)
        }
    }

    @Test func `XAPI-00174, XAPI-00175, XAPI-00166: since leaves its moment out, until has it in, both orders`() async throws {
        let stack = try await TrackingStack.make()
        for number in 1...3 {
            stack.set(now: TrackingStack.start.addingTimeInterval(Double(number)))
            try await stack.store(Sample.simple(Sample.id(number)))
        }
        let second = RFC3339.string(from: TrackingStack.start.addingTimeInterval(2))
        #expect(try await stack.ids(["since": second]) == [Sample.id(3)])
        #expect(try await stack.ids(["until": second]) == [2, 1].map(Sample.id))
        #expect(try await stack.ids(["since": second, "until": second]).isEmpty)
        #expect(try await stack.ids(["ascending": "true"]) == [1, 2, 3].map(Sample.id))
        #expect(try await stack.ids(["ascending": "false"]) == [3, 2, 1].map(Sample.id))
        #expect(try await stack.ids(["verb": "http://class.example/read", "since": second]) == [Sample.id(3)])
        #expect(try await stack.ids(["since": "2030-01-01T00:00:00Z"]).isEmpty)
    }

    @Test func `XAPI-00173 / Data 2.5: limit, limit 0, and more links that go through everything once`() async throws {
        let stack = try await TrackingStack.make()
        let statements = (1...25).map { Sample.simple(Sample.id($0)) }
        try await stack.store("[\(statements.joined(separator: ","))]")
        for parameters in [["limit": "4"], ["limit": "4", "ascending": "true", "verb": "http://class.example/read"]] {
            var page = try Found(await stack.find(parameters))
            var all = page.ids
            #expect(page.ids.count == 4 && page.more.hasPrefix("/xapi/statements/more/"))
            while let token = page.token {
                // Statements that come meanwhile stand before the first page of the newest first.
                page = try Found(await stack.find([:], more: token))
                all += page.ids
            }
            let expected = parameters["ascending"] == nil ? Array((1...25).reversed()) : Array(1...25)
            #expect(all == expected.map(Sample.id))
        }
        for limit in ["0", "25", "1000000"] {
            let found = try Found(await stack.find(["limit": limit]))
            #expect(found.ids.count == 25 && found.more.isEmpty)
        }
        #expect(try await stack.ids(["verb": "x:none"]).isEmpty)
    }

    @Test func `a more link that names a time beyond all times is refused, not a failure of ours`() async throws {
        let stack = try await TrackingStack.make()
        for after in ["9223372036854775807", "-9223372036854775808", "253402300800000000", "-1"] {
            let token = Data(#"{"parameters":{},"after":\#(after)}"#.utf8).base64EncodedString()
            do {
                _ = try await stack.find([:], more: token)
                Issue.record("\(after) was taken")
            } catch let refused as TrackingStack.Refused {
                #expect(refused.status == 400, "\(after): \(refused.message)")
            }
        }
    }

    @Test func `a more link works as long as its statements stand, and one of nobody's is refused`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.store("[\(Sample.simple(Sample.id(1))),\(Sample.simple(Sample.id(2)))]")
        let token = try #require(try Found(await stack.find(["limit": "1"])).token)
        stack.set(now: TrackingStack.start.addingTimeInterval(30 * 86_400))
        try await stack.store(Sample.simple(Sample.id(3)))
        for _ in 0..<2 { #expect(try Found(await stack.find([:], more: token)).ids == [Sample.id(1)]) }
        for bad in ["", "x", "e30", String(repeating: "A", count: 20_000)] {
            await #expect(throws: TrackingStack.Refused.self) { _ = try await stack.find([:], more: bad) }
        }
    }

    // MARK: References

    @Test func `Communication 2.1.3: who refers to a statement answers for it, through every reference, in any order`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let target = Sample.simple(Sample.id(1), verb: "x:target")
        // 3 refers to 2 before 2 is there, and 2 to 1 before 1 is there.
        try await stack.store(Sample.reference(Sample.id(3), to: Sample.id(2), verb: "x:outer"))
        try await stack.store(Sample.reference(Sample.id(2), to: Sample.id(1), verb: "x:inner", actor: Self.agent("chen")))
        #expect(try await stack.ids(["verb": "x:target"]).isEmpty)
        try await stack.store(target)
        try await stack.store(Sample.reference(Sample.id(4), to: Sample.id(3), verb: "x:last"))
        #expect(try await stack.ids(["verb": "x:target"]) == [4, 1, 2, 3].map(Sample.id))
        #expect(try await stack.ids(["activity": Sample.page]) == [4, 1, 2, 3].map(Sample.id))
        #expect(try await stack.ids(["verb": "x:inner"]) == [4, 2, 3].map(Sample.id))
        #expect(try await stack.ids(["agent": Self.agent("chen"), "verb": "x:outer"]) == [4, 3].map(Sample.id))
        #expect(try await stack.ids(["verb": "x:last"]) == [Sample.id(4)])
    }

    @Test func `statements that refer to each other in a circle end nobody's patience`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.store(Sample.reference(Sample.id(1), to: Sample.id(2), verb: "x:a"))
        try await stack.store(Sample.reference(Sample.id(2), to: Sample.id(1), verb: "x:b"))
        try await stack.store(Sample.reference(Sample.id(3), to: Sample.id(3), verb: "x:c"))
        #expect(try await stack.ids(["verb": "x:a"]) == [2, 1].map(Sample.id))
        #expect(try await stack.ids(["verb": "x:c"]) == [Sample.id(3)])
    }

    @Test func `XAPI-00162: statements about a voided one, its voiding among them, are found, the voided one is not`()
        async throws
    {
        let stack = try await TrackingStack.make()
        try await stack.store(Sample.simple(Sample.id(1), verb: "x:target"))
        try await stack.store(Sample.voiding(Sample.id(1), id: Sample.id(2)))
        try await stack.store(Sample.reference(Sample.id(3), to: Sample.id(1), verb: "x:target"))
        #expect(try await stack.ids(["verb": "x:target"]) == [3, 2].map(Sample.id))
        #expect(try await stack.ids(["verb": "x:target", "limit": "1"]) == [Sample.id(3)])
    }

    // MARK: Refusals

    @Test func `XAPI-00150, XAPI-00151: beside a statement's id only attachments and format mean anything`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.store(Sample.simple(Sample.id(1)))
        for name in ["statementId", "voidedStatementId"] {
            for (other, value) in [
                ("agent", Self.agent("ada")), ("verb", "x:y"), ("activity", "x:y"), ("registration", Sample.id(1)),
                ("related_activities", "true"), ("related_agents", "true"), ("since", "2020-01-01T00:00:00Z"),
                ("until", "2020-01-01T00:00:00Z"), ("limit", "1"), ("ascending", "true"),
            ] {
                let refusal = try await stack.findRefusal([name: Sample.id(1), other: value])
                #expect(refusal?.hasPrefix("400 ") == true && refusal?.contains(other) == true, "\(name), \(other)")
            }
        }
        let both = ["statementId": Sample.id(1), "voidedStatementId": Sample.id(1)]
        #expect(try await stack.findRefusal(both)?.hasPrefix("400 ") == true)
        #expect(try await stack.findRefusal(["statementId": Sample.id(1), "format": "ids", "attachments": "false"]) == nil)
    }

    @Test func `XAPI-00324, XAPI-00325, XAPI-00012: unknown names and values that would not do in a statement`()
        async throws
    {
        let stack = try await TrackingStack.make()
        for (name, value) in [
            ("foo", "bar"), ("StatementId", Sample.id(1)), ("Agent", Self.agent("ada")), ("Limit", "1"), ("Format", "ids"),
            ("agent", "ada"), ("agent", "{}"), ("agent", #"{"mbox":"ada"}"#), ("agent", #"{"objectType":"Group","member":[\#(Sample.ada)]}"#),
            ("verb", "read"), ("activity", "page"), ("registration", "x"), ("since", "yesterday"), ("until", "2008-09-15T15:53:00-00:00"),
            ("limit", "-1"), ("limit", "1.5"), ("limit", "many"), ("limit", ""), ("format", "IDS"), ("format", ""),
            ("ascending", "yes"), ("related_agents", "1"), ("related_activities", "True"), ("attachments", "no"),
            ("statementId", "x"), ("voidedStatementId", ""), ("more", "x"),
        ] {
            let refusal = try await stack.findRefusal([name: value])
            #expect(refusal?.hasPrefix("400 ") == true && refusal?.contains(name) == true, "\(name)=\(value): \(refusal ?? "answered")")
        }
        #expect(try await stack.findRefusal(["statementId": Sample.id(1)])?.hasPrefix("404 ") == true)
    }

    // MARK: Consistency, tenants, cost

    @Test func `XAPI-00152, XAPI-00160: everything up to consistent-through was looked at, and time alone moves it on`()
        async throws
    {
        let stack = try await TrackingStack.make()
        #expect(try await stack.find([:]).consistentThrough == TrackingStack.start)
        try await stack.store("[\(Sample.simple()),\(Sample.simple()),\(Sample.simple())]")
        let answer = try await stack.find([:])
        let newest = try #require(try Found(answer).statements.first?["stored"]?.text.flatMap(RFC3339.date(from:)))
        #expect(answer.consistentThrough >= newest)
        let later = TrackingStack.start.addingTimeInterval(60)
        stack.set(now: later)
        #expect(try await stack.find(["verb": "x:none"]).consistentThrough == later)
        #expect(try await stack.call(TrackingRPC.getConsistentThrough, Empty()).consistentThrough == later)
        // While somebody is storing, nothing later than what is committed is promised.
        let (held, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let holder: Void = stack.database.transaction { session in
            try StatementOrder.lock(.standard, on: session)
            held.signal()
            release.wait()
        }
        try await blocking { held.wait() }
        let through = try await stack.call(TrackingRPC.getConsistentThrough, Empty()).consistentThrough
        release.signal()
        try await holder
        #expect(through == newest)
    }

    @Test func `a tenant sees nothing of another's`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.store(Sample.simple(Sample.id(1)), tenant: "north")
        try await stack.store(Sample.simple(Sample.id(1), verb: "x:y"), tenant: "south")
        #expect(try await stack.ids(["agent": Self.agent("ada")], tenant: "north") == [Sample.id(1)])
        #expect(try await stack.ids(["verb": "x:y"], tenant: "north").isEmpty)
        #expect(try await stack.ids([:]).isEmpty)
    }

    @Test func `no filter reads the table of statements from one end to the other`() async throws {
        let stack = try await TrackingStack.make()
        for batch in 0..<10 {
            let statements = (0..<200).map { number in
                Sample.simple(actor: Self.agent("learner-\(batch * 200 + number)"), verb: "x:verb-\(number % 7)")
            }
            try await stack.store("[\(statements.joined(separator: ","))]")
        }
        try await stack.database.execute("ANALYZE xapi_statement, xapi_term")
        let filters: [XAPIQuery.Filter] = [
            .init(limit: 10), .init(terms: [XAPITerm(.verb, "x:verb-1")], limit: 10),
            .init(terms: [XAPITerm(.agent, "mbox mailto:learner-77@class.example")], limit: 10),
            .init(terms: [XAPITerm(.agent, "mbox mailto:learner-77@class.example"), XAPITerm(.verb, "x:verb-0")], limit: 10),
            .init(since: TrackingStack.start, ascending: true, limit: 10),
        ]
        for filter in filters {
            let explain: SQL = "EXPLAIN \(StatementReads.pageSQL(filter, tenant: .standard))"
            let plan = try await stack.database.rows(explain)
                .map { try $0.decode("QUERY PLAN", as: String.self) }.joined(separator: "\n")
            #expect(!plan.contains("Seq Scan"), "\(plan)")
        }
    }
}
