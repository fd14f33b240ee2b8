import Contracts
import Foundation
import HTTPServer

/// What Tracking makes of what learners did: how far they are, how they study, and what is unusual.
struct InsightRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] {
        [
            Route(
                method: .get, path: "/v1/learners/{id}/progress", scope: .read,
                summary: "How far one learner is: per activity, module and course, pace, and when it will be done.",
                query: [.init(name: "courseRun", words: "Only this course run; all of the learner's when absent.")],
                responseSchema: "LearnerProgressList", handle: learner),
            Route(
                method: .get, path: "/v1/learners/{id}/patterns", scope: .read,
                summary: "How one learner studies: what, when, how regularly, how deep, against before and the others.",
                query: [.init(name: "courseRun", words: "Only this course run; all of the learner's when absent.")],
                responseSchema: "StudyPatterns", handle: patterns),
            Route(
                method: .get, path: "/v1/course-runs/{id}/progress", scope: .read,
                summary: "How many learners of a run have seen, attempted and done each activity.",
                responseSchema: "CourseProgress", handle: course),
            Route(
                method: .get, path: "/v1/course-runs/{id}/learners", scope: .read,
                summary: "How far each learner of a run is, in short.",
                query: Route.paging(most: 100), responseSchema: "ProgressSummaries", handle: list),
        ] + anomalyRoutes
    }

    private var anomalyRoutes: [Route] {
        let filters = [
            Route.Parameter(name: "courseRun", words: "Only this course run."),
            Route.Parameter(name: "kind", words: "Only this kind."),
            Route.Parameter(name: "open", words: "true for open ones, false for closed ones; both when absent."),
        ] + Route.paging
        return [
            Route(
                method: .get, path: "/v1/anomalies", scope: .read,
                summary: "What is unusual, of learners and of whole runs, with its evidence; newest first.",
                query: [.init(name: "learner", words: "Only this learner.")] + filters, responseSchema: "Anomalies"
            ) { try await anomalies($0, of: $0.learner()) },
            Route(
                method: .get, path: "/v1/learners/{id}/anomalies", scope: .read,
                summary: "What is unusual with one learner, newest first.", query: filters, responseSchema: "Anomalies"
            ) { request in
                try await anomalies(
                    request, of: request.learnerID())
            },
        ]
    }

    private func anomalies(_ request: APIRequest, of learner: LearnerID?) async throws -> HTTPServerResponse {
        let query = ListAnomalies.Request(
            courseRun: try request.courseRun(),
            learner: learner,
            kind: try request.choice("kind"),
            isOpen: try request.query("open", expected: "true or false", Bool.init(_:)), page: try request.page())
        return try .json(await upstream.tracking.call(TrackingRPC.listAnomalies, query, upstream.context(request)))
    }

    private func learner(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = GetProgress.Request(
            learner: try request.learnerID(),
            courseRun: try request.courseRun())
        return try .json(await upstream.tracking.call(TrackingRPC.getProgress, query, upstream.context(request)))
    }

    private func patterns(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = GetPatterns.Request(
            learner: try request.learnerID(),
            courseRun: try request.courseRun())
        return try .json(await upstream.tracking.call(TrackingRPC.getPatterns, query, upstream.context(request)))
    }

    private func course(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = GetCourseProgress.Request(courseRun: try request.courseRunID())
        return try .json(
            await upstream.tracking.call(TrackingRPC.getCourseProgress, query, upstream.context(request)))
    }

    private func list(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListProgress.Request(courseRun: try request.courseRunID(), page: try request.page())
        return try .json(await upstream.tracking.call(TrackingRPC.listProgress, query, upstream.context(request)))
    }
}
