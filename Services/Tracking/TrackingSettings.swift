import Foundation
import Platform
import Runtime

/// Everything that Tracking is told at start, read once and checked.
public struct TrackingSettings: Sendable {
    public let platform: PlatformSettings
    let writers: Int
    /// Folders of mappings beside our own.
    let mappings: [URL]

    public init(_ settings: Settings) throws {
        platform = try PlatformSettings(settings, defaultPort: 7001, poolSize: 10)
        writers = try settings.int(
            "HOLDFAST_TRACKING_WRITERS", default: TrackingLimits.writersMax, in: 1...8, unit: "transactions",
            doc: "Transactions that take in events at once; each takes a connection of the pool.")
        let mappings = try settings.optionalString(
            "HOLDFAST_TRACKING_MAPPINGS", unit: "folder",
            doc: "Mappings of your own, one JSON file a format; one with the name of ours takes its place.")
        self.mappings = mappings.map { [URL(filePath: $0, directoryHint: .isDirectory)] } ?? []
    }
}
