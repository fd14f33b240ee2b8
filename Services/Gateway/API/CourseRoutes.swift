import Contracts
import Foundation
import HTTPServer

/// Courses, their runs, and what is planned in these.
struct CourseRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] { courses + courseRuns + parts }

    private static let inferred = Route.Parameter(
        name: "inferred", words: "true for what only events name, false for what was declared; both when absent.")

    private var courses: [Route] {
        [
            Route(
                method: .get, path: "/v1/courses", scope: .read,
                summary: "Lists the courses, also those that only runs name.", query: Route.paging,
                responseSchema: "Courses", handle: listCourses),
            Route(
                method: .get, path: "/v1/courses/{id}", scope: .read, summary: "One course, with its ETag.",
                responseSchema: "KnownCourse", handle: getCourse),
            Route(
                method: .put, path: "/v1/courses/{id}", scope: .ingest,
                summary: "Declares a course, or replaces its declaration; "
                    + "If-Match refuses to replace another revision.",
                requestSchema: "Course", responseSchema: "Course", handle: setCourse),
        ]
    }

    private var courseRuns: [Route] {
        [
            Route(
                method: .get, path: "/v1/course-runs", scope: .read,
                summary: "Lists the course runs, newest first, also those that only events name; without activities.",
                query: [.init(name: "course", words: "Only runs of this course."), Self.inferred]
                    + Route.paging(500),
                responseSchema: "CourseRuns", handle: listCourseRuns),
            Route(
                method: .get, path: "/v1/course-runs/{id}", scope: .read,
                summary: "One course run with its modules and activities, and its ETag.",
                responseSchema: "KnownCourseRun", handle: getCourseRun),
            Route(
                method: .put, path: "/v1/course-runs/{id}", scope: .ingest,
                summary: "Declares a course run, or replaces its declaration; "
                    + "If-Match refuses to replace another revision.",
                requestSchema: "CourseRun", responseSchema: "CourseRun", handle: setCourseRun),
        ]
    }

    private var parts: [Route] {
        [
            Route(
                method: .put, path: "/v1/course-runs/{id}/calendar", scope: .ingest,
                summary: "Changes only when a declared run takes place: its days, breaks and weekdays.",
                requestSchema: "CourseCalendar", responseSchema: "Revision", handle: setCalendar),
            Route(
                method: .put, path: "/v1/course-runs/{id}/activities", scope: .ingest,
                summary: "Adds, changes and removes some activities of a declared run; leaves all others.",
                requestSchema: "ActivityPage", responseSchema: "ActivityCount", handle: setActivities),
            Route(
                method: .get, path: "/v1/course-runs/{id}/activities", scope: .read,
                summary: "Activities of a run by id, also those that only events name.",
                query: [Self.inferred] + Route.paging, responseSchema: "Activities", handle: listActivities),
        ]
    }

    // MARK: - Courses

    private func listCourses(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListCourses.Request(page: try request.page())
        return try .json(
            await upstream.tracking.call(TrackingRPC.listCourses, query, upstream.context(request)))
    }

    private func getCourse(_ request: APIRequest) async throws -> HTTPServerResponse {
        let id = try request.parameter("id", expected: "a course's id", CourseID.init(_:))
        let course = try await upstream.tracking.call(
            TrackingRPC.getCourse, .init(course: id), upstream.context(request))
        return try .json(course, headers: [Revision.header(course.revision)])
    }

    private func setCourse(_ request: APIRequest) async throws -> HTTPServerResponse {
        let course = try request.http.json(CourseDefinition.self)
        try request.checkSameID(course.id.rawValue)
        let declaration = SetCourse.Request(course: course, revision: try Revision.expected(by: request.http))
        let saved = try await Revision.checked {
            try await upstream.tracking.call(TrackingRPC.setCourse, declaration, upstream.context(request))
        }
        return try .json(course, headers: [Revision.header(saved.revision)])
    }

    // MARK: - Runs

    private func listCourseRuns(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListCourseRuns.Request(
            course: try request.query("course", expected: "a course's id", CourseID.init(_:)),
            isInferred: try request.isInferred(), page: try request.page())
        return try .json(
            await upstream.tracking.call(TrackingRPC.listCourseRuns, query, upstream.context(request)))
    }

    private func getCourseRun(_ request: APIRequest) async throws -> HTTPServerResponse {
        let run = try await upstream.tracking.call(
            TrackingRPC.getCourseRun, .init(courseRun: try request.courseRunID()), upstream.context(request))
        return try .json(run, headers: [Revision.header(run.revision)])
    }

    private func setCourseRun(_ request: APIRequest) async throws -> HTTPServerResponse {
        let run = try request.http.json(CourseRunDefinition.self)
        try request.checkSameID(run.id.rawValue)
        let declaration = SetCourseRun.Request(courseRun: run, revision: try Revision.expected(by: request.http))
        let saved = try await Revision.checked {
            try await upstream.tracking.call(TrackingRPC.setCourseRun, declaration, upstream.context(request))
        }
        return try .json(run, headers: [Revision.header(saved.revision)])
    }

    // MARK: - Parts of a run

    private struct Calendar: Decodable {
        var startsAt: Date?
        var endsAt: Date?
        var timeZone: String?
        var studyWeekdays: [Int]?
        var breaks: [CalendarBreak]?
    }

    private func setCalendar(_ request: APIRequest) async throws -> HTTPServerResponse {
        let calendar: Calendar = try request.http.json()
        let change = SetCourseCalendar.Request(
            courseRun: try request.courseRunID(), startsAt: calendar.startsAt, endsAt: calendar.endsAt,
            timeZone: calendar.timeZone, studyWeekdays: calendar.studyWeekdays, breaks: calendar.breaks,
            revision: try Revision.expected(by: request.http))
        let saved = try await Revision.checked {
            try await upstream.tracking.call(TrackingRPC.setCourseCalendar, change, upstream.context(request))
        }
        return try .json(saved, headers: [Revision.header(saved.revision)])
    }

    private struct ActivityPage: Decodable {
        var modules: [CourseModule]?
        var activities: [PlannedActivity]?
        var removed: [ActivityID]?
    }

    private func setActivities(_ request: APIRequest) async throws -> HTTPServerResponse {
        let page: ActivityPage = try request.http.json()
        let change = SetActivities.Request(
            courseRun: try request.courseRunID(), modules: page.modules ?? [], activities: page.activities ?? [],
            removed: page.removed ?? [], revision: try Revision.expected(by: request.http))
        let saved = try await Revision.checked {
            try await upstream.tracking.call(TrackingRPC.setActivities, change, upstream.context(request))
        }
        return try .json(saved, headers: [Revision.header(saved.revision)])
    }

    private func listActivities(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListActivities.Request(
            courseRun: try request.courseRunID(), isInferred: try request.isInferred(), page: try request.page())
        return try .json(
            await upstream.tracking.call(TrackingRPC.listActivities, query, upstream.context(request)))
    }
}

extension APIRequest {
    fileprivate func isInferred() throws -> Bool? {
        try query("inferred", expected: "true or false", Bool.init(_:))
    }

    /// What the body declares must be what the path names.
    fileprivate func checkSameID(_ id: String) throws(GatewayError) {
        guard id == http.parameters["id"] else {
            throw .invalid("id must be the same in path and body, got \"\(id)\" in the body")
        }
    }
}
