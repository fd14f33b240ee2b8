import Contracts
import Foundation
import HTTPClient
import Testing

/// Courses, runs, activities and enrollments through the public API, with all five services running.
@Suite(.serialized) struct CatalogDoorTests {
    private let start = Date(timeIntervalSince1970: 1_790_000_000)

    private var run: CourseRunDefinition {
        CourseRunDefinition(
            id: CourseRunID(checked: "BBB/2026 J"), title: "Statistics", startsAt: start,
            endsAt: start.addingTimeInterval(84 * 86_400), course: CourseID(checked: "BBB"),
            activities: [PlannedActivity(id: ActivityID(checked: "intro"), title: "Introduction")])
    }

    private func put(
        _ api: PublicAPI, _ path: String, _ body: some Encodable, _ headers: [HTTPClientRequest.Header] = []
    ) async throws -> HTTPClientResponse {
        try await api.send(
            .put, path, body: JSONCoding.encoder().encode(body), key: api.key, headers: headers)
    }

    @Test func `what was read is changed only while nobody else did, and what events name is listed`() async throws {
        let suite = try await Suite.start()
        let api = suite.api
        try await api.set(now: start)
        let path = "/v1/course-runs/BBB%2F2026%20J"

        let made = try await put(api, path, run, [("If-None-Match", "*")])
        #expect(made.status == 200)
        #expect(made.header("etag") == "\"1\"")
        #expect(try await put(api, path, run, [("If-None-Match", "*")]).status == 412)

        let read = try await api.send(.get, path, key: api.key)
        let tag = try #require(read.header("etag"))
        var known = try JSONCoding.decoder().decode(KnownCourseRun.self, from: read.body)
        #expect(known.definition == run)
        known.definition.title = "Statistics II"
        #expect(try await put(api, path, known, [("If-Match", tag)]).status == 200)
        let stale = try await put(api, path, run, [("If-Match", tag)])
        #expect(stale.status == 412)
        #expect(String(decoding: stale.body, as: UTF8.self).contains("the one that is there, 2, got 1"))
        #expect(try await put(api, path, run, [("If-Match", "x")]).status == 400)

        struct Page: Encodable { var activities: [PlannedActivity] }
        let quiz = PlannedActivity(
            id: ActivityID(checked: "quiz"), title: "Quiz", kind: .quiz, prerequisites: [ActivityID(checked: "intro")])
        #expect(try await put(api, path + "/activities", Page(activities: [quiz])).status == 200)
        #expect(try await put(api, path + "/calendar", ["studyWeekdays": [1, 2]]).header("etag") == "\"4\"")
        let other = CourseDefinition(id: CourseID(checked: "AAA"), title: "Not the one of the path")
        #expect(try await put(api, "/v1/courses/BBB", other).status == 400)

        let enrollments = SetEnrollments.Request(
            source: "sis", backfill: true,
            enrollments: [
                EnrollmentDraft(
                    learner: ExternalLearnerID(checked: "ada"), courseRun: run.id, status: .enrolled, changedAt: start)
            ])
        let receipts = try await put(api, "/v1/enrollments", enrollments)
        #expect(try JSONCoding.decoder().decode(RecordEvents.Response.self, from: receipts.body).accepted == 1)
        _ = try await api.record([
            EventDraft(
                id: EventID(checked: "1"), learner: ExternalLearnerID(checked: "bob"),
                courseRun: CourseRunID(checked: "undeclared"), verb: .viewed,
                activity: ActivityDraft(id: ActivityID(checked: "page"), kind: .url), occurredAt: start)
        ])
        try await api.settle()

        let runs = try await api.get("/v1/course-runs", as: ListCourseRuns.Response.self).courseRuns
        #expect(Set(runs.map(\.definition.id.rawValue)) == ["BBB/2026 J", "undeclared"])
        let inferred = try await api.get(
            "/v1/course-runs/undeclared/activities?inferred=true", as: ListActivities.Response.self)
        #expect(inferred.activities.map(\.plan.kind) == [.url])
        let courses = try await api.get("/v1/courses", as: ListCourses.Response.self).courses
        #expect(courses.map(\.isInferred) == [true])
        let listed = try await api.get("/v1/enrollments?courseRun=BBB%2F2026%20J", as: ListEnrollments.Response.self)
        #expect(listed.enrollments.map(\.status) == [.enrolled])
        #expect(try await api.send(.get, "/v1/enrollments?state=gone", key: api.key).status == 400)
        #expect(try await api.send(.get, "/v1/course-runs/nowhere", key: api.key).status == 404)
        try await suite.stop()
    }
}
