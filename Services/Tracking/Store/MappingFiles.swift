import Contracts
import Foundation

/// The mappings that come with Tracking, and those in a folder of whoever runs it.
struct MappingFiles: Sendable {
    /// By format.
    let mappings: [String: EventMapping]

    static var own: URL { Bundle.module.bundleURL.appending(path: "Mappings/Events") }

    /// - Parameter folders: Later ones win, so that an installation can put its own mapping in the place of ours.
    /// - Throws: ``MappingProblem`` for the first mapping that cannot be used, ``MappingFolderProblem`` for a folder.
    init(_ folders: [URL]) throws {
        var mappings: [String: EventMapping] = [:]
        for folder in folders {
            for file in try Self.files(in: folder) {
                let mapping = try MappingParser.mapping(
                    Data(contentsOf: file), named: file.deletingPathExtension().lastPathComponent)
                mappings[mapping.format] = mapping
            }
        }
        self.mappings = mappings
    }

    private static func files(in folder: URL) throws -> [URL] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue
        else {
            throw MappingFolderProblem(folder: folder.path)
        }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}

/// A folder of mappings that is none.
struct MappingFolderProblem: Error, CustomStringConvertible {
    let folder: String
    var description: String { "HOLDFAST_TRACKING_MAPPINGS: expected a folder with mappings, got \(folder)" }
}
