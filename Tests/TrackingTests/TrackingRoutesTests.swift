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
            "GetCourse", "GetCourseRun", "GetLearner", "GetTimeline", "GetTrackingOverview", "ImportRows",
            "ListActivities", "ListCourseRuns", "ListCourses", "ListEnrollments", "ListQuarantine", "RecordEvents",
            "ResolveLearners", "SetActivities", "SetCourse", "SetCourseCalendar", "SetCourseRun", "SetEnrollments",
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

    private func resolve(_ stack: TrackingStack, _ name: String) async throws -> LearnerID {
        try #require(
            try await stack.call(
                TrackingRPC.resolveLearners,
                ResolveLearners.Request(learners: [ExternalLearnerID(checked: name)])
            ).learners.first)
    }
}
