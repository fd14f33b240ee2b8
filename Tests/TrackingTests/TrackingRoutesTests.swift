import Contracts
import Foundation
import PostgreSQL
import RPC
import Testing

@testable import Tracking

/// The doors, called as they are on the wire, in front of a real store.
@Suite struct TrackingRoutesTests {
    @Test func `every method of the contract is answered`() async throws {
        let stack = try await TrackingStack.make()
        let service = TrackingRPC.service
        let asked = [
            "CorrectQuarantine", "DiscardQuarantine", "GetCourse", "GetCourseRun", "GetDrift", "GetIdentity",
            "GetLearner", "GetQuarantinedEvent", "GetTimeline", "GetTrackingOverview", "ImportRows",
            "ListActivities", "ListCourseRuns", "ListCourses", "ListDataGaps", "ListEnrollments", "ListQuarantine",
            "ListRoleRules", "ListSources", "MergeLearners", "RecordEvents", "RecordHeartbeat", "ReplayQuarantine",
            "ResolveLearners", "SetActivities", "SetCourse", "SetCourseCalendar", "SetCourseRun", "SetEnrollments",
            "SetLearnerRole", "SetRoleRules", "SummarizeQuarantine", "UnmergeLearners",
        ].map { "/\(service)/\($0)" }
        #expect(Set(asked).subtracting(stack.router.paths).isEmpty)
    }

