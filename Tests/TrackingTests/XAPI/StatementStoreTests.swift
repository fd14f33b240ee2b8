import Contracts
import Crypto
import Foundation
import Testing

@testable import Tracking

/// Taking statements in: ids, batches, conflicts, voiding, what the endpoint sets, and many callers at once.
@Suite struct StatementStoreTests {
    @Test func `XAPI-00026, XAPI-00146 / Data 2.4.1, Communication 2.1.2: ids are answered in order, made where missing`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let upper = "AA97B177-9383-4934-8543-0F91A7A02836"
        let ids = try await stack.store("[\(Sample.simple(Sample.id(1))),\(Sample.simple()),\(Sample.simple(upper))]")
        #expect(ids.count == 3 && ids[0] == Sample.id(1) && ids[2] == upper)
        #expect(UUID(uuidString: ids[1]) != nil)
        #expect(try await stack.statement(ids[1])["id"]?.text == ids[1])
        #expect(try await stack.statement(upper.lowercased())["id"]?.text == upper)
        #expect(try await stack.store("[]") == [])
    }

    @Test func `Data 2.4: stored, authority, timestamp and version are set by the endpoint`() async throws {
        let stack = try await TrackingStack.make()
        let more = #","stored":"2001-01-01T00:00:00Z","authority":\#(Sample.bola)"#
        let id = try await stack.store(Sample.simple(more: more))[0]
        let statement = try await stack.statement(id)
        let now = RFC3339.string(from: TrackingStack.start)
        #expect(statement["stored"]?.text == now)
        #expect(statement["timestamp"]?.text == now)
        #expect(statement["version"]?.text == "1.0.0")
        #expect(try statement["authority"] == JSONValue(json: TrackingStack.authority))
        let second = try await stack.store(Sample.simple(), version: .v2)[0]
        #expect(try await stack.statement(second)["version"]?.text == "2.0.0")
    }

    @Test func `XAPI-00332 / Data 2.4.7, 2.4.10: a statement keeps its own timestamp and version`() async throws {
        let stack = try await TrackingStack.make()
        let id = try await stack.store(
            Sample.simple(more: #","timestamp":"2015-11-18T12:17:00+02:00","version":"1.0.9""#))[0]
        let statement = try await stack.statement(id)
        #expect(statement["timestamp"]?.text == "2015-11-18T12:17:00+02:00")
        #expect(statement["version"]?.text == "1.0.9")
    }

    @Test func `XAPI-00002 / Data 2.2: numbers and texts come back as they were written`() async throws {
        let stack = try await TrackingStack.make()
        let result = #"{"score":{"min":0.12123434,"raw":12.1250,"max":4.5450e1},"response":"\u00e4 \ud83d\ude00 \/ \""}"#
        let id = try await stack.store(Sample.simple(more: ",\"result\":\(result)"))[0]
        let body = try await stack.find(["statementId": id]).body
        #expect(body.contains("\"result\":\(result)"))
    }

    // MARK: Ids that are there

    @Test func `XAPI-00142 / Communication 2.1.1: the same statement again changes nothing, another one is a 409`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let id = Sample.id(7)
        try await stack.store(Sample.simple(id), put: id)
        let before = try await stack.find(["statementId": id]).body
        #expect(try await stack.store(Sample.simple(id), put: id) == [id])
        #expect(try await stack.store(Sample.simple(id)) == [id])
        for other in [
            Sample.simple(id, verb: "http://class.example/other"), Sample.simple(id, object: "http://class.example/2"),
            Sample.simple(id, actor: Sample.bola), Sample.simple(id, more: #","result":{"success":true}"#),
        ] {
            #expect(try await stack.refusal(other, put: id)?.hasPrefix("409 ") == true)
            #expect(try await stack.refusal("[\(Sample.simple(Sample.id(8))),\(other)]")?.hasPrefix("409 ") == true)
        }
        #expect(try await stack.find(["statementId": id]).body == before)
        #expect(try await stack.ids([:]) == [id])
        #expect(try await stack.said(LearningEventRecorded.self).count == 1)
    }

    @Test func `Data 2.3.1: what does not count when statements are compared`() async throws {
        let stack = try await TrackingStack.make()
        let id = "aa97b177-9383-4934-8543-0f91a7a02836"
        let good = try JSONValue(json: Sample.full).setting(["id"], to: .string(id))
        try await stack.store(try good.json)
        let alike: [(String, [String], String?)] = [
            ("upper-case id", ["id"], "\"\(id.uppercased())\""), ("name of the actor", ["actor", "name"], "\"A. L.\""),
            ("display of the verb", ["verb", "display"], nil), ("definition", ["object", "definition"], nil),
            ("objectType left out", ["object", "objectType"], nil), ("stored", ["stored"], "\"2020-01-01T00:00:00Z\""),
            ("authority", ["authority"], Sample.bola), ("version", ["version"], "\"1.0.3\""),
            ("zone of the timestamp", ["timestamp"], "\"2026-09-20T08:00:00.123Z\""), ("no timestamp", ["timestamp"], nil),
            ("one activity in an array", ["context", "contextActivities", "parent"], #"[{"id":"http://class.example/course"}]"#),
            ("spelling of a number", ["result", "score", "max"], "10.0"),
            ("upper-case registration", ["context", "registration"], "\"EC531277-B57B-4C15-8D91-D292C5B2B8F7\""),
            ("address of an attachment", ["attachments", "0", "fileUrl"], "\"http://class.example/elsewhere\""),
        ]
        for (what, path, value) in alike {
            let same = try good.setting(path, to: try value.map { try JSONValue(json: $0) }).json
            #expect(try await stack.refusal(same) == nil, "\(what)")
        }
        let unlike: [(String, [String], String?)] = [
            ("actor", ["actor", "mbox"], "\"mailto:else@class.example\""), ("verb", ["verb", "id"], "\"x:y\""),
            ("timestamp", ["timestamp"], "\"2026-09-20T08:00:00.124Z\""), ("score", ["result", "score", "raw"], "6"),
            ("response", ["result", "response"], "\"b\""), ("extension", ["context", "extensions", "http://class.example/x"], "2"),
            ("context activity", ["context", "contextActivities", "other"], "[]"), ("team", ["context", "team", "member", "0"], Sample.bola),
            ("attachment", ["attachments", "0", "length"], "4"), ("no result", ["result"], nil),
        ]
        for (what, path, value) in unlike {
            let other = try good.setting(path, to: try value.map { try JSONValue(json: $0) }).json
            #expect(try await stack.refusal(other)?.hasPrefix("409 ") == true, "\(what)")
        }
        #expect(try await stack.ids([:]).count == 1)
    }

    @Test func `XAPI-00326 / Communication 3.2: one bad statement, and none of the batch is taken`() async throws {
        let stack = try await TrackingStack.make()
        let batch = "[\(Sample.simple(Sample.id(1))),\(Sample.simple(Sample.id(2), verb: "bad"))]"
        #expect(try await stack.refusal(batch)?.contains("[1].verb.id") == true)
        let twice = "[\(Sample.simple(Sample.id(1))),\(Sample.simple(Sample.id(1)))]"
        #expect(try await stack.refusal(twice)?.hasPrefix("400 ") == true)
        #expect(try await stack.ids([:]).isEmpty)
        #expect(try await stack.facts().isEmpty)
    }

    @Test func `XAPI-00145 / Communication 2.1.1: PUT takes one statement, under its own id or none`() async throws {
        let stack = try await TrackingStack.make()
        let id = Sample.id(3)
        #expect(try await stack.refusal(Sample.simple(Sample.id(4)), put: id)?.contains("statementId") == true)
        #expect(try await stack.refusal("[\(Sample.simple())]", put: id)?.hasPrefix("400 ") == true)
        #expect(try await stack.refusal(Sample.simple(), put: "nonsense")?.contains("statementId") == true)
        #expect(try await stack.store(Sample.simple(), put: id) == [id])
        #expect(try await stack.ids([:]) == [id])
    }

    // MARK: Voiding

    @Test func `XAPI-00018 / Data 2.3.2: a voided statement is found as voided only, in whatever order the two come`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let (first, second) = (Sample.id(1), Sample.id(2))
        try await stack.store(Sample.simple(first))
        try await stack.store(Sample.voiding(first, id: Sample.id(11)))
        try await stack.store(Sample.voiding(second, id: Sample.id(12)))
        try await stack.store(Sample.simple(second))
        for id in [first, second] {
            #expect(try await stack.findRefusal(["statementId": id])?.hasPrefix("404 ") == true)
            #expect(try JSONValue(json: await stack.find(["voidedStatementId": id]).body)["id"]?.text == id)
        }
        #expect(try await stack.ids([:]) == [Sample.id(12), Sample.id(11)])
        #expect(try await stack.findRefusal(["voidedStatementId": Sample.id(11)])?.hasPrefix("404 ") == true)
        #expect(try await stack.findRefusal(["voidedStatementId": Sample.id(99)])?.hasPrefix("404 ") == true)
    }

    @Test func `XAPI-00016 / Data 2.3.2: a voiding statement cannot be voided, a voided one not twice`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.store(Sample.simple(Sample.id(1)))
        try await stack.store(Sample.voiding(Sample.id(1), id: Sample.id(2)))
        try await stack.store(Sample.voiding(Sample.id(2), id: Sample.id(3)))
        try await stack.store(Sample.voiding(Sample.id(1), id: Sample.id(4)))
        #expect(try await stack.ids([:]) == [Sample.id(4), Sample.id(3), Sample.id(2)])
        #expect(try await stack.findRefusal(["voidedStatementId": Sample.id(1)]) == nil)
    }

    @Test func `a statement and the one that voids it may come in one request`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.store("[\(Sample.voiding(Sample.id(1), id: Sample.id(2))),\(Sample.simple(Sample.id(1)))]")
        #expect(try await stack.ids([:]) == [Sample.id(2)])
    }

    // MARK: Many at once

    @Test func `two POSTs of one id at once: one statement, one event, and the other body a 409`() async throws {
        let stack = try await TrackingStack.make(poolSize: 8)
        let outcomes = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<16 {
                group.addTask {
                    try await stack.refusal(
                        Sample.simple(Sample.id(5), object: "http://class.example/\(number % 2)"))
                }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 8)
        #expect(outcomes.compactMap { $0 }.allSatisfy { $0.hasPrefix("409 ") })
        #expect(try await stack.count("xapi_statement") == 1)
        #expect(try await stack.said(LearningEventRecorded.self).count == 1)
    }

    @Test func `stored rises in the order of commits, so that whoever reads on from the last one loses none`()
        async throws
    {
        let stack = try await TrackingStack.make(poolSize: 8)
        let seen = try await withThrowingTaskGroup(of: [String].self) { group in
            for writer in 0..<6 {
                group.addTask {
                    for number in 0..<10 {
                        let base = writer * 100 + number * 2
                        try await stack.store("[\(Sample.simple(Sample.id(base))),\(Sample.simple(Sample.id(base + 1)))]")
                    }
                    return []
                }
            }
            group.addTask {
                var seen: [String] = []
                var since: String?
                while seen.count < 120 {
                    var parameters = ["ascending": "true", "limit": "7"]
                    parameters["since"] = since
                    let answer = try await stack.find(parameters)
                    let found = try Found(answer)
                    seen += found.ids
                    since = found.statements.last?["stored"]?.text ?? since
                }
                return seen
            }
            return try await group.reduce(into: [String]()) { $0 += $1 }
        }
        #expect(seen.count == 120 && Set(seen).count == 120)
    }

    // MARK: Attachments and signatures

    private static let paper = Data("abc".utf8)
    private static let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    private static func attached(_ sha2: String, type: String = "text/plain", use: String = "http://class.example/use") -> String {
        Sample.simple(
            more: """
                ,"attachments":[{"usageType":"\(use)","display":{"en":"Paper"},"contentType":"\(type)","length":3,"sha2":"\(sha2)"}]
                """)
    }

    @Test func `Communication 1.5: attachments without an address need their part, and parts their attachment`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let part = RecordStatements.Attachment(sha2: Self.hash, contentType: "text/plain", content: Self.paper)
        let stray = RecordStatements.Attachment(
            sha2: XAPIHash.hex("x"), contentType: "text/plain", content: Data("x".utf8))
        let statement = Self.attached(Self.hash)
        #expect(try await stack.refusal(statement)?.contains("fileUrl") == true)
        #expect(try await stack.refusal(statement, attachments: [])?.contains("fileUrl") == true)
        #expect(try await stack.refusal(statement, attachments: [part, stray])?.contains("hash") == true)
        let id = try await stack.store(statement, attachments: [part])[0]
        #expect(try await stack.find(["statementId": id]).attachments == nil)
        #expect(try await stack.find(["statementId": id, "attachments": "true"]).attachments == [part])
        #expect(try await stack.find(["attachments": "true"]).attachments == [part])
        try await stack.store(Self.attached(Self.hash), attachments: [part, part])
        #expect(try await stack.count("xapi_attachment") == 1)
    }

    @Test func `content that is not what its hash says gives way to the content that is, and never the other way round`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let damaged = RecordStatements.Attachment(sha2: Self.hash, contentType: "text/plain", content: Data("x".utf8))
        let genuine = RecordStatements.Attachment(sha2: Self.hash, contentType: "text/plain", content: Self.paper)
        for (sent, kept) in [(damaged, damaged), (genuine, genuine), (damaged, genuine)] {
            try await stack.store(Self.attached(Self.hash), attachments: [sent])
            #expect(try await stack.find(["limit": "1", "attachments": "true"]).attachments == [kept])
        }
    }

    private static func signature(over payload: String, algorithm: String = "RS256") -> Data {
        func encoded(_ text: String) -> String {
            Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
        }
        return Data("\(encoded("{\"alg\":\"\(algorithm)\"}")).\(encoded(payload)).\(encoded("signature"))".utf8)
    }

    @Test func `Data 2.6: a signature must be one, by an allowed algorithm, over this statement`() async throws {
        let stack = try await TrackingStack.make()
        let use = "http://adlnet.gov/expapi/attachments/signature"
        func refusal(_ content: Data, type: String = "application/octet-stream") async throws -> String? {
            let hash = XAPIHash.hex(SHA256.hash(data: content))
            return try await stack.refusal(
                Self.attached(hash, type: type, use: use),
                attachments: [.init(sha2: hash, contentType: type, content: content)])
        }
        #expect(try await refusal(Self.signature(over: Sample.simple())) == nil)
        #expect(try await refusal(Self.signature(over: Sample.simple()), type: "text/plain")?.contains("contentType") == true)
        #expect(try await refusal(Self.signature(over: Sample.simple(), algorithm: "HS256"))?.contains("RS256") == true)
        #expect(try await refusal(Self.signature(over: "{broken"))?.hasPrefix("400 ") == true)
        #expect(try await refusal(Self.signature(over: "[1,2,3]"))?.hasPrefix("400 ") == true)
        #expect(try await refusal(Self.signature(over: Sample.simple(verb: "x:y")))?.contains("another") == true)
        #expect(try await refusal(Data("no signature".utf8))?.hasPrefix("400 ") == true)
    }
}
