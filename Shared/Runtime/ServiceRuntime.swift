import Foundation
import Logging
import Metrics
import ServiceLifecycle
import Synchronization
import UnixSignals

/// What every part of a service shares: its name, settings, log, metrics and clock; and the way it starts
/// and ends.
public struct ServiceRuntime: Sendable {
    /// One lower-case word: `tracking`.
    public let service: String
    public let logger: Logger
    public let metrics: PrometheusRegistry
    public let clock: any ServiceClock

    /// For tests, which put several services into one process. A service itself calls
    /// ``main(_:settings:common:wire:)``.
    public init(
        service: String, logger: Logger, metrics: PrometheusRegistry = .shared, clock: any ServiceClock
    ) {
        self.service = service
        self.logger = logger
        self.metrics = metrics
        self.clock = clock
    }

    /// A logger for one part of the service.
    public func logger(_ part: String) -> Logger {
        var logger = self.logger
        logger[metadataKey: "part"] = "\(part)"
        return logger
    }

    /// Within this time of SIGTERM running work may finish; then it is cancelled.
    public static let drainTime = Duration.seconds(8)
    /// However a service hangs, it is gone this long after SIGTERM.
    public static let exitTime = Duration.seconds(9) + .milliseconds(700)

    /// Runs a service until SIGTERM or SIGINT, and ends the process.
    ///
    /// Exit code 0 after a drain; 1, with one sentence on standard error, when it cannot start or a part of
    /// it fails. With the argument `--help-settings` it prints the table of settings instead.
    ///
    /// - Parameters:
    ///   - service: One lower-case word.
    ///   - read: Reads every setting the service has.
    ///   - common: Which part of them holds the settings that every service has.
    ///   - wire: Builds the service's parts. They start together and drain in reverse order, so the HTTP
    ///     server comes last: it stops taking requests while everything it needs still stands.
    public static func main<ServiceSettings: Sendable>(
        _ service: String, settings read: @Sendable (Settings) throws -> ServiceSettings,
        common: @Sendable (ServiceSettings) -> CommonSettings,
        wire: @Sendable (ServiceSettings, ServiceRuntime) async throws -> [any Service]
    ) async -> Never {
        signal(SIGPIPE, SIG_IGN)
        do {
            if CommandLine.arguments.dropFirst().contains("--help-settings") {
                LogOutput.standard.write(
                    Settings.table(of: try Settings.describe { settings in _ = try read(settings) }))
                exit(0)
            }
            let settings = try read(Settings())
            let runtime = bootstrap(service, common(settings))
            let parts = try await wire(settings, runtime)
            try await runtime.run(parts)
            exit(0)
        } catch {
            let sentence = sentence(for: error)
            LogOutput(descriptor: 2).write("\(service)-service: \(sentence)\n")
            exit(1)
        }
    }

    /// Runs `services` until SIGTERM or SIGINT; returns after the drain.
    ///
    /// - Throws: The error of the part that failed first.
    public func run(_ services: [any Service]) async throws {
        let watch = DrainWatch(limit: Self.exitTime)
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) } + [.init(service: watch)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.drainTime
        logger.info("service started", metadata: ["pid": "\(ProcessInfo.processInfo.processIdentifier)"])
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch is CancellationError where watch.isDraining {
            logger.warning("some work was cut off at the end of the drain")
        }
        logger.info("service stopped")
    }

    private static func bootstrap(_ service: String, _ common: CommonSettings) -> ServiceRuntime {
        let level = Logger.Level(rawValue: common.logLevel.rawValue) ?? .info
        LoggingSystem.bootstrap { label in JSONLogHandler(label: label, service: service, level: level) }
        MetricsSystem.bootstrap(PrometheusRegistry.shared)
        return ServiceRuntime(
            service: service, logger: Logger(label: service), metrics: .shared,
            clock: common.clock.makeClock())
    }

    /// An error as one line: what its author wrote for people, without a stack or a type's innards.
    static func sentence(for error: any Error) -> String {
        let text = (error as? any LocalizedError)?.errorDescription ?? "\(error)"
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}

/// Ends a process whose drain hangs. It sits last in the group and so hears of the shutdown first; its
/// clock is a thread of its own, because a hung drain may well hold every thread of the cooperative pool.
private final class DrainWatch: Service {
    private let limit: Duration
    private let hasBegun = Atomic<Bool>(false)

    init(limit: Duration) { self.limit = limit }

    /// True once the drain has begun.
    var isDraining: Bool { hasBegun.load(ordering: .acquiring) }

    func run() async throws {
        try await gracefulShutdown()
        hasBegun.store(true, ordering: .releasing)
        let seconds = limit / .seconds(1)
        let thread = Thread {
            Thread.sleep(forTimeInterval: seconds)
            LogOutput(descriptor: 2).write(
                "the drain did not end within \(seconds) s; the process ends without it\n")
            _exit(1)
        }
        thread.name = "drain-watch"
        thread.start()
    }
}
