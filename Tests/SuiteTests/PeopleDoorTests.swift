import Contracts
import Foundation
import HTTPClient
import TestSupport
import Testing

/// Sources, quarantine, and who is who, through the public API with all five services running. Every answer is held
/// against the document.
@Suite(.serialized) struct PeopleDoorTests {
    private static let start = Date(timeIntervalSince1970: 1_790_000_000)

    /// The public API; each answer must be as the document says.
    private struct Door {
        let api: PublicAPI
        let check: AnswerCheck

        init(_ api: PublicAPI) async throws {
            self.api = api
            check = try await AnswerCheck(api)
        }

        /// - Parameters:
        ///   - path: As the document has it.
        ///   - id: In the place of `{id}`.
        func ask<Answer: Decodable>(
            _ method: HTTPClientRequest.Method, _ path: String, id: String = "", query: String = "",
            _ body: String? = nil, as: Answer.Type = Answer.self
        ) async throws -> Answer {
            let address = path.replacing("{id}", with: id) + query
            let answer = try await api.send(method, address, body: body.map { Data($0.utf8) }, key: api.key)
            #expect(answer.status == 200, "\(address): \(String(decoding: answer.body, as: UTF8.self))")
            #expect(try check.problems(method.rawValue.lowercased(), path, answer) == [])
            return try JSONCoding.decoder().decode(Answer.self, from: answer.body)
        }

        private struct Reference: Decodable { var learner: LearnerID }

        /// Whom the source `story` calls so.
        func id(_ name: String) async throws -> String {
            let path = "/v1/learners/by-external-id/story/\(name)"
            return try await api.get(path, as: Reference.self).learner.description
        }
    }

    private func draft(_ id: String, _ learner: String, at time: Date) -> EventDraft {
        EventDraft(
            id: EventID(checked: id), learner: ExternalLearnerID(checked: learner),
            courseRun: CourseRunID(checked: "run"), verb: .viewed,
            activity: ActivityDraft(id: ActivityID(checked: "page"), kind: .content), occurredAt: time)
    }

