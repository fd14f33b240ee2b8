import Contracts
import PostgreSQL
import RedisStreams

/// Marks an error of a handler that passes by itself: the run is repeated without limit, never parked as a dead letter.
public protocol TransientFailure: Error {}

/// Whether the same work may succeed later with nothing changed but time. Anything else may be the fact's own fault.
func isTransient(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError, is any TransientFailure: true
    case let error as DatabaseError: error.isConnectionLost || error.isRetryable || passes(error.sqlState)
    case let error as RedisError: error.isTransient
    case let error as RPCError: error.code.isRetryable || error.code == .deadlineExceeded
    case let error as any RPCErrorConvertible: isTransient(error.rpcError)
    default: false
    }
}

/// SQLSTATE classes and codes of a server that is away, full, starting, stopping or failing over.
private func passes(_ state: String) -> Bool {
    let classes: Set = ["08", "53", "58"]
    let codes: Set = ["25006", "25P03", "55P03", "57P01", "57P02", "57P03", "57P05"]
    return classes.contains(String(state.prefix(2))) || codes.contains(state)
}
