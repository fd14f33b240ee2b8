import Contracts
import Foundation
import HTTPServer

/// Who somebody is: learners who are one person, and people who are no learners.
struct PeopleRoutes: Sendable {
    let upstream: Upstream

    var routes: [Route] {
        [
            Route(
                method: .get, path: "/v1/learners/{id}/identity", scope: .read,
                summary: "A learner's names, whom they are one with, what they are, and who decided that.",
                responseSchema: "Identity", handle: get),
            Route(
                method: .post, path: "/v1/learners/{id}/merge", scope: .admin,
                summary: "Says that another learner is the same person: all they did and will do counts for this one.",
                requestSchema: "Merge", responseSchema: "Identity", handle: merge),
            Route(
                method: .post, path: "/v1/learners/{id}/unmerge", scope: .admin,
                summary: "Parts a merged learner again, with all that came under their own names.",
                requestSchema: "Unmerge", responseSchema: "Identity", handle: unmerge),
            Route(
                method: .put, path: "/v1/learners/{id}/role", scope: .admin,
                summary: "Says what somebody is; only learners are enrolled, scored, nudged and counted.",
                requestSchema: "Role", responseSchema: "Identity", handle: setRole),
            Route(
                method: .get, path: "/v1/sources/{id}/role-rules", scope: .read,
                summary: "By which names a source calls people who are no learners.", responseSchema: "RoleRules",
                handle: listRules),
            Route(
                method: .put, path: "/v1/sources/{id}/role-rules", scope: .admin,
                summary: "Sets these names, for people who are heard of from now on.", requestSchema: "RoleRules",
                responseSchema: "RoleRules", handle: setRules),
        ]
    }

    private struct Change: Decodable {
        var merged: LearnerID?
        var role: LearnerRole?
        var note: String?
    }

    private func get(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(
            await upstream.tracking.call(
                TrackingRPC.getIdentity, .init(learner: try request.learnerID()), upstream.context(request)))
    }

    private func merge(_ request: APIRequest) async throws -> HTTPServerResponse {
        let change: Change = try request.http.json()
        guard let merged = change.merged else {
            throw GatewayError.invalid("merged must be the id of the learner who is the same person")
        }
        let order = MergeLearners.Request(
            survivor: try request.learnerID(), merged: merged, note: change.note, actor: request.actor)
        return try .json(
            await upstream.tracking.call(
                TrackingRPC.mergeLearners, order, upstream.context(request, within: GatewayLimits.ingestTimeout)))
    }

    /// The body may be left out.
    private func unmerge(_ request: APIRequest) async throws -> HTTPServerResponse {
        let change = request.http.body.isEmpty ? Change() : try request.http.json(Change.self)
        let order = UnmergeLearners.Request(
            merged: try request.learnerID(), note: change.note, actor: request.actor)
        return try .json(
            await upstream.tracking.call(
                TrackingRPC.unmergeLearners, order, upstream.context(request, within: GatewayLimits.ingestTimeout)))
    }

    private func setRole(_ request: APIRequest) async throws -> HTTPServerResponse {
        let change: Change = try request.http.json()
        guard let role = change.role else {
            throw GatewayError.invalid("role must be one of learner, staff, test, bot")
        }
        let order = SetLearnerRole.Request(
            learner: try request.learnerID(), role: role, note: change.note, actor: request.actor)
        return try .json(
            await upstream.tracking.call(
                TrackingRPC.setLearnerRole, order, upstream.context(request, within: GatewayLimits.ingestTimeout)))
    }

    private func listRules(_ request: APIRequest) async throws -> HTTPServerResponse {
        try .json(
            await upstream.tracking.call(
                TrackingRPC.listRoleRules, .init(source: try request.sourceID()), upstream.context(request)))
    }

    private func setRules(_ request: APIRequest) async throws -> HTTPServerResponse {
        let rules = try request.http.json(ListRoleRules.Response.self)
        _ = try await upstream.tracking.call(
            TrackingRPC.setRoleRules,
            .init(source: try request.sourceID(), rules: rules.rules, actor: request.actor), upstream.context(request))
        return try .json(rules)
    }
}