    @Test func `bad events are found, patched, sent in again and given up`() async throws {
        let suite = try await Suite.start()
        let door = try await Door(suite.api)
        try await door.api.set(now: Self.start)
        let time = RFC3339.string(from: Self.start)
        let events = (1...3).map { #"{"id":"e\#($0)","student":"ada","verb":"viewed","occurredAt":"\#(time)"}"# }
        let batch = #"{"source":"lms","events":[\#(events.joined(separator: ","))]}"#
        _ = try await door.api.send(.post, "/v1/events", body: Data(batch.utf8), key: door.api.key)

        let groups = try await door.ask(.get, "/v1/quarantine/summary", as: SummarizeQuarantine.Response.self).groups
        #expect(groups.map(\.events) == [3])
        #expect(groups.map(\.field) == ["learner"])
        let filter = #""filter":{"source":"lms","field":"learner","problem":"missing"}"#
        let patched = try await door.ask(
            .post, "/v1/quarantine/correct", #"{\#(filter),"patch":{"learner":"ada","student":null},"pageSize":2}"#,
            as: CorrectQuarantine.Response.self)
        #expect(patched.results.map(\.isCorrected) == [true, true])
        #expect(!patched.nextPageToken.isEmpty)
        let ids = patched.results.map(\.id)
        let replayed = try await door.ask(
            .post, "/v1/quarantine/replay", #"{"ids":[\#(ids[0]),\#(ids[1])]}"#, as: ReplayQuarantine.Response.self)
        #expect(replayed.results.map(\.receipt.status) == [.accepted, .accepted])
        let waiting = try await door.ask(
            .get, "/v1/quarantine", query: "?state=waiting", as: ListQuarantine.Response.self).events
        let last = try #require(waiting.first)
        #expect(waiting.count == 1)
        let discarded = try await door.ask(
            .post, "/v1/quarantine/discard", #"{"ids":[\#(last.id)],"note":"a test of the platform"}"#,
            as: DiscardQuarantine.Response.self)
        #expect(discarded.ids == [last.id])
        let page = try await door.ask(
            .get, "/v1/quarantine/{id}", id: String(ids[0]), as: GetQuarantinedEvent.Response.self)
        #expect(page.event.state == .replayed)
        #expect(page.audit.map(\.action) == ["corrected", "replayed"])
        try await suite.stop()
    }

    @Test func `a source beats, falls silent, and speaks again`() async throws {
        let suite = try await Suite.start()
        let door = try await Door(suite.api)
        try await door.api.set(now: Self.start)
        let beat = try await door.ask(
            .post, "/v1/sources/{id}/heartbeat", id: "lms", #"{"everySeconds":3600}"#,
            as: RecordHeartbeat.Response.self)
        #expect(beat.gapExpectedAt == Self.start.addingTimeInterval(10_800))
        let before = try await door.ask(.get, "/v1/sources", as: ListSources.Response.self)
        #expect(before.sources.map(\.state) == [.speaking])
        try await door.api.advance(to: Self.start.addingTimeInterval(14_400))
        let gaps = try await door.ask(.get, "/v1/data-gaps", query: "?open=true", as: ListDataGaps.Response.self).gaps
        #expect(gaps.map(\.openedAt) == [Self.start.addingTimeInterval(10_800)])
        let silent = try await door.ask(.get, "/v1/sources/{id}", id: "lms", as: SourceReport.self)
        #expect(silent.state == .gap)
        #expect(silent.openGap == gaps.first)
        _ = try await door.ask(.post, "/v1/sources/{id}/heartbeat", id: "lms", as: RecordHeartbeat.Response.self)
        let over = try await door.ask(.get, "/v1/data-gaps", query: "?source=lms", as: ListDataGaps.Response.self).gaps
        #expect(over.map(\.reason) == [.heartbeat])
        #expect(try await door.ask(.get, "/v1/sources/{id}/drift", id: "lms", as: GetDrift.Response.self).words.isEmpty)
        #expect(try await door.api.send(.get, "/v1/sources/nobody", key: door.api.key).status == 404)
        try await suite.stop()
    }

    @Test func `two learners are one person, and two again; staff are none`() async throws {
        let suite = try await Suite.start()
        let door = try await Door(suite.api)
        try await door.api.set(now: Self.start)
        let rules = #"{"rules":[{"pattern":"test-*","role":"test"}]}"#
        let set = try await door.ask(
            .put, "/v1/sources/{id}/role-rules", id: "story", rules, as: ListRoleRules.Response.self)
        let kept = try await door.ask(
            .get, "/v1/sources/{id}/role-rules", id: "story", as: ListRoleRules.Response.self)
        #expect(kept.rules == set.rules)
        _ = try await door.api.record(
            ["ada", "ada-2", "bola", "test-1"].map { draft("e-\($0)", $0, at: Self.start.addingTimeInterval(-60)) })
        try await door.api.settle()
        let (ada, other, bola) = (try await door.id("ada"), try await door.id("ada-2"), try await door.id("bola"))
        let merged = try await door.ask(
            .post, "/v1/learners/{id}/merge", id: ada, #"{"merged":"\#(other)","note":"same address"}"#,
            as: GetIdentity.Response.self)
        #expect(merged.merged.map(\.learner.description) == [other])
        #expect(try await door.id("ada-2") == ada)
        let events = try await door.api.get("/v1/learners/\(ada)/events", as: GetTimeline.Response.self).events
        #expect(events.count == 2)
        let parted = try await door.ask(
            .post, "/v1/learners/{id}/unmerge", id: other, as: GetIdentity.Response.self)
        #expect(parted.mergedInto == nil)
        #expect(parted.audit.map(\.action) == ["merged", "unmerged"])
        let staff = try await door.ask(
            .put, "/v1/learners/{id}/role", id: bola, #"{"role":"staff"}"#, as: GetIdentity.Response.self)
        #expect(staff.role == .staff)
        try await door.api.settle()
        struct Page: Decodable { var enrollments: [Enrollment] }
        #expect(try await door.api.get("/v1/learners/\(bola)", as: Page.self).enrollments.isEmpty)
        #expect(try await door.api.get("/v1/learners/\(other)", as: Page.self).enrollments.count == 1)
        let identity = try await door.ask(
            .get, "/v1/learners/{id}/identity", id: try await door.id("test-1"), as: GetIdentity.Response.self)
        #expect(identity.role == .test)
        let refused = try await door.api.send(
            .post, "/v1/learners/\(ada)/merge", body: Data(#"{"merged":"\#(ada)"}"#.utf8), key: door.api.key)
        #expect(refused.status == 400)
        try await suite.stop()
    }
}
