import Foundation
import Platform
import Runtime

/// Everything that Prediction is told at start, read once and checked.
public struct PredictionSettings: Sendable {
    public let platform: PlatformSettings
    let trackingURL: String
    /// `nil` for the model that is shipped.
    let modelFolder: URL?

    public init(_ settings: Settings) throws {
        platform = try PlatformSettings(settings, defaultPort: 7002)
        trackingURL = try PlatformSettings.serviceURL(settings, "tracking", port: 7001)
        modelFolder = try settings.optionalString(
            "HOLDFAST_PREDICTION_MODEL", unit: "folder",
            doc: "A folder that `holdfast train` wrote; none means the model that is shipped."
        ).map { URL(fileURLWithPath: $0, isDirectory: true) }
    }
}
