import Contracts
import Foundation
import RPC
import Testing

@testable import Tracking

/// Statements through Tracking's procedures, as the gateway calls them.
extension TrackingStack {
    static let authority = #"{"objectType":"Agent","account":{"homePage":"http://lrs.example","name":"key"}}"#

    /// The ids that a POST, or a PUT to `id`, answers with.
    @discardableResult
    func store(
        _ statements: String, version: XAPIVersion = .v1, put id: String? = nil,
        attachments: [RecordStatements.Attachment]? = nil, tenant: String? = nil
    ) async throws -> [String] {
        try await call(
            TrackingRPC.recordStatements,
            RecordStatements.Request(
                version: version, authority: Self.authority, statementID: id, statements: statements,
                attachments: attachments),
            tenant: tenant
        ).ids
    }

    /// The status and sentence with which statements are refused; nil when they are taken.
    func refusal(
        _ statements: String, version: XAPIVersion = .v1, put id: String? = nil,
        attachments: [RecordStatements.Attachment]? = nil
    ) async throws -> String? {
        do {
            try await store(statements, version: version, put: id, attachments: attachments)
            return nil
        } catch let refused as Refused {
            return "\(refused.status) \(refused.message)"
        }
    }

    func find(
        _ parameters: [String: String], version: XAPIVersion = .v1, more: String? = nil, languages: String? = nil,
        tenant: String? = nil
    ) async throws -> GetStatements.Response {
        try await call(
            TrackingRPC.getStatements,
            GetStatements.Request(version: version, parameters: parameters, more: more, languages: languages),
            tenant: tenant)
    }

    /// The ids that a filter finds, in the order of the answer.
    func ids(_ parameters: [String: String], tenant: String? = nil) async throws -> [String] {
        try Found(await find(parameters, tenant: tenant)).ids
    }

    /// The status with which a question is refused; nil when it is answered.
    func findRefusal(_ parameters: [String: String], version: XAPIVersion = .v1) async throws -> String? {
        do {
            _ = try await find(parameters, version: version)
            return nil
        } catch let refused as Refused {
            return "\(refused.status) \(refused.message)"
        }
    }

    func set(now: Date) { _ = clock.set(now: now, rate: 0) }

    /// One statement by its id.
    func statement(_ id: String, format: String = "exact", languages: String? = nil) async throws -> JSONValue {
        let answer = try await find(["statementId": id, "format": format], languages: languages)
        return try JSONDecoder().decode(JSONValue.self, from: Data(answer.body.utf8))
    }
}

/// A StatementResult.
struct Found: Decodable {
    let statements: [JSONValue]
    let more: String

    init(_ answer: GetStatements.Response) throws {
        self = try JSONDecoder().decode(Found.self, from: Data(answer.body.utf8))
    }

    var ids: [String] { statements.compactMap { $0["id"]?.text } }

    /// What stands behind the address of the rest.
    var token: String? {
        more.isEmpty ? nil : String(more.dropFirst("\(GetStatements.path)/more/".count))
    }
}

extension JSONValue {
    subscript(_ path: String...) -> JSONValue? {
        path.reduce(self) { value, name in
            switch value {
            case .object(let members): members[name]
            case .array(let elements): Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: nil
            }
        }
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var names: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
    var count: Int? { if case .array(let elements) = self { elements.count } else { nil } }

    init(json: String) throws { self = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8)) }

    var json: String {
        get throws { String(decoding: try JSONCoding.encoder().encode(self), as: UTF8.self) }
    }

    /// The same with the value at a path of names replaced; nil removes it.
    func setting(_ path: [String], to value: JSONValue?) -> JSONValue {
        guard let name = path.first else { return value ?? .null }
        let rest = Array(path.dropFirst())
        if case .array(var elements) = self, let index = Int(name), elements.indices.contains(index) {
            elements[index] = elements[index].setting(rest, to: value)
            return .array(elements)
        }
        var members: [String: JSONValue] = if case .object(let members) = self { members } else { [:] }
        if rest.isEmpty {
            members[name] = value
        } else {
            members[name] = (members[name] ?? .object([:])).setting(rest, to: value)
        }
        return .object(members)
    }
}

