import Contracts
import EventLog
import Foundation
import HTTPClient
import HTTPServer
import Platform
import PostgreSQL
import RPC
import RedisStreams
import Runtime
import ServiceLifecycle

/// The one place that says which pieces are real.
public enum Wiring {
    /// Settings to parts to the list of what runs, in the order of starting.
    public static func services(_ settings: GatewaySettings, _ runtime: ServiceRuntime) async throws -> [any Service] {
        let database = try await database(settings, runtime)
        let keptClock = (runtime.clock as? SimulatedClock).map { KeptClock(clock: $0, database: database) }
        try await keptClock?.restore()
        let redis = RedisWriter(settings.redis, logger: runtime.logger("redis"))
        let http = HTTPClient()
        let keys = KeyStore(database: database)
        try await admit(settings, keys, runtime.clock.now())
        let upstream = upstream(settings, http, runtime)
        let hub = LiveHub()
        let tail = StreamTail(
            streams: [StreamName.learnerEvents, StreamName.riskScores, StreamName.nudges, StreamName.deliveries],
            writer: redis, reader: RedisReader(settings.redis, logger: runtime.logger("live")),
            logger: runtime.logger("live"))
        let push = LivePush(hub: hub, tail: tail, upstream: upstream, logger: runtime.logger("live"))
        let socket = LiveSocket(hub: hub, push: push, keys: keys, clock: runtime.clock, origins: settings.origins)
        let routes = HTTPRoutes()
        let admission = Admission(keys: keys, limit: RateLimit(rate: Double(settings.requestsPerSecond)))
        XAPIRoutes(admission: admission, upstream: upstream, home: settings.publicURL).register(on: routes)
        try PublicRoutes(
            admission: admission,
            table: table(settings, upstream, keys, http, runtime, keptClock),
            unsubscribePage: UnsubscribePage(client: upstream.notification),
            origins: PageOrigins(allowed: settings.origins)
        ).register(on: routes)
        let server = HTTPService(
            HTTPServerSettings(host: settings.common.httpHost, port: settings.common.httpPort), runtime: runtime,
            routes: routes, files: try dashboard(settings), health: [.database(database), .redis(redis)],
            webSocket: WebSocketEndpoint(path: "/v1/live", handler: socket.serve))
        return [Connections(database: database, redis: redis), push, server]
    }

    /// Every door of the public API.
    static func table(
        _ settings: GatewaySettings, _ upstream: Upstream, _ keys: KeyStore, _ http: HTTPClient,
        _ runtime: ServiceRuntime, _ keptClock: KeptClock? = nil
    ) -> [Route] {
        let admin = AdminRoutes(upstream: upstream, keys: keys, clock: runtime.clock, keptClock: keptClock)
        let status = StatusRoutes(upstream: upstream, http: http, addresses: settings.services, clock: runtime.clock)
        let tables: [[Route]] = [
            IngestRoutes(upstream: upstream).routes, FormatRoutes(upstream: upstream).routes,
            ImportRoutes(upstream: upstream).routes, CourseRoutes(upstream: upstream).routes,
            EnrollmentRoutes(upstream: upstream).routes, LearnerRoutes(upstream: upstream).routes,
            ActivityRoutes(upstream: upstream).routes, InsightRoutes(upstream: upstream).routes,
            StudyRoutes(upstream: upstream).routes, SourceRoutes(upstream: upstream).routes,
            QuarantineRoutes(upstream: upstream).routes, PeopleRoutes(upstream: upstream).routes,
            admin.routes, status.routes,
        ]
        return tables.flatMap(\.self)
    }

    private static func database(_ settings: GatewaySettings, _ runtime: ServiceRuntime) async throws -> Database {
        let databaseSettings = DatabaseSettings(
            url: settings.databaseURL, schema: runtime.service, poolSize: 4, applicationName: "holdfast-gateway")
        try await Migrator(
            schema: runtime.service, directory: Bundle.module.bundleURL.appending(path: "Migrations"),
            extra: [KeptClock.migration(number: 1)]
        ).migrate(databaseSettings, logger: runtime.logger("migrations"))
        return Database(databaseSettings, logger: runtime.logger("database"))
    }

    /// Keys that the settings name are known from the first request on.
    private static func admit(_ settings: GatewaySettings, _ keys: KeyStore, _ now: Date) async throws {
        if let key = settings.adminKey {
            _ = try await keys.save(key, name: "admin (settings)", scopes: [.admin], tenant: .standard, now: now)
        }
        if let key = settings.demoKey {
            _ = try await keys.save(key, name: "demo (settings)", scopes: [.read, .ingest], tenant: .standard, now: now)
        }
    }

    private static func upstream(
        _ settings: GatewaySettings, _ http: HTTPClient, _ runtime: ServiceRuntime
    ) -> Upstream {
        func client(_ name: String) -> RPCClient { RPCClient(base: settings.services[name] ?? "", http: http) }
        return Upstream(
            tracking: client("tracking"), prediction: client("prediction"), nudging: client("nudging"),
            notification: client("notification"), logger: runtime.logger("upstream"))
    }

    /// The security policy lets the page load from here alone, and connect here alone.
    private static func dashboard(_ settings: GatewaySettings) throws -> StaticFiles? {
        try settings.dashboard.map { folder in
            try StaticFiles(
                directory: URL(filePath: folder),
                headers: [
                    (
                        "content-security-policy",
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                            + "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
                            + "frame-ancestors 'none'"
                    ),
                    ("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"),
                ])
        }
    }
}
