import Contracts
import Foundation
import HTTPServer

/// Who is in which course run.
struct EnrollmentRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] {
        [
            Route(
                method: .put, path: "/v1/enrollments", scope: .ingest,
                summary: "Says who joined, left or completed which course run; answers with one receipt an enrollment.",
                requestSchema: "EnrollmentBatch", responseSchema: "Receipts", handle: setEnrollments),
            Route(
                method: .get, path: "/v1/enrollments", scope: .read, summary: "Enrollments, by course run and learner.",
                query: [
                    .init(name: "courseRun", words: "Only this course run."),
                    .init(name: "learner", words: "Only this learner."),
                    .init(name: "state", words: "Only this lifecycle state."),
                ] + Route.paging, responseSchema: "Enrollments", handle: listEnrollments),
        ]
    }

    /// The bytes go through as they came: Tracking reads them once, item by item, so that one bad item fails alone.
    private func setEnrollments(_ request: APIRequest) async throws -> HTTPServerResponse {
        let answer = try await upstream.tracking.callRaw(
            TrackingRPC.setEnrollments.path, body: request.http.body,
            upstream.context(request, within: GatewayLimits.ingestTimeout), isIdempotent: true)
        return .data(answer, type: "application/json")
    }

    private func listEnrollments(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListEnrollments.Request(
            courseRun: try request.courseRun(),
            learners: try request.learner().map { [$0] },
            state: try request.choice("state"),
            page: try request.page())
        return try .json(
            await upstream.tracking.call(TrackingRPC.listEnrollments, query, upstream.context(request)))
    }
}
