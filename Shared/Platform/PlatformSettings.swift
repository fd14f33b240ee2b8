import Foundation
import PostgreSQL
import RedisStreams
import Runtime

/// The settings that every service with a log has.
public struct PlatformSettings: Sendable {
    public let common: CommonSettings
    public let databaseURL: String
    public let databasePoolSize: Int
    public let redis: RedisSettings

    /// - Parameter defaultPort: Where the service listens when nobody says otherwise.
    /// - Throws: ``SettingsError`` for the first value that cannot be used.
    public init(_ settings: Settings, defaultPort: Int, poolSize: Int = 8) throws {
        common = try CommonSettings(settings, defaultPort: defaultPort)
        databaseURL = try settings.url(
            "HOLDFAST_DATABASE_URL", schemes: ["postgres", "postgresql"],
            doc: "The service's own login at PostgreSQL: postgres://user:password@host:port/database.")
        databasePoolSize = try settings.int(
            "HOLDFAST_DATABASE_POOL", default: poolSize, in: 2...100, unit: "connections",
            doc: "Connections to PostgreSQL, each with a thread of its own.")
        let redisURL = try settings.url(
            "HOLDFAST_REDIS_URL", schemes: ["redis"], doc: "Redis, which carries facts: redis://:password@host:port/0.")
        redis = try RedisSettings(url: redisURL)
    }

    /// The address of another service.
    public static func serviceURL(_ settings: Settings, _ service: String, port: Int) throws -> String {
        try settings.url(
            "HOLDFAST_\(service.uppercased())_URL", default: "http://127.0.0.1:\(port)",
            doc: "Where \(service) answers its procedures.")
    }
}
