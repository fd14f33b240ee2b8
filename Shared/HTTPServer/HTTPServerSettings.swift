import Foundation

/// Limits of the server. Each protects the others: of many clients none may hold more than its share.
public struct HTTPServerSettings: Sendable {
    public var host: String
    /// 0 takes a free port; ``HTTPService/boundPort`` then says which.
    public var port: Int
    /// More are answered with 503 and closed at once.
    public var connectionsMax: Int
    /// Requests answered at a time. Beyond half of it reads are shed with 503, beyond all of it everything
    /// but what is ``RouteImportance/essential``: so a flood of dashboards never keeps an event out.
    public var requestsMax: Int
    /// A longer head of a request is answered with 431.
    public var headerBytesMax: Int
    /// From a request's first byte, or the connection's beginning, to the end of its head.
    public var headerTimeout: Duration
    /// Between requests on a kept connection.
    public var idleTimeout: Duration
    /// While a body is read, in bytes a second over ``bodyRateWindow``.
    public var bodyRateMin: Int
    public var bodyRateWindow: Duration
    /// For the client to take in an answer, once it is written.
    public var answerTimeout: Duration
    /// What a refused body may still send before the connection is cut; so most clients live to read the
    /// refusal.
    public var discardedBytesMax: Int
    /// How long requests are still taken after SIGTERM, so that balancers see `/readyz` fail first.
    public var drainDelay: Duration
    /// For each check of `/readyz`.
    public var healthTimeout: Duration

    public init(
        host: String = "127.0.0.1", port: Int, connectionsMax: Int = 2_048, requestsMax: Int = 1_024,
        headerBytesMax: Int = 16 << 10,
        headerTimeout: Duration = .seconds(10), idleTimeout: Duration = .seconds(60),
        bodyRateMin: Int = 1_024,
        bodyRateWindow: Duration = .seconds(5), answerTimeout: Duration = .seconds(60),
        discardedBytesMax: Int = 64 << 20, drainDelay: Duration = .milliseconds(300),
        healthTimeout: Duration = .seconds(2)
    ) {
        self.host = host
        self.port = port
        self.connectionsMax = connectionsMax
        self.requestsMax = requestsMax
        self.headerBytesMax = headerBytesMax
        self.headerTimeout = headerTimeout
        self.idleTimeout = idleTimeout
        self.bodyRateMin = bodyRateMin
        self.bodyRateWindow = bodyRateWindow
        self.answerTimeout = answerTimeout
        self.discardedBytesMax = discardedBytesMax
        self.drainDelay = drainDelay
        self.healthTimeout = healthTimeout
    }
}
