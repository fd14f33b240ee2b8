import Contracts
import Foundation
import Testing

@testable import Tracking

/// States and profiles: what names them, merging, conditions (Communication 2.2, 2.3, 2.6, 2.7 and 3.1).
@Suite struct DocumentTests {
    private static let state = ["activityId": "x:activity", "agent": #"{"mbox":"mailto:ada@class.example"}"#, "stateId": "bookmark"]
    private static let profile = ["activityId": "x:activity", "profileId": "settings"]

    private func set(
        _ stack: TrackingStack, _ kind: XAPIDocumentKind, _ parameters: [String: String], _ content: String,
        type: String = "application/json", isMerge: Bool = false, ifMatch: String? = nil, ifNoneMatch: String? = nil,
        version: XAPIVersion = .v1
    ) async throws -> Int {
        let request = SetDocument.Request(
            kind: kind, version: version, parameters: parameters, isMerge: isMerge, contentType: type,
            content: Data(content.utf8), ifMatch: ifMatch, ifNoneMatch: ifNoneMatch)
        let reply = await stack.post(TrackingRPC.setDocument.path, try JSONCoding.encoder().encode(request))
        // On the RPC a condition that does not hold is a failed precondition; the gateway makes 412 of it.
        return String(decoding: reply.body, as: UTF8.self).contains("failed_precondition") ? 412 : reply.status
    }

    private func get(
        _ stack: TrackingStack, _ kind: XAPIDocumentKind, _ parameters: [String: String]
    ) async throws -> GetDocument.Response {
        try await stack.call(
            TrackingRPC.getDocument, GetDocument.Request(kind: kind, version: .v1, parameters: parameters))
    }

    private func text(_ stack: TrackingStack, _ kind: XAPIDocumentKind, _ parameters: [String: String]) async throws -> String? {
        do {
            return try await get(stack, kind, parameters).document.map { String(decoding: $0.content, as: UTF8.self) }
        } catch let refused as TrackingStack.Refused where refused.status == 404 {
            return nil
        }
    }

    @Test func `a document comes back as it was, with its type and the SHA-1 of its content as tag`() async throws {
        let stack = try await TrackingStack.make()
        #expect(try await set(stack, .state, Self.state, "page 7", type: "text/plain; charset=utf-8") == 200)
        let document = try #require(try await get(stack, .state, Self.state).document)
        #expect(document.content == Data("page 7".utf8) && document.contentType == "text/plain; charset=utf-8")
        #expect(document.tag == "4259236192d8191ee1b831025e87b45d29c42a40")
        #expect(document.storedAt == TrackingStack.start)
        #expect(try await text(stack, .state, Self.state.merging(["stateId": "other"]) { $1 }) == nil)
    }

    @Test func `agent, activity and registration tell states apart; lists and deletion without one take all`() async throws {
        let stack = try await TrackingStack.make()
        let registered = Self.state.merging(["registration": Sample.id(1)]) { $1 }
        let other = Self.state.merging(["agent": #"{"mbox":"mailto:bola@class.example"}"#]) { $1 }
        for (parameters, content) in [(Self.state, "1"), (registered, "2"), (other, "3"), (registered.merging(["stateId": "second"]) { $1 }, "4")] {
            #expect(try await set(stack, .state, parameters, content) == 200)
        }
        #expect(try await text(stack, .state, Self.state) == "1")
        #expect(try await text(stack, .state, registered) == "2")
        let all = Self.state.filter { $0.key != "stateId" }
        #expect(try await get(stack, .state, all).ids == ["bookmark", "second"])
        #expect(try await get(stack, .state, registered.filter { $0.key != "stateId" }).ids == ["bookmark", "second"])
        stack.set(now: TrackingStack.start.addingTimeInterval(10))
        #expect(try await set(stack, .state, Self.state.merging(["stateId": "third"]) { $1 }, "5") == 200)
        let since = all.merging(["since": RFC3339.string(from: TrackingStack.start)]) { $1 }
        #expect(try await get(stack, .state, since).ids == ["third"])
        _ = try await stack.call(
            TrackingRPC.deleteDocuments, DeleteDocuments.Request(kind: .state, version: .v1, parameters: all))
        #expect(try await get(stack, .state, all).ids == [])
        #expect(try await text(stack, .state, other) == "3")
    }

    @Test func `POST merges the properties of JSON objects, and nothing else`() async throws {
        let stack = try await TrackingStack.make()
        #expect(try await set(stack, .state, Self.state, #"{"x":"foo","y":"bar"}"#, isMerge: true) == 200)
        #expect(try await set(stack, .state, Self.state, #"{"x":"bash","z":{"faz":1}}"#, isMerge: true) == 200)
        #expect(try await text(stack, .state, Self.state) == #"{"x":"bash","y":"bar","z":{"faz":1}}"#)
        for (content, type) in [("[1]", "application/json"), ("{", "application/json"), ("{}", "text/plain")] {
            #expect(try await set(stack, .state, Self.state, content, type: type, isMerge: true) == 400, "\(content)")
        }
        let plain = Self.state.merging(["stateId": "plain"]) { $1 }
        #expect(try await set(stack, .state, plain, "text", type: "text/plain", isMerge: true) == 200)
        #expect(try await set(stack, .state, plain, "{}", isMerge: true) == 400)
        #expect(try await text(stack, .state, plain) == "text")
    }

    @Test("profiles are not replaced unseen", arguments: [
        (XAPIDocumentKind.activityProfile, profile),
        (.agentProfile, ["agent": #"{"mbox":"mailto:ada@class.example"}"#, "profileId": "settings"]),
    ])
    func conditions(kind: XAPIDocumentKind, parameters: [String: String]) async throws {
        let stack = try await TrackingStack.make()
        #expect(try await set(stack, kind, parameters, "1", ifMatch: "\"x\"") == 412)
        #expect(try await set(stack, kind, parameters, "1", ifNoneMatch: "*") == 200)
        #expect(try await set(stack, kind, parameters, "2", ifNoneMatch: "*") == 412)
        #expect(try await set(stack, kind, parameters, "2") == 409)
        #expect(try await set(stack, kind, parameters, "2", ifMatch: "\"0123456789012345678901234567890123456789\"") == 412)
        #expect(try await text(stack, kind, parameters) == "1")
        let tag = try #require(try await get(stack, kind, parameters).document?.tag)
        #expect(try await set(stack, kind, parameters, "2", ifMatch: "\"\(tag)\"") == 200)
        #expect(try await text(stack, kind, parameters) == "2")
    }

    @Test func `a state is replaced unseen in 1.0.3, and a 409 in 2.0`() async throws {
        let stack = try await TrackingStack.make()
        #expect(try await set(stack, .state, Self.state, "1") == 200)
        #expect(try await set(stack, .state, Self.state, "2") == 200)
        #expect(try await set(stack, .state, Self.state, "3", version: .v2) == 409)
        #expect(try await set(stack, .state, Self.state, "3", ifMatch: "*", version: .v2) == 200)
    }

    @Test func `of many who write if nobody has, one does`() async throws {
        let stack = try await TrackingStack.make(poolSize: 8)
        let outcomes = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<12 {
                group.addTask { try await self.set(stack, .activityProfile, Self.profile, "\(number)", ifNoneMatch: "*") }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == 200 } == 1 && outcomes.count { $0 == 412 } == 11)
    }

    @Test func `parameters that are missing, unknown or of the wrong shape are named`() async throws {
        let stack = try await TrackingStack.make()
        let cases: [(XAPIDocumentKind, [String: String])] = [
            (.state, Self.state.filter { $0.key != "stateId" }), (.state, Self.state.filter { $0.key != "agent" }),
            (.state, Self.state.filter { $0.key != "activityId" }), (.state, Self.state.merging(["registration": "x"]) { $1 }),
            (.state, Self.state.merging(["activityId": "x"]) { $1 }), (.state, Self.state.merging(["agent": "ada"]) { $1 }),
            (.state, Self.state.merging(["foo": "bar"]) { $1 }), (.state, Self.state.merging(["since": "2020-01-01T00:00:00Z"]) { $1 }),
            (.state, Self.state.merging(["stateId": String(repeating: "s", count: 1_025)]) { $1 }), (.activityProfile, Self.state),
            (.activityProfile, ["profileId": "p"]), (.agentProfile, Self.profile),
        ]
        for (kind, parameters) in cases {
            #expect(try await set(stack, kind, parameters, "1") == 400, "\(kind) \(parameters)")
        }
        #expect(try await stack.count("xapi_document") == 0)
    }
}
