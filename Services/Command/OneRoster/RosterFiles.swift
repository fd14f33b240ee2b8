import Foundation

/// A OneRoster CSV set (1.0 to 1.2), in a folder or a zip archive: what its manifest says is there.
///
/// `demographics.csv` is never opened: nothing in Holdfast may know of it.
struct RosterFiles {
    /// Whether a file says all that there is, or only what changed.
    enum Kind: String {
        case bulk, delta
    }

    /// The files that are read, with the columns that they must have.
    static let wanted: [(name: String, columns: [String])] = [
        ("academicSessions", ["sourcedId", "title", "startDate", "endDate"]),
        ("courses", ["sourcedId", "title"]),
        ("classes", ["sourcedId", "title", "termSourcedIds"]),
        ("users", ["sourcedId", "givenName", "familyName"]),
        ("enrollments", ["sourcedId", "classSourcedId", "userSourcedId", "role"]),
    ]

    /// As the manifest has it, e.g. `1.1`.
    let version: String
    let kinds: [String: Kind]
    let tables: [String: Table]

    /// - Throws: ``ImportError`` when there is no manifest, it names a version that is not known, or a file that it
    ///   promises is missing or has not the columns that it must have.
    init(_ path: String) throws {
        let open = try Self.opener(path)
        guard let data = try open("manifest.csv") else {
            throw ImportError("\(path): expected manifest.csv, got none; without it nobody knows what the files are")
        }
        let manifest = try Table("manifest.csv", data: data)
        var properties: [String: String] = [:]
        for row in manifest.rows {
            if let name = manifest.value("propertyName", row) { properties[name] = manifest.value("value", row) }
        }
        version = properties["oneroster.version"] ?? ""
        guard ["1.0", "1.1", "1.2"].contains(version) else {
            throw ImportError("manifest.csv: expected oneroster.version 1.0, 1.1 or 1.2, got \"\(version)\"")
        }
        var kinds: [String: Kind] = [:]
        var tables: [String: Table] = [:]
        for (name, columns) in Self.wanted {
            let word = properties["file.\(name)"]?.lowercased() ?? "absent"
            guard word != "absent" else { continue }
            guard let kind = Kind(rawValue: word) else {
                throw ImportError("manifest.csv: expected file.\(name) to be bulk, delta or absent, got \"\(word)\"")
            }
            guard let data = try open("\(name).csv") else {
                throw ImportError("\(path): expected \(name).csv, which the manifest calls \(word), got none")
            }
            let table = try Table("\(name).csv", data: data)
            for column in columns where !table.has(column) {
                throw ImportError(
                    "\(name).csv: expected a column \(column), got \(table.columns.joined(separator: ", "))")
            }
            kinds[name] = kind
            tables[name] = table
        }
        self.kinds = kinds
        self.tables = tables
    }

    /// From a file's name to its bytes, `nil` where there is none.
    private static func opener(_ path: String) throws -> (String) throws -> Data? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ImportError("\(path): expected a folder or a zip archive, got nothing there")
        }
        guard isFolder.boolValue else {
            let archive = try ZipArchive(path)
            return { try archive.file($0) }
        }
        let folder = URL(filePath: path)
        return { name in
            let file = folder.appending(path: name)
            return FileManager.default.fileExists(atPath: file.path) ? try Data(contentsOf: file) : nil
        }
    }
}
