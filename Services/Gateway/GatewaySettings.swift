import Foundation
import Platform
import RedisStreams
import Runtime

/// Everything that the gateway is told at start, read once and checked.
public struct GatewaySettings: Sendable {
    public let common: CommonSettings
    let databaseURL: String
    let redis: RedisSettings
    /// By service name.
    let services: [String: String]
    let dashboard: String?
    let adminKey: APIKey?
    let demoKey: APIKey?
    let requestsPerSecond: Int
    let origins: Set<String>
    /// How clients reach the gateway; it names the system that the authority of xAPI statements has its account in.
    let publicURL: String

    public init(_ settings: Settings) throws {
        common = try CommonSettings(settings, defaultPort: 7000)
        databaseURL = try settings.url(
            "HOLDFAST_DATABASE_URL", schemes: ["postgres", "postgresql"],
            doc: "The gateway's own login at PostgreSQL: postgres://user:password@host:port/database.")
        redis = try RedisSettings(
            url: settings.url(
                "HOLDFAST_REDIS_URL", schemes: ["redis"],
                doc: "Redis, which carries facts: redis://:password@host:port/0."))
        services = [
            "tracking": try PlatformSettings.serviceURL(settings, "tracking", port: 7001),
            "prediction": try PlatformSettings.serviceURL(settings, "prediction", port: 7002),
            "nudging": try PlatformSettings.serviceURL(settings, "nudging", port: 7003),
            "notification": try PlatformSettings.serviceURL(settings, "notification", port: 7004),
        ]
        dashboard = try settings.optionalString(
            "HOLDFAST_GATEWAY_DASHBOARD", unit: "folder", doc: "The built dashboard; without it, only the API answers.")
        adminKey = try Self.key(
            settings, "HOLDFAST_GATEWAY_ADMIN_KEY", "A key with every scope, made known to the gateway at start.")
        demoKey = try Self.key(
            settings, "HOLDFAST_GATEWAY_DEMO_KEY", "A key that may read and send events, made known at start.")
        requestsPerSecond = try settings.int(
            "HOLDFAST_GATEWAY_RATE", default: 10_000, in: 1...1_000_000, unit: "requests a second",
            doc: "What one API key may do for as long as it likes; twice that in a burst.")
        publicURL = try settings.url(
            "HOLDFAST_PUBLIC_URL", default: "http://127.0.0.1:7000",
            doc: "How people and platforms reach the gateway; part of the authority of xAPI statements.")
        let origins = try settings.optionalString(
            "HOLDFAST_GATEWAY_ORIGINS", unit: "origins, comma-separated",
            doc: "Pages from elsewhere that may open the live WebSocket and send events, e.g. https://school.example.")
        self.origins = Set((origins ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
    }

    private static func key(_ settings: Settings, _ name: String, _ doc: String) throws -> APIKey? {
        guard let text = try settings.secret(name, doc: doc) else { return nil }
        do {
            return try APIKey(text)
        } catch {
            throw SettingsError("\(name) is not usable; \(error.rpcError.message)")
        }
    }
}
