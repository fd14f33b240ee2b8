import Contracts
import Foundation
import Logging
import RPC
import Runtime
import Synchronization

/// The four services, as the gateway calls them: with the tenant of the key, a deadline, and the caller's trace.
struct Upstream: Sendable {
    let tracking: RPCClient
    let prediction: RPCClient
    let nudging: RPCClient
    let notification: RPCClient
    let logger: Logger

    /// By the name that answers and pages use.
    var all: [(name: String, client: RPCClient)] {
        [("tracking", tracking), ("prediction", prediction), ("nudging", nudging), ("notification", notification)]
    }

    /// The log procedures of a service.
    static let logs: [String: LogRPC] = [
        "tracking": TrackingRPC.log, "prediction": PredictionRPC.log, "nudging": NudgingRPC.log,
        "notification": NotificationRPC.log,
    ]

    func context(_ request: APIRequest, within timeout: Duration = GatewayLimits.callTimeout) -> RPCContext {
        context(request.principal.tenant, request.trace, within: timeout)
    }

    func context(
        _ tenant: TenantID, _ trace: TraceContext, within timeout: Duration = GatewayLimits.callTimeout
    ) -> RPCContext {
        RPCContext(tenant: tenant, deadline: .now + timeout, now: Date(), trace: trace)
    }

    /// A part of an answer that may be left out: nil, and the service's name noted, when the service does not answer.
    /// A service that answers with an error of the request's own fails the request.
    func part<Answer: Sendable>(
        _ service: String, _ missing: Missing, _ call: @Sendable () async throws -> Answer
    ) async throws -> Answer? {
        do {
            return try await call()
        } catch let error as RPCError where Self.isServicesOwn(error.code) {
            logger.warning(
                "a service is left out of an answer",
                metadata: [
                    "upstream": "\(service)", "rpc.code": "\(error.code.rawValue)", "reason": "\(error.message)",
                ])
            missing.note(service)
            return nil
        }
    }
}

extension Upstream {
    /// Whether a failure says something of the service, and not of what was asked.
    private static func isServicesOwn(_ code: RPCError.Code) -> Bool {
        [.unavailable, .deadlineExceeded, .internal, .unknown].contains(code)
    }
}

/// Names of the services that are missing from one answer.
final class Missing: Sendable {
    private let names = Mutex<Set<String>>([])

    func note(_ name: String) { names.withLock { _ = $0.insert(name) } }

    var sorted: [String] { names.withLock { $0.sorted() } }
}
