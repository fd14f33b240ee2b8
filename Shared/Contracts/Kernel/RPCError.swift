import Foundation

/// What went wrong, as a caller of a procedure or of the public API may know it.
///
/// `message` is a sentence for the caller: what was expected and what came. `detail` stays at home: it is for the
/// operator's log, is not part of ``description`` and never crosses the wire.
public struct RPCError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The codes of the Connect protocol.
    public enum Code: String, Choice {
        case canceled
        case unknown
        case invalidArgument = "invalid_argument"
        case deadlineExceeded = "deadline_exceeded"
        case notFound = "not_found"
        case alreadyExists = "already_exists"
        case permissionDenied = "permission_denied"
        case resourceExhausted = "resource_exhausted"
        case failedPrecondition = "failed_precondition"
        case aborted
        case outOfRange = "out_of_range"
        case unimplemented
        case `internal`
        case unavailable
        case dataLoss = "data_loss"
        case unauthenticated

        /// The HTTP status that carries this code, by the Connect protocol's table.
        public var httpStatus: Int {
            switch self {
            case .canceled: 499
            case .unknown, .internal, .dataLoss: 500
            case .invalidArgument, .failedPrecondition, .outOfRange: 400
            case .deadlineExceeded: 504
            case .notFound: 404
            case .alreadyExists, .aborted: 409
            case .permissionDenied: 403
            case .resourceExhausted: 429
            case .unimplemented: 501
            case .unavailable: 503
            case .unauthenticated: 401
            }
        }

        /// Whether the same idempotent request may succeed a moment later.
        public var isRetryable: Bool {
            switch self {
            case .unavailable, .aborted, .resourceExhausted: true
            case .canceled, .unknown, .invalidArgument, .deadlineExceeded, .notFound, .alreadyExists,
                .permissionDenied, .failedPrecondition, .outOfRange, .unimplemented, .internal, .dataLoss,
                .unauthenticated:
                false
            }
        }
    }

    public let code: Code
    public let message: String
    /// For the operator's log alone.
    public let detail: String?
    /// How long a caller should wait before it asks again; `nil` where that is not known.
    public let retryAfter: Duration?

    public init(_ code: Code, _ message: String, detail: String? = nil, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.detail = detail
        self.retryAfter = retryAfter
    }

    public var description: String { "\(code.rawValue): \(message)" }
}

/// A service's own closed error, which knows what a caller may learn of it.
public protocol RPCErrorConvertible: Error {
    var rpcError: RPCError { get }
}
