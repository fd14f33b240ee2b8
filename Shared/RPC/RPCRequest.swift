import Contracts
import Foundation
import Runtime

/// One call as it came off the wire.
public struct RPCRequest: Sendable {
    public let method: String
    /// Without query.
    public let path: String
    /// Names in lower case.
    public let headers: [String: String]
    public let body: Data

    /// - Parameter headers: Names in lower case.
    public init(method: String, path: String, headers: [String: String], body: Data) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    var isJSON: Bool {
        let type = headers["content-type"]?.split(separator: ";").first ?? ""
        return type.withoutBlanks.lowercased() == RPCWire.contentType
    }

    var acceptsGzip: Bool {
        (headers["accept-encoding"] ?? "").split(separator: ",").contains { offer in
            let parts = offer.split(separator: ";").map { $0.withoutBlanks.lowercased() }
            return parts.first == "gzip" && !parts.dropFirst().contains { ["q=0", "q=0.0"].contains($0) }
        }
    }

    func context(now: Date) throws -> RPCContext {
        let trace = headers["traceparent"].flatMap(TraceContext.init(traceparent:))?.child() ?? .fresh()
        let deadline = try timeout().map { ContinuousClock.now + $0 }
        guard let name = headers[RPCWire.tenantHeader] else {
            return RPCContext(deadline: deadline, now: now, trace: trace)
        }
        guard let tenant = TenantID(name) else {
            throw RPCError(
                .invalidArgument, "\(RPCWire.tenantHeader) must be 1 to \(TenantID.lengthMax) characters")
        }
        return RPCContext(tenant: tenant, deadline: deadline, now: now, trace: trace)
    }

    func unpackedBody(limit: Int) throws -> Data {
        guard body.count <= limit else { throw BodyTooLarge(limit: limit) }
        switch (headers["content-encoding"] ?? "identity").lowercased() {
        case "identity", "": return body
        case "gzip": return try Gzip.decompress(body, limit: limit)
        case let other:
            throw RPCError(
                .unimplemented,
                "the content encoding \"\(other.prefix(32))\" is not supported; gzip and identity are")
        }
    }

    private func timeout() throws -> Duration? {
        guard let text = headers[RPCWire.timeoutHeader] else { return nil }
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
            let milliseconds = Int(text), milliseconds > 0
        else {
            throw RPCError(
                .invalidArgument,
                "\(RPCWire.timeoutHeader) must be a positive whole number of at most 10 digits")
        }
        return .milliseconds(min(milliseconds, RPCWire.timeoutMillisecondsMax))
    }
}

/// The answer to a call, ready for the wire.
public struct RPCReply: Sendable {
    public let status: Int
    public let headers: [(String, String)]
    public let body: Data
    /// Nil for a success.
    public let code: RPCError.Code?
}
