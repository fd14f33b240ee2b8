import Foundation

/// One remote procedure, declared once and read by both its server and its clients.
///
/// The wire form is the Connect protocol's unary JSON: `POST <path>` with the request as the bare JSON body.
public struct RPCMethod<Request: Codable & Sendable, Response: Codable & Sendable>: Sendable {
    /// `/holdfast.<service>.v1.<Service>Service/<Method>`, case-sensitive.
    public let path: String
    /// Whether a client may send the same request again after an unclear failure.
    public let isIdempotent: Bool

    public init(path: String, isIdempotent: Bool) {
        self.path = path
        self.isIdempotent = isIdempotent
    }
}

/// The answer of a procedure that has nothing to say beyond having succeeded.
public struct Empty: Codable, Sendable, Equatable {
    public init() {}
}
