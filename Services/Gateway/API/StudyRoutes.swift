import Contracts
import Foundation
import HTTPServer

/// How learners study and when they are expected to: sessions, streaks, heatmaps, a run at a glance; plans, pauses,
/// holidays.
struct StudyRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] { learnerRoutes + courseRoutes + planRoutes }

    private var learnerRoutes: [Route] {
        [
            Route(
                method: .get, path: "/v1/learners/{id}/sessions", scope: .read,
                summary: "Sessions of one learner, and time on task by day and kind of activity.",
                query: [
                    .init(name: "courseRun", words: "Only this course run."),
                    .init(name: "since", words: "Only what began at or after this time; 90 days ago when absent."),
                ], responseSchema: "Sessions", handle: sessions),
            Route(
                method: .get, path: "/v1/learners/{id}/streak", scope: .read,
                summary: "Days in a row on which one learner studied, in the learner's own days.",
                responseSchema: "Streak", handle: streak),
        ]
    }

    private var courseRoutes: [Route] {
        [
            Route(
                method: .get, path: "/v1/course-runs/{id}/overview", scope: .read,
                summary: "A course run at a glance: states, activity, engagement, completion, length of sessions.",
                responseSchema: "CourseRunOverview", handle: overview),
            Route(
                method: .get, path: "/v1/course-runs/{id}/heatmap", scope: .read,
                summary: "When in the week a course run is alive, in its time zone.",
                query: [
                    .init(name: "learner", words: "Only this learner."),
                    .init(name: "from", words: "From this time on; 12 weeks before until when absent."),
                    .init(name: "until", words: "Up to this time; now when absent."),
                ], responseSchema: "Heatmap", handle: heatmap),
        ]
    }

    private var planRoutes: [Route] {
        [
            Route(
                method: .get, path: "/v1/learners/{id}/study-settings", scope: .read,
                summary: "What one learner said about studying: time zone, weekdays, pauses.",
                responseSchema: "StudyPlan", handle: plan),
            Route(
                method: .put, path: "/v1/learners/{id}/study-settings", scope: .ingest,
                summary: "Sets a learner's own time zone and weekdays.", requestSchema: "StudySettings",
                successStatus: 204, handle: setSettings),
            Route(
                method: .put, path: "/v1/learners/{id}/pause", scope: .ingest,
                summary: "Says when a learner will not study. The same begin again replaces a pause.",
                requestSchema: "Pause", successStatus: 204, handle: setPause),
            Route(
                method: .get, path: "/v1/holidays", scope: .read,
                summary: "Days on which nobody is expected to study.", responseSchema: "Holidays", handle: holidays),
            Route(
                method: .put, path: "/v1/holidays", scope: .admin,
                summary: "Sets all days on which nobody is expected to study.", requestSchema: "Holidays",
                successStatus: 204, handle: setHolidays),
        ]
    }

    // MARK: - Learners

    private func sessions(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = GetSessions.Request(
            learner: try request.learnerID(),
            courseRun: try request.courseRun(),
            since: try request.time("since"))
        return try .json(await upstream.tracking.call(TrackingRPC.getSessions, query, upstream.context(request)))
    }

    private func streak(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(
            await upstream.tracking.call(
                TrackingRPC.getStreak, .init(learner: try request.learnerID()), upstream.context(request)))
    }

    // MARK: - Course runs

    private func overview(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(
            await upstream.tracking.call(
                TrackingRPC.getCourseRunOverview, .init(courseRun: try request.courseRunID()),
                upstream.context(request)))
    }

    private func heatmap(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = GetHeatmap.Request(
            courseRun: try request.courseRunID(), learner: try request.learner(), from: try request.time("from"),
            until: try request.time("until"))
        return try .json(await upstream.tracking.call(TrackingRPC.getHeatmap, query, upstream.context(request)))
    }

    // MARK: - Plans

    private struct Settings: Decodable {
        var timeZone: String?
        var studyWeekdays: [Int]?
    }

    private struct Pause: Decodable {
        var from: Date
        var until: Date
    }

    private func plan(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(
            await upstream.tracking.call(
                TrackingRPC.getStudyPlan, .init(learner: try request.learnerID()), upstream.context(request)))
    }

    private func setSettings(_ request: APIRequest) async throws -> HTTPServerResponse {
        let settings: Settings = try request.http.json()
        let query = SetStudySettings.Request(
            learner: try request.learnerID(), timeZone: settings.timeZone, studyWeekdays: settings.studyWeekdays ?? [])
        _ = try await upstream.tracking.call(TrackingRPC.setStudySettings, query, upstream.context(request))
        return HTTPServerResponse(status: 204)
    }

    private func setPause(_ request: APIRequest) async throws -> HTTPServerResponse {
        let pause: Pause = try request.http.json()
        let query = SetPause.Request(learner: try request.learnerID(), from: pause.from, until: pause.until)
        _ = try await upstream.tracking.call(TrackingRPC.setPause, query, upstream.context(request))
        return HTTPServerResponse(status: 204)
    }

    private func holidays(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(await upstream.tracking.call(TrackingRPC.listHolidays, Empty(), upstream.context(request)))
    }

    private func setHolidays(_ request: APIRequest) async throws -> HTTPServerResponse {
        let list: Holidays.List = try request.http.json()
        _ = try await upstream.tracking.call(TrackingRPC.setHolidays, list, upstream.context(request))
        return HTTPServerResponse(status: 204)
    }
}
