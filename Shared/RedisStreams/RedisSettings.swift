import Foundation

/// Where a Redis or Valkey server is, how to sign in, and how long to wait for it.
public struct RedisSettings: Sendable, Hashable {
    public let host: String
    /// 1 to 65,535.
    public let port: Int
    /// The ACL user, or nil for the server's default user.
    public let user: String?
    /// The password, or nil when the server asks for none.
    public let password: String?
    /// The number of the logical database, 0 or more. A cluster knows only 0.
    public let database: Int
    /// How long one attempt to connect may take.
    public var connectTimeout: Duration
    /// How long a reply may take, on top of the time a blocking command asks for, before the connection is
    /// taken for dead.
    public var replyTimeout: Duration
    /// Commands that may wait for the connection before ``RedisError/queueFull(waiting:)`` refuses another.
    public var queueMax: Int

    /// The address as `redis://[[user]:password@]host[:port][/database]`; the port is 6379 when left out.
    ///
    /// - Throws: ``RedisError/malformedURL(expected:)`` when `url` has another form. The error does not repeat
    ///   the address, which may hold a password.
    public init(
        url: String, connectTimeout: Duration = .seconds(2), replyTimeout: Duration = .seconds(5),
        queueMax: Int = 10_000
    ) throws(RedisError) {
        guard let parts = URLComponents(string: url), parts.scheme == "redis",
            let host = parts.host, !host.isEmpty, parts.query == nil, parts.fragment == nil
        else {
            throw .malformedURL(expected: "redis://[[user]:password@]host[:port][/database]")
        }
        let port = parts.port ?? 6379
        guard (1...65_535).contains(port) else { throw .malformedURL(expected: "a port from 1 to 65535") }
        let path = parts.path.drop { $0 == "/" }
        guard let database = path.isEmpty ? 0 : Int(path), database >= 0 else {
            throw .malformedURL(expected: "a database number of 0 or more after the slash")
        }
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        self.port = port
        self.user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        self.password = parts.password
        self.database = database
        self.connectTimeout = connectTimeout
        self.replyTimeout = replyTimeout
        self.queueMax = queueMax
    }
}

extension RedisSettings: CustomStringConvertible {
    /// The address without user or password, fit for a log line.
    public var description: String { "redis://\(host):\(port)/\(database)" }
}
