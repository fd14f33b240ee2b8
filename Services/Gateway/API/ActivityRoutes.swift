import Contracts
import Foundation
import HTTPServer

/// What Holdfast did: nudges, decisions, messages; the model behind it.
struct ActivityRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] {
        let learner = Route.Parameter(name: "learner", words: "Only this learner.")
        let since = Route.Parameter(name: "since", words: "Only what happened at or after this time.")
        return [
            Route(
                method: .get, path: "/v1/nudges", scope: .read, summary: "Nudges and what came of them, newest first.",
                query: [learner, .init(name: "courseRun", words: "Only this course run."), since] + Route.paging,
                responseSchema: "Nudges", handle: nudges),
            Route(
                method: .get, path: "/v1/decisions", scope: .read,
                summary: "Every candidate nudge, sent or not, with each rule's verdict; newest first.",
                query: [learner] + Route.paging, responseSchema: "Decisions", handle: decisions),
            Route(
                method: .get, path: "/v1/deliveries", scope: .read, summary: "Messages to learners, newest first.",
                query: [learner, .init(name: "state", words: "Only this state."), since] + Route.paging,
                responseSchema: "Deliveries", handle: deliveries),
            Route(
                method: .get, path: "/v1/messages", scope: .read,
                summary: "Mails that were written to the sink instead of sent, newest first.",
                query: [learner] + Route.paging, responseSchema: "Messages", handle: messages),
            Route(
                method: .get, path: "/v1/messages/{delivery}", scope: .read,
                summary: "One such mail; as message/rfc822 when that is asked for.", responseSchema: "Message",
                handle: message),
            Route(
                method: .get, path: "/v1/model", scope: .read, summary: "The card of the model in use.",
                responseSchema: "Model", handle: model),
        ]
    }

    private func nudges(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListNudges.Request(
            learner: try request.learner(),
            courseRun: try request.courseRun(),
            since: try request.time("since"), page: try request.page())
        return try .json(await upstream.nudging.call(NudgingRPC.listNudges, query, upstream.context(request)))
    }

    private func decisions(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListDecisions.Request(learner: try request.learner(), page: try request.page())
        return try .json(await upstream.nudging.call(NudgingRPC.listDecisions, query, upstream.context(request)))
    }

    private func deliveries(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListDeliveries.Request(
            learner: try request.learner(),
            state: try request.choice("state"),
            since: try request.time("since"), page: try request.page())
        return try .json(
            await upstream.notification.call(NotificationRPC.listDeliveries, query, upstream.context(request)))
    }

    private func messages(_ request: APIRequest) async throws -> HTTPServerResponse {
        let query = ListSinkMessages.Request(learner: try request.learner(), page: try request.page())
        return try .json(
            await upstream.notification.call(NotificationRPC.listSinkMessages, query, upstream.context(request)))
    }

    private func message(_ request: APIRequest) async throws -> HTTPServerResponse {
        let delivery = try request.parameter("delivery", expected: "a delivery's id (a UUID)", DeliveryID.init(_:))
        let found = try await upstream.notification.call(
            NotificationRPC.getSinkMessage, .init(delivery: delivery), upstream.context(request))
        guard request.http.header("accept")?.contains("message/rfc822") == true else { return try .json(found) }
        return .text(found.eml, type: "message/rfc822")
    }

    private func model(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(await upstream.prediction.call(PredictionRPC.getModel, Empty(), upstream.context(request)))
    }
}
