import Contracts
import EventLog
import Foundation
import PostgreSQL
import Testing

@testable import Tracking

/// Taking in events, on real PostgreSQL: receipts, replays, conflicts, quarantine.
@Suite struct IngestTests {
    @Test func `good events are accepted, stand in the log, and one bad item does not disturb them`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let answer = try await stack.record(
            json: """
                {"source":"moodle","events":[
                  {"id":"e-1","learner":"ada","courseRun":"run","verb":"viewed","occurredAt":"2026-09-20T10:00:00Z"},
                  {"id":"e-2","learner":"ada","verb":"viewed","occurredAt":"2030-01-01T00:00:00Z"},
                  "nonsense",
                  {"id":"e-3","learner":"bob","verb":"loggedIn","occurredAt":"2026-09-20T10:01:00Z","context":{"ip":"::1"}}
                ]}
                """)
        #expect(
            answer.receipts == [
                IngestReceipt(id: "e-1", status: .accepted),
                IngestReceipt(
                    id: "e-2", status: .quarantined,
                    reason:
                        "occurredAt: expected a time at most 10 minutes ahead of \(RFC3339.string(from: TrackingStack.start)), "
                        + "got 2030-01-01T00:00:00.000000Z"),
                IngestReceipt(
                    status: .quarantined, reason: "event: expected an object, got the text \"nonsense\""),
                IngestReceipt(id: "e-3", status: .accepted),
            ])
        let counts: [Int] = [answer.accepted, answer.duplicate, answer.conflict, answer.quarantined]
        #expect(counts == [2, 0, 0, 2])
        let events = try await stack.said(LearningEventRecorded.self)
        #expect(Set(events.map(\.eventID.rawValue)) == ["e-1", "e-3"])
        #expect(events.allSatisfy { $0.source.rawValue == "moodle" && $0.receivedAt == TrackingStack.start })
        // The free part stays at home.
        #expect(try await stack.facts().allSatisfy { !$0.body.contains("::1") })
        let kept = try await stack.database.rows(
            "SELECT context::text AS context FROM event_identity WHERE context IS NOT NULL")
        #expect(try kept.map { try $0.decode("context", as: String.self) } == [#"{"ip":"::1"}"#])
    }

    @Test func `the same events again are duplicates, within a batch, across batches and in any spelling`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let first = try await stack.record([.test("a"), .test("b"), .test("a")])
        #expect(first.receipts.map(\.status) == [.accepted, .accepted, .duplicate])
        let again = try await stack.record(
            json: """
                {"events":[ {"occurredAt":"\(RFC3339.string(from: TrackingStack.start).replacing("Z", with: "+00:00"))",
                "verb":"viewed","courseRun":"run","learner":"ada","id":"b","result":null} ]}
                """)
        #expect(again.receipts == [IngestReceipt(id: "b", status: .duplicate)])
        #expect(try await stack.said(LearningEventRecorded.self).count == 2)
    }

    @Test func `large batches with the same events at the same time are accepted once each`() async throws {
        let stack = try await TrackingStack.make(poolSize: 8)
        // Above the number from which identities are copied, and each in an order of its own.
        let events = (0..<300).map { EventDraft.test("e-\($0)") }
        let statuses = try await withThrowingTaskGroup(of: [IngestReceipt].self) { group in
            for sender in 0..<4 {
                let request = try IngestRequest.test(sender % 2 == 0 ? events : events.reversed())
                // Past the coalescer, so that each has a transaction of its own.
                group.addTask { try await stack.ingest.record([request])[0] }
            }
            return try await group.reduce(into: [String: [IngestStatus]]()) { statuses, receipts in
                for receipt in receipts { statuses[receipt.id ?? "", default: []].append(receipt.status) }
            }
        }
        #expect(statuses.count == 300)
        #expect(statuses.values.allSatisfy { $0.count { $0 == .accepted } == 1 && $0.count { $0 == .duplicate } == 3 })
        #expect(try await stack.said(LearningEventRecorded.self).count == 300)
    }

    @Test func `the same id with another content is a conflict that names the fields, and is kept`()
        async throws
    {
        let stack = try await TrackingStack.make()
        try await stack.record([.test("a")])
        let answer = try await stack.record([
            .test("a", verb: .posted), .test("a", "bob", day: -1), .test("a"),
        ])
        #expect(
            answer.receipts == [
                IngestReceipt(
                    id: "a", status: .conflict,
                    reason:
                        "id: expected the event that source \"api\" sent before as \"a\", got another verb"),
                IngestReceipt(
                    id: "a", status: .conflict,
                    reason: "id: expected the event that source \"api\" sent before as \"a\", "
                        + "got another learner and occurredAt"),
                IngestReceipt(id: "a", status: .duplicate),
            ])
        let kept = try await stack.call(TrackingRPC.listQuarantine, ListQuarantine.Request())
        #expect(kept.events.map(\.status) == [.conflict, .conflict])
        #expect(kept.events.allSatisfy { $0.eventID == "a" && $0.raw.contains("\"id\":\"a\"") })
        #expect(try await stack.said(LearningEventRecorded.self).map(\.verb) == [.viewed])
    }

    @Test func `another source or tenant may use the same ids, and their learners are others`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([.test("a")])
        #expect(try await stack.record([.test("a")], tenant: "other").accepted == 1)
        var draft = EventDraft.test("a")
        draft.source = SourceID(checked: "moodle")
        #expect(try await stack.record([draft]).accepted == 1)
        #expect(Set(try await stack.said(LearningEventRecorded.self).map(\.learner)).count == 3)
    }

    @Test func `twenty callers that send the same batch at once have it accepted once`() async throws {
        let stack = try await TrackingStack.make(poolSize: 8)
        // Straight to the store, so that nothing gathers them into one transaction.
        let answers = try await withThrowingTaskGroup(of: [IngestReceipt].self) { group in
            for caller in 0..<20 {
                group.addTask {
                    let drafts = (0..<50).map { EventDraft.test("e\($0)", "learner\($0 % 7)") }
                    return try await stack.ingest.record([
                        try IngestRequest.test(caller % 2 == 0 ? drafts : drafts.reversed())
                    ]).first ?? []
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let statuses = answers.flatMap { $0.map(\.status) }
        #expect(statuses.count { $0 == .accepted } == 50)
        #expect(statuses.count { $0 == .duplicate } == 950)
        #expect(try await stack.said(LearningEventRecorded.self).count == 50)
        #expect(try await stack.count("learner_identity") == 7)
    }

    @Test func `two replicas that meet a new learner at once agree on the id`() async throws {
        let stack = try await TrackingStack.make(poolSize: 8)
        let names = (0..<100).map { ExternalLearnerID(checked: "learner-\($0)") }
        let answers = try await withThrowingTaskGroup(of: [LearnerID].self) { group in
            for replica in 0..<8 {
                group.addTask {
                    try await LearnerReads(database: stack.database).resolve(
                        replica % 2 == 0 ? names : names.reversed(), source: .api, tenant: .standard,
                        now: TrackingStack.start)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.map(Set.init)).count == 1)
        #expect(Set(answers.flatMap(\.self)).count == 100)
        let asked = try await stack.call(
            TrackingRPC.resolveLearners, ResolveLearners.Request(learners: Array(names.prefix(3))))
        let recorded = try await stack.record([.test("x", "learner-1")])
        #expect(recorded.accepted == 1)
        #expect(try await stack.said(LearningEventRecorded.self).first?.learner == asked.learners[1])
    }

    @Test func `the id of a name never changes`() {
        let ada = EventHashes.learner(ExternalLearnerID(checked: "ada"), source: .api, tenant: .standard)
        #expect(ada.description == Self.adaGolden)
        #expect(ada.rawValue.uuid.6 >> 4 == 8)
    }

    static let adaGolden = "322b992d-758f-8e71-96c4-624b2c76b08e"

    @Test func `a connection that dies in the middle leaves nothing behind, and sending again is right`()
        async throws
    {
        let stack = try await TrackingStack.make(poolSize: 2)
        // The backend ends while the batch waits for the log's counters, after all other effects.
        let holder = try await stack.holdLogHeads()
        async let answer = stack.record((0..<20).map { .test("e\($0)") })
        try await stack.killWaitingBackend()
        holder.release()
        // The transaction is repeated on a new connection.
        #expect(try await answer.accepted == 20)
        #expect(try await stack.record((0..<20).map { .test("e\($0)") }).duplicate == 20)
        #expect(try await stack.said(LearningEventRecorded.self).count == 20)
    }

    @Test func `bad events are listed newest first, page by page, and the same one is kept once`()
        async throws
    {
        let stack = try await TrackingStack.make()
        for number in 0..<7 {
            _ = try await stack.record(json: "{\"events\":[{\"id\":\"bad-\(number)\"}]}")
            _ = try await stack.record(json: "{\"events\":[{\"id\":\"bad-\(number)\"}]}")
        }
        var ids: [String?] = []
        var token: String?
        repeat {
            let page = try await stack.call(
                TrackingRPC.listQuarantine, ListQuarantine.Request(page: PageRequest(size: 3, token: token)))
            #expect(page.events.count <= 3)
            ids += page.events.map(\.eventID)
            token = page.nextPageToken.isEmpty ? nil : page.nextPageToken
        } while token != nil
        #expect(ids == (0..<7).reversed().map { "bad-\($0)" })
        let others = try await stack.call(
            TrackingRPC.listQuarantine, ListQuarantine.Request(), tenant: "other")
        #expect(others.events.isEmpty)
    }

    @Test(
        "what is no batch is refused with a sentence and leaves nothing",
        arguments: [
            "not json", "[]", "{\"events\":7}", "{\"events\":[{\"id\":\"\\u0000\"}]}",
            "{\"events\":[" + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "]}",
        ])
    func refused(body: String) async throws {
        let stack = try await TrackingStack.make()
        let reply = await stack.post(TrackingRPC.recordEvents.path, Data(body.utf8))
        #expect(reply.status == 400)
        #expect(reply.code == .invalidArgument)
        #expect(try await stack.count("quarantined_event") == 0)
    }

    @Test func `strings that look like SQL come back byte for byte`() async throws {
        let stack = try await TrackingStack.make()
        let nasty = #"'); DROP TABLE event_log; -- \ " %s $1 \x00 é 😀"#
        var draft = EventDraft.test(nasty, nasty)
        draft.activity = ActivityDraft(id: ActivityID(checked: nasty))
        #expect(try await stack.record([draft]).accepted == 1)
        let event = try #require(try await stack.said(LearningEventRecorded.self).first)
        #expect(event.eventID.rawValue == nasty)
        #expect(event.activity?.id.rawValue == nasty)
        let learner = try await stack.call(TrackingRPC.getLearner, GetLearner.Request(learner: event.learner))
        #expect(learner.identities.map(\.externalID.rawValue) == [nasty])
    }
}

extension IngestRequest {
    /// As the route makes it.
    static func test(_ drafts: [EventDraft]) throws -> IngestRequest {
        let body = try JSONCoding.encoder().encode(RecordEvents.Request(events: drafts))
        return IngestRequest(
            tenant: .standard, batch: try BatchReader.batch(body, now: TrackingStack.start),
            receivedAt: TrackingStack.start, traceparent: nil)
    }
}

extension TrackingStack {
    /// Holds the lock on every counter of the log until released.
    struct Holder: Sendable {
        let gate: AsyncStream<Void>.Continuation
        func release() { gate.finish() }
    }

    func holdLogHeads() async throws -> Holder {
        let other = testDatabase.database(poolSize: 1)
        let (released, gate) = AsyncStream<Void>.makeStream()
        let (held, isHeld) = AsyncStream<Void>.makeStream()
        let semaphore = Semaphore()
        Task {
            for await _ in released {}
            semaphore.signal()
        }
        Task {
            try await other.transaction { session in
                _ = try session.rows("SELECT seq FROM log_head FOR UPDATE")
                isHeld.finish()
                semaphore.wait()
            }
        }
        for await _ in held {}
        return Holder(gate: gate)
    }

    /// Ends the one backend that waits for a lock, as an operator or a crash would.
    func killWaitingBackend() async throws {
        while true {
            let rows = try await testDatabase.server.administer(
                """
                SELECT pg_terminate_backend(pid) AS is_ended FROM pg_stat_activity
                WHERE datname = \(testDatabase.name) AND wait_event_type = 'Lock'
                """)
            if !rows.isEmpty { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Blocks a thread of the pool, which may block; never one of the cooperative pool.
final class Semaphore: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func signal() { semaphore.signal() }
    func wait() { semaphore.wait() }
}
