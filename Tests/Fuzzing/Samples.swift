import Contracts
import Foundation
import TestSupport

/// Good inputs that other tests keep.
public enum Samples {
    private struct Golden: Decodable {
        var body: JSONValue
    }

    /// The bodies of a mapping's golden files, whole; nothing where it has none.
    public static func bodies(of format: String) throws -> [JSONValue] {
        let folder = Repository.root.appending(path: "Tests/TrackingTests/Golden/\(format)")
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
        return try files.map { file in
            try JSONCoding.decoder().decode(Golden.self, from: Data(contentsOf: file)).body
        }
    }

    /// Whole documents, and each record by itself.
    public static func records(of format: String) throws -> [String] {
        let bodies = try bodies(of: format)
        return try (bodies + bodies.flatMap(parts)).map(text)
    }

    /// One record a line, as files of rows are sent.
    public static func lines(of format: String) throws -> String {
        try bodies(of: format).flatMap(parts).map(text).joined(separator: "\n")
    }

    private static func parts(_ body: JSONValue) -> [JSONValue] {
        if case .array(let records) = body { records } else { [] }
    }

    private static func text(_ value: JSONValue) throws -> String {
        String(decoding: try JSONCoding.encoder().encode(value), as: UTF8.self)
    }
}
