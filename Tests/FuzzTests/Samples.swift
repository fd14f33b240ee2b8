import Contracts
import Foundation
import TestSupport

/// Good inputs that other tests keep.
enum Samples {
    private struct Golden: Decodable {
        var body: JSONValue
    }

    /// The bodies of a mapping's golden files; a plain batch where it has none.
    static func records(of format: String) throws -> [String] {
        let folder = Repository.root.appending(path: "Tests/TrackingTests/Golden/\(format)")
        guard FileManager.default.fileExists(atPath: folder.path) else { return Doors.corpus }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
        let bodies = try files.map { file in
            try JSONCoding.decoder().decode(Golden.self, from: Data(contentsOf: file)).body
        }
        let encoder = JSONCoding.encoder()
        // Whole documents, and each record by itself.
        let records = bodies.flatMap { body in if case .array(let records) = body { records } else { [JSONValue]() } }
        return try (bodies + records).map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    }
}
