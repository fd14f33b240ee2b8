import Contracts
import EventLog
import Foundation
import Logging
import Runtime
import ServiceLifecycle

/// Brings what is new on the streams to the dashboards: each fact as it comes, and the overview at most twice a second.
struct LivePush: Service {
    let hub: LiveHub
    let tail: StreamTail
    let upstream: Upstream
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await tail.follow(isWatched: { hub.isWatched }) { facts in push(facts) } }
                group.addTask { try await pushOverviews() }
                try await group.waitForAll()
            }
        }
    }

    private func push(_ facts: [Fact]) {
        let watched = hub.watched
        for (tenant, facts) in Dictionary(grouping: facts, by: \.tenant) {
            hub.noteChange(of: tenant)
            guard watched.contains(tenant), let stream = facts.first?.stream else { continue }
            do {
                hub.push(try LiveMessage.facts(facts, stream: stream), to: tenant)
            } catch {
                logger.error("facts cannot be shown live", metadata: ["error": "\(error)"])
            }
        }
    }

    private func pushOverviews() async throws {
        while !Task.isCancelled {
            for tenant in hub.takeChanged() {
                do {
                    hub.push(try await overview(of: tenant), to: tenant)
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("an overview cannot be read", metadata: ["error": "\(error)"])
                    hub.noteChange(of: tenant)
                }
            }
            try await Task.sleep(for: GatewayLimits.overviewInterval)
        }
    }

    /// The overview as a live message.
    func overview(of tenant: TenantID) async throws -> String {
        try LiveMessage.overview(
            await Overview.read(upstream, tenant: tenant, courseRun: nil, trace: .fresh()))
    }
}

/// What is said over the WebSocket.
enum LiveMessage {
    private struct OverviewMessage: Encodable {
        var type = "overview"
        var overview: Overview
    }

    private struct Ready: Encodable {
        var type = "ready"
        var now: Date
    }

    private struct Failure: Encodable {
        var type = "error"
        var code: String
        var message: String
    }

    static func overview(_ overview: Overview) throws -> String { try text(OverviewMessage(overview: overview)) }

    static func ready(now: Date) throws -> String { try text(Ready(now: now)) }

    static func failure(_ error: RPCError) throws -> String {
        try text(Failure(code: error.code.rawValue, message: error.message))
    }

    /// Facts of one stream. Bodies go through as they stand in the log; what is beyond the limit is counted.
    static func facts(_ facts: [Fact], stream: String) throws -> String {
        let shown = facts.suffix(GatewayLimits.liveFactsMax)
        let items = try shown.map { fact in
            let head = try text(
                FactHead(
                    id: "\(fact.partition)-\(fact.seq)", type: fact.type, time: fact.occurredAt,
                    recordedAt: fact.recordedAt, key: fact.key))
            return head.dropLast() + ",\"data\":" + fact.body + "}"
        }
        return "{\"type\":\"facts\",\"stream\":\"\(stream)\",\"skipped\":\(facts.count - shown.count),\"facts\":["
            + items.joined(separator: ",") + "]}"
    }

    private struct FactHead: Encodable {
        var id: String
        var type: String
        var time: Date
        var recordedAt: Date
        var key: String
    }

    private static func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONCoding.encoder().encode(value), as: UTF8.self)
    }
}
