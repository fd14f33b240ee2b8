import Contracts
import PostgreSQL

/// What a caller may learn of a failure of the database: to come back, or that it was our fault. The rest is for logs.
extension DatabaseError: RPCErrorConvertible {
    public var rpcError: RPCError {
        isUnavailable
            ? RPCError(
                .unavailable, "the service's database does not answer right now", detail: description,
                retryAfter: .seconds(1))
            : RPCError(.internal, "something went wrong inside the service", detail: description)
    }
}
