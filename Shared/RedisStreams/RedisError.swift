/// What can go wrong between this process and Redis.
public enum RedisError: Error, Sendable, Hashable {
    /// The address is not one; says what was expected, never the address.
    case malformedURL(expected: String)
    /// No connection could be made. The command was not sent.
    case unavailable(String)
    /// The connection broke after the command was sent: whether the server ran it is unknown.
    case connectionLost(String)
    /// The server answered with an error. `code` is its first word, such as `WRONGTYPE`, `OOM` or `NOSCRIPT`.
    case server(code: String, message: String)
    /// The server answered with something of another shape than the command's documentation says.
    case unexpectedReply(String)
    /// `waiting` commands wait for the connection already. The command was not sent.
    case queueFull(waiting: Int)
    /// The connection was closed by this process. The command was not sent.
    case closed

    /// Whether the same command may succeed later with nothing changed but time.
    public var isTransient: Bool {
        switch self {
        case .unavailable, .connectionLost, .queueFull: true
        case .server(let code, _): Self.transientCodes.contains(code)
        case .malformedURL, .unexpectedReply, .closed: false
        }
    }

    /// States of a server that pass: starting, out of memory or disk, failing over, moving slots.
    private static let transientCodes: Set = [
        "LOADING", "OOM", "MISCONF", "READONLY", "BUSY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN",
        "NOREPLICAS",
    ]

    /// Reads the text of a RESP error: `CODE what went wrong`.
    init(reply: String) {
        let words = reply.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        self = .server(code: String(words.first ?? "ERR"), message: words.count > 1 ? String(words[1]) : "")
    }
}

extension RedisError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedURL(let expected): "the Redis address is malformed: expected \(expected)"
        case .unavailable(let reason): "Redis cannot be reached: \(reason)"
        case .connectionLost(let reason): "the connection to Redis was lost: \(reason)"
        case .server(let code, let message): "Redis answered \(code): \(message)"
        case .unexpectedReply(let what): "Redis answered in an unexpected shape: \(what)"
        case .queueFull(let waiting): "\(waiting) commands wait for Redis already"
        case .closed: "the connection to Redis is closed"
        }
    }
}