/// Statements of an invented class.
enum Sample {
    static let ada = #"{"objectType":"Agent","mbox":"mailto:ada@class.example","name":"Ada"}"#
    static let bola = #"{"mbox":"mailto:bola@class.example"}"#
    static let page = "http://class.example/pages/1"

    /// A statement that has nearly every part that one can have.
    static let full = """
        {"actor":\(ada),"verb":{"id":"http://adlnet.gov/expapi/verbs/answered","display":{"en":"answered"}},
         "object":{"objectType":"Activity","id":"http://class.example/quiz/1","definition":{
            "name":{"en":"Quiz","de":"Quiz"},"description":{"en":"A quiz"},"type":"http://adlnet.gov/expapi/activities/assessment",
            "moreInfo":"http://class.example/quiz","interactionType":"choice","correctResponsesPattern":["a"],
            "choices":[{"id":"a","description":{"en":"This"}},{"id":"b"}],"extensions":{"http://class.example/x":null}}},
         "result":{"score":{"scaled":0.5,"raw":5,"min":0,"max":10},"success":true,"completion":false,"response":"a",
            "duration":"PT1M30S","extensions":{"http://class.example/x":{"deep":[null,""]}}},
         "context":{"registration":"ec531277-b57b-4c15-8d91-d292c5b2b8f7","instructor":\(bola),
            "team":{"objectType":"Group","member":[\(ada)]},
            "contextActivities":{"parent":{"id":"http://class.example/course"},"other":[{"id":"http://class.example/other"}]},
            "revision":"1","platform":"Moodle","language":"en-GB",
            "statement":{"objectType":"StatementRef","id":"8f87ccde-bb56-4c2e-ab83-44982ef22df0"},
            "extensions":{"http://class.example/x":1}},
         "attachments":[{"usageType":"http://class.example/use","display":{"en":"Paper"},"description":{"en":"A paper"},
            "contentType":"text/plain; charset=utf-8","length":3,"fileUrl":"http://class.example/paper",
            "sha2":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}],
         "timestamp":"2026-09-20T10:00:00.123+02:00"}
        """

    /// A statement about another part of itself.
    static let nested = """
        {"actor":\(bola),"verb":{"id":"http://class.example/planned"},
         "object":{"objectType":"SubStatement","actor":\(ada),"verb":{"id":"http://class.example/read"},
            "object":{"id":"\(page)"},"context":{"contextActivities":{"grouping":{"id":"http://class.example/group"}},
            "instructor":{"mbox":"mailto:inner@class.example"}},"timestamp":"2026-09-20T10:00:00Z"}}
        """

    static func simple(
        _ id: String? = nil, actor: String = ada, verb: String = "http://class.example/read", object: String = page,
        more: String = ""
    ) -> String {
        let id = id.map { "\"id\":\"\($0)\"," } ?? ""
        return #"{\#(id)"actor":\#(actor),"verb":{"id":"\#(verb)"},"object":{"id":"\#(object)"}\#(more)}"#
    }

    static func reference(_ id: String? = nil, to target: String, verb: String, actor: String = bola) -> String {
        let id = id.map { "\"id\":\"\($0)\"," } ?? ""
        let object = #"{"objectType":"StatementRef","id":"\#(target)"}"#
        return #"{\#(id)"actor":\#(actor),"verb":{"id":"\#(verb)"},"object":\#(object)}"#
    }

    static func voiding(_ target: String, id: String? = nil) -> String {
        reference(id, to: target, verb: "http://adlnet.gov/expapi/verbs/voided")
    }

    static func id(_ number: Int) -> String {
        let digits = String(number)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}
