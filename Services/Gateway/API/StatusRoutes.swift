import Contracts
import Foundation
import HTTPServer
import HTTPClient
import RPC
import Runtime

/// How the services are doing, for the dashboard's system page and for a simulation that waits until all is quiet.
struct StatusRoutes: Sendable {
    let upstream: Upstream
    let http: HTTPClient
    /// Base addresses by service name.
    let addresses: [String: String]
    let clock: any ServiceClock

    var routes: [Route] {
        [
            Route(
                method: .get, path: "/v1/status", scope: .read,
                summary: "Readiness of each service, with reasons, and how far it lags behind what it hears.",
                responseSchema: "Status", handle: status)
        ]
    }

    private struct Status: Encodable {
        var services: [ServiceStatus]
        var now: Date
    }

    private struct ServiceStatus: Encodable, Sendable {
        var name: String
        var ready: Bool
        var startedAt: Date?
        /// Facts not yet applied, by the stream that is heard.
        var lag: [String: Int64]
        /// Things that are due and not yet done.
        var pending: Int
        /// What is wrong, one sentence each.
        var reasons: [String]
    }

    /// Asks in the order in which facts flow: when a service is quiet and the ones before it were, nothing is on its
    /// way between them any more.
    private func status(_ request: APIRequest) async throws -> HTTPServerResponse {
        let context = upstream.context(request)
        var services: [ServiceStatus] = []
        for (name, client) in upstream.all { services.append(await ask(name, client, context)) }
        return try .json(Status(services: services, now: clock.now()))
    }

    private func ask(_ name: String, _ client: RPCClient, _ context: RPCContext) async -> ServiceStatus {
        guard let log = Upstream.logs[name] else { preconditionFailure("no log procedures of \(name)") }
        let (isReady, reasons) = await readiness(name)
        do {
            let status = try await client.call(log.getServiceStatus, Empty(), context)
            return ServiceStatus(
                name: name, ready: isReady, startedAt: status.startedAt, lag: status.lag,
                pending: status.pending, reasons: reasons)
        } catch {
            let sentence = (error as? RPCError)?.message ?? "does not answer"
            return ServiceStatus(name: name, ready: false, lag: [:], pending: 0, reasons: reasons + [sentence])
        }
    }

    /// What the service says of itself: whether it is ready, and what is wrong, which need not keep it from
    /// anything.
    private func readiness(_ name: String) async -> (isReady: Bool, reasons: [String]) {
        do {
            let answer = try await http.send(
                HTTPClientRequest(
                    url: (addresses[name] ?? "") + "/readyz", timeout: .seconds(3),
                    maxResponseBytes: 1 << 16))
            let report = try JSONCoding.decoder().decode(ReadinessReport.self, from: answer.body)
            return (report.ready, report.checks.filter { !$0.ready }.map { "\($0.name): \($0.detail)" })
        } catch {
            return (false, ["does not answer"])
        }
    }
}
