import Platform
import Runtime

/// Everything that Nudging is told at start, read once and checked.
public struct NudgingSettings: Sendable {
    public let platform: PlatformSettings
    let trackingURL: String
    let predictionURL: String
    let notificationURL: String
    let courseURL: String

    public init(_ settings: Settings) throws {
        platform = try PlatformSettings(settings, defaultPort: 7003)
        trackingURL = try PlatformSettings.serviceURL(settings, "tracking", port: 7001)
        predictionURL = try PlatformSettings.serviceURL(settings, "prediction", port: 7002)
        notificationURL = try PlatformSettings.serviceURL(settings, "notification", port: 7004)
        courseURL = try settings.optionalString(
            "HOLDFAST_NUDGING_COURSE_URL", unit: "address",
            doc: "Where a course is, for links in messages, with {courseRun} for its id; none: no link.") ?? ""
        guard courseURL.isEmpty || courseURL.hasPrefix("https://") || courseURL.hasPrefix("http://") else {
            throw SettingsError("HOLDFAST_NUDGING_COURSE_URL is \"\(courseURL)\"; expected http:// or https://")
        }
    }
}