    @Test func `a timeline goes back in time page by page, each event once, also while new ones come`()
        async throws
    {
        let stack = try await TrackingStack.make()
        try await stack.record((0..<25).map { .test("e\($0)", day: -Double($0) / 10) })
        try await stack.record([.test("x", run: "other", day: -0.05), .test("y", "bob")])
        let learner = try await resolve(stack, "ada")
        var seen: [String] = []
        var token: String?
        repeat {
            let page = try await stack.call(
                TrackingRPC.getTimeline,
                GetTimeline.Request(
                    learner: learner, courseRun: CourseRunID(checked: "run"),
                    page: PageRequest(size: 10, token: token)))
            seen += page.events.map(\.eventID.rawValue)
            token = page.nextPageToken.isEmpty ? nil : page.nextPageToken
            try await stack.record([.test("new\(seen.count)", day: 0.001)])
        } while token != nil
        #expect(seen == (0..<25).map { "e\($0)" })
        let recent = try await stack.call(
            TrackingRPC.getTimeline,
            GetTimeline.Request(learner: learner, since: TrackingStack.start.addingTimeInterval(-8_640 * 2)))
        #expect(
            recent.events.map(\.eventID.rawValue).filter { !$0.hasPrefix("new") } == ["e0", "x", "e1", "e2"])
        #expect(recent.nextPageToken.isEmpty)
    }

    @Test func `a token of another question or of nobody is refused`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record((0..<5).map { .test("e\($0)", day: -Double($0)) })
        let learner = try await resolve(stack, "ada")
        let token = try await stack.call(
            TrackingRPC.getTimeline, GetTimeline.Request(learner: learner, page: PageRequest(size: 2))
        ).nextPageToken
        #expect(!token.isEmpty)
        for request in [
            GetTimeline.Request(
                learner: learner, courseRun: CourseRunID(checked: "run"), page: PageRequest(token: token)),
            GetTimeline.Request(learner: learner, page: PageRequest(token: "AAAA")),
            GetTimeline.Request(learner: learner, page: PageRequest(token: "%&")),
            GetTimeline.Request(learner: learner, page: PageRequest(size: -1)),
        ] {
            let reply = await stack.post(
                TrackingRPC.getTimeline.path, try JSONCoding.encoder().encode(request))
            #expect(reply.code == .invalidArgument)
        }
    }

    @Test func `enrollments are listed by run and learner, filtered and in pages`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record(
            (0..<9).map { .test("e\($0)", "learner\($0)", run: $0 < 6 ? "a" : "b") }
                + [.test("left", "learner0", run: "a", verb: .unenrolled, day: 0.001)])
        try await stack.project()
        var keys: [String] = []
        var token: String?
        repeat {
            let page = try await stack.call(
                TrackingRPC.listEnrollments, ListEnrollments.Request(page: PageRequest(size: 4, token: token))
            )
            keys += page.enrollments.map { "\($0.courseRun) \($0.learner)" }
            token = page.nextPageToken.isEmpty ? nil : page.nextPageToken
        } while token != nil
        #expect(keys.count == 9)
        #expect(keys == keys.sorted())
        let withdrawn = try await stack.call(
            TrackingRPC.listEnrollments,
            ListEnrollments.Request(courseRun: CourseRunID(checked: "a"), state: .withdrawn))
        #expect(withdrawn.enrollments.map(\.learner) == [try await resolve(stack, "learner0")])
        let asked = [try await resolve(stack, "learner7"), try await resolve(stack, "learner8")]
        let some = try await stack.call(
            TrackingRPC.listEnrollments, ListEnrollments.Request(learners: asked))
        #expect(Set(some.enrollments.map(\.learner)) == Set(asked))
        let none = try await stack.call(TrackingRPC.listEnrollments, ListEnrollments.Request(learners: []))
        #expect(none.enrollments.isEmpty)
    }

    @Test func `a learner that nobody named is not found`() async throws {
        let stack = try await TrackingStack.make()
        let request = GetLearner.Request(learner: LearnerID(rawValue: UUID()))
        let reply = await stack.post(TrackingRPC.getLearner.path, try JSONCoding.encoder().encode(request))
        #expect(reply.status == 404)
        #expect(reply.code == .notFound)
    }

    @Test func `when the database is away callers are told to come back`() async throws {
        let stack = try await TrackingStack.make()
        await stack.database.close()
        let body = try JSONCoding.encoder().encode(RecordEvents.Request(events: [.test("a")]))
        let reply = await stack.post(TrackingRPC.recordEvents.path, body)
        #expect(reply.status == 503)
        #expect(reply.headers.contains { $0.0 == "retry-after" })
    }

    @Test func `when too much waits callers are told to come back`() async throws {
        let full = IngestCoalescer(waitingEventsMax: 0) { _ in
            Issue.record("nothing should be written")
            return []
        }
        let stack = try await TrackingStack.make(coalescer: full)
        let body = try JSONCoding.encoder().encode(RecordEvents.Request(events: [.test("a")]))
        let reply = await stack.post(TrackingRPC.recordEvents.path, body)
        #expect(reply.status == 429)
        #expect(reply.headers.contains { $0 == ("retry-after", "1") })
    }

    @Test func `batches in one call are answered as if each had come alone`() async throws {
        let stack = try await TrackingStack.make()
        let good = String(
            decoding: try JSONCoding.encoder().encode(RecordEvents.Request(events: [.test("a"), .test("b")])),
            as: UTF8.self)
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let response = try await stack.call(
            TrackingRPC.recordEventBatches,
            .init(batches: [
                .init(body: good, traceparent: trace), .init(body: "{"), .init(body: #"{"events":[]}"#),
                .init(body: #"{"events":[7]}"#),
            ]))
        try #require(response.answers.count == 4)
        let first = try JSONCoding.decoder().decode(
            RecordEvents.Response.self, from: Data(try response.answers[0].result.get().utf8))
        #expect(first.receipts.map(\.id) == ["a", "b"])
        #expect(first.accepted == 2)
        for (answer, word) in zip(response.answers[1...2], ["not JSON", "events: expected"]) {
            let error = #expect(throws: RPCError.self) { try answer.result.get() }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains(word) == true)
        }
        let last = try JSONCoding.decoder().decode(
            RecordEvents.Response.self, from: Data(try response.answers[3].result.get().utf8))
        #expect(last.receipts.map(\.status) == [.quarantined])
        let facts = try await stack.facts()
        #expect(facts.count == 2)
        #expect(facts.allSatisfy { $0.traceparent?.contains("0af7651916cd43dd8448eb211c80319c") == true })
    }

    @Test(arguments: [
        ("{", "the body is not JSON that can be read"), ("[]", "body: expected an object with batches, got an array"),
        ("{}", "batches: expected an array, got nothing"), (#"{"batches":{}}"#, "batches: expected an array, got an object"),
        (#"{"batches":[7]}"#, "batches: expected objects, got the number 7"),
        (#"{"batches":[{}]}"#, "batches.body: expected a text, got nothing"),
        (#"{"batches":[{"body":7}]}"#, "batches.body: expected a text, got the number 7"),
        (#"{"batches":[{"body":"{}","traceparent":7}]}"#, "batches.traceparent: expected a text, got the number 7"),
    ])
    func `a call of batches that cannot be read is refused as a whole, and says why`(
        _ body: String, _ sentence: String
    ) async throws {
        let stack = try await TrackingStack.make()
        let reply = await stack.post(TrackingRPC.recordEventBatches.path, Data(body.utf8))
        #expect(reply.status == 400)
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(text.contains(sentence))
    }

    private func resolve(_ stack: TrackingStack, _ name: String) async throws -> LearnerID {
        try #require(
            try await stack.call(
                TrackingRPC.resolveLearners,
                ResolveLearners.Request(learners: [ExternalLearnerID(checked: name)])
            ).learners.first)
    }
}
