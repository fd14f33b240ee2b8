import Contracts
import Foundation
import HTTPServer

/// Learners: the list, most at risk first, and one learner's page.
struct LearnerRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] {
        [
            Route(
                method: .get, path: "/v1/overview", scope: .read, summary: "What goes on right now.",
                query: [.init(name: "courseRun", words: "Only this course run.")], responseSchema: "Overview",
                handle: overview),
            Route(
                method: .get, path: "/v1/learners", scope: .read, summary: "Learners, most at risk first.",
                query: [
                    .init(name: "courseRun", words: "Only this course run."),
                    .init(name: "band", words: "Only this band: low, moderate, high or critical."),
                    .init(name: "bandAtLeast", words: "Only this band and those above it."),
                    .init(name: "state", words: "Only this lifecycle state."),
                ] + Route.paging, responseSchema: "Learners", handle: list),
            Route(
                method: .get, path: "/v1/learners/{id}", scope: .read,
                summary: "One learner: state, risk and why, events, nudges, decisions, messages.",
                query: [.init(name: "asOf", words: "As known at this time, from the log; now when absent.")],
                responseSchema: "LearnerPage", handle: page),
            Route(
                method: .get, path: "/v1/learners/{id}/events", scope: .read,
                summary: "What one learner did, newest first.",
                query: [
                    .init(name: "courseRun", words: "Only this course run."),
                    .init(name: "since", words: "Only events at or after this time."),
                ] + Route.paging, responseSchema: "Timeline", handle: events),
            Route(
                method: .get, path: "/v1/learners/by-external-id/{source}/{externalID}", scope: .read,
                summary: "The id of a learner whom a platform names.", responseSchema: "LearnerReference",
                handle: resolve),
        ]
    }

    private func overview(_ request: APIRequest) async throws -> HTTPServerResponse {
        let courseRun = try request.courseRun()
        return try .json(
            await Overview.read(
                upstream, tenant: request.principal.tenant, courseRun: courseRun, trace: request.trace))
    }

    private func list(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(await LearnerList(upstream: upstream, request: request).read())
    }

    private func page(_ request: APIRequest) async throws -> HTTPServerResponse {
        let learner = try request.learnerID()
        let asOf = try request.time("asOf")
        return try .json(await LearnerPage.read(upstream, learner: learner, asOf: asOf, request: request))
    }

    private func events(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = GetTimeline.Request(
            learner: try request.learnerID(),
            courseRun: try request.courseRun(),
            since: try request.time("since"), page: try request.page())
        return try .json(
            await upstream.tracking.call(TrackingRPC.getTimeline, query, upstream.context(request)))
    }

    private struct LearnerReference: Encodable {
        var learner: LearnerID
    }

    private func resolve(_ request: APIRequest) async throws -> HTTPServerResponse {
        let source = try request.parameter("source", expected: "a source's name", SourceID.init(_:))
        let name = try request.parameter("externalID", expected: "a learner's name", ExternalLearnerID.init(_:))
        let answer = try await upstream.tracking.call(
            TrackingRPC.resolveLearners, .init(source: source, learners: [name]), upstream.context(request))
        guard let learner = answer.learners.first else {
            throw GatewayError.notFound("no learner \(name) of source \(source)")
        }
        return try .json(LearnerReference(learner: learner))
    }
}
