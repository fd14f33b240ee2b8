import Contracts
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RPC
import Runtime
import ServiceLifecycle
import Synchronization

/// The HTTP server of a service: its procedures, its routes, its static files, its WebSocket, and `/livez`,
/// `/readyz` and `/metrics`, all on one port.
///
/// After SIGTERM it says so on `/readyz`, takes requests for ``HTTPServerSettings/drainDelay`` more, then
/// finishes what has begun and closes.
public final class HTTPService: Service {
    let settings: HTTPServerSettings
    private let front: Front
    private let webSocket: WebSocketEndpoint?
    private let logger: Logger
    private let bound = BoundPort()
    private let connections: ConnectionCount

    /// - Parameters:
    ///   - runtime: Names the service, and gives log, metrics and clock.
    ///   - rpc: Procedures, by their own paths.
    ///   - routes: Everything else that is answered by code.
    ///   - files: Answers GET where no route does.
    ///   - health: What `/readyz` asks.
    public init(
        _ settings: HTTPServerSettings, runtime: ServiceRuntime, rpc: RPCRouter? = nil,
        routes: HTTPRoutes = HTTPRoutes(), files: StaticFiles? = nil, health: [HealthCheck] = [],
        webSocket: WebSocketEndpoint? = nil
    ) {
        self.settings = settings
        self.webSocket = webSocket
        logger = runtime.logger("http")
        connections = ConnectionCount(max: settings.connectionsMax)
        front = Front(
            rpc: rpc, routes: routes, files: files,
            health: Health(
                service: runtime.service, startedAt: Date(), checks: health, timeout: settings.healthTimeout),
            metrics: runtime.metrics, requestsMax: settings.requestsMax, logger: logger)
    }

    /// The port that is listened on, once it is; waits until then.
    ///
    /// - Throws: `CancellationError`; whatever kept the server from listening.
    public var boundPort: Int {
        get async throws { try await bound.value }
    }

    public func run() async throws {
        let application = Application(
            responder: CallbackResponder { [front] (request: Request, context: BasicRequestContext) in
                await front.respond(to: request, context)
            },
            server: HTTPServerBuilder { [settings, webSocket, connections, front] responder in
                ServiceChannel(
                    responder: responder, settings: settings, webSocket: webSocket, connections: connections,
                    isDraining: { front.isDraining })
            },
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: nil, backlog: 1_024),
            onServerRunning: { [bound] channel in bound.set(channel.localAddress?.port ?? 0) },
            logger: quietLogger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: application)], logger: quietLogger))
        // Detached, so that the end of the service reaches the application only after the drain's delay.
        let serving = Task.detached { try await group.run() }
        let (front, delay) = (front, settings.drainDelay)
        do {
            try await withTaskCancellationHandler {
                try await withGracefulShutdownHandler {
                    try await serving.value
                } onGracefulShutdown: {
                    front.beginDrain()
                    Task {
                        // Cancellation only shortens the delay.
                        do { try await Task.sleep(for: delay) } catch is CancellationError {}
                        await group.triggerGracefulShutdown()
                    }
                }
            } onCancel: {
                serving.cancel()
            }
        } catch {
            bound.fail(error)
            throw Self.startError(error, settings)
        }
    }

    /// The framework tells of its own comings and goings; the service's log has its own line for each.
    private var quietLogger: Logger {
        var logger = self.logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private static func startError(_ error: any Error, _ settings: HTTPServerSettings) -> any Error {
        guard let system = error as? IOError else { return error }
        let words = String(cString: strerror(system.errnoCode))
        return SettingsError("cannot listen on \(settings.host):\(settings.port): \(words)")
    }
}

/// The port, for whoever waits until there is one.
private final class BoundPort: Sendable {
    private struct State {
        var result: Result<Int, any Error>?
        var waiting: [CheckedContinuation<Int, any Error>] = []
    }

    private let state = Mutex(State())

    var value: Int {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state in
                    if state.result == nil { state.waiting.append(continuation) }
                    return state.result
                }
                if let known { continuation.resume(with: known) }
            }
        }
    }

    func set(_ port: Int) { finish(.success(port)) }
    func fail(_ error: any Error) { finish(.failure(error)) }

    private func finish(_ result: Result<Int, any Error>) {
        let waiting = state.withLock { state in
            guard state.result == nil else { return [CheckedContinuation<Int, any Error>]() }
            state.result = result
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
