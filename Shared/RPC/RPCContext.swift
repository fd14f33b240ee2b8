import Contracts
import Foundation
import Runtime

/// What travels with a call beside its request: whose it is, how long it may take, and which trace it
/// belongs to.
public struct RPCContext: Sendable {
    /// Whose data the call is about.
    public let tenant: TenantID
    /// When the caller stops waiting; nil when it did not say.
    public let deadline: ContinuousClock.Instant?
    /// The time of the service's clock when the call arrived.
    public let now: Date
    public let trace: TraceContext

    public init(
        tenant: TenantID = .standard, deadline: ContinuousClock.Instant? = nil, now: Date = Date(),
        trace: TraceContext = TraceContext.current ?? .fresh()
    ) {
        self.tenant = tenant
        self.deadline = deadline
        self.now = now
        self.trace = trace
    }

    /// For a call of one service to another about no tenant in particular: reading a log, asking for its
    /// heads.
    public static func internalCall(within limit: Duration) -> RPCContext {
        RPCContext(deadline: .now + limit)
    }

    /// What is left until the deadline, never negative; nil when there is none.
    public var remaining: Duration? { deadline.map { max(.zero, ContinuousClock.now.duration(to: $0)) } }

    /// The same call with a deadline at most `limit` away.
    public func within(_ limit: Duration) -> RPCContext {
        let latest = ContinuousClock.now + limit
        return RPCContext(
            tenant: tenant, deadline: deadline.map { min($0, latest) } ?? latest, now: now, trace: trace)
    }
}

/// Names and limits of the wire form, read by both sides.
public enum RPCWire {
    public static let contentType = "application/json"
    public static let tenantHeader = "holdfast-tenant"
    public static let timeoutHeader = "connect-timeout-ms"
    public static let protocolHeader = "connect-protocol-version"
    /// A longer deadline than this is cut down to it, in milliseconds: nothing here may take ten minutes.
    static let timeoutMillisecondsMax = 600_000
    /// One request fits one transaction that stays well under a second.
    public static let requestBytesMax = 1 << 20
    /// A page of 500 rows of a few kilobytes each.
    public static let responseBytesMax = 32 << 20
    /// Smaller answers are not worth compressing.
    static let compressedBytesMin = 1_024
}
