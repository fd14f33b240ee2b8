import Foundation

/// One source file of the project, as lines.
struct SourceFile: Sendable {
    struct Line: Sendable {
        let number: Int
        let text: String
    }

    /// From the top of the project, e.g. `Services/Tracking/Domain/Session.swift`.
    let path: String
    let lines: [Line]


    /// The room of a service that it stands in; nil for a file of Shared, or at a service's top.
    var room: String? {
        let parts = path.split(separator: "/")
        return parts.first == "Services" && parts.count > 3 ? String(parts[2]) : nil
    }

    var service: String? {
        let parts = path.split(separator: "/")
        return parts.first == "Services" && parts.count > 2 ? String(parts[1]) : nil
    }

    /// The modules it imports, with their line.
    var imports: [(module: String, line: Int)] {
        lines.compactMap { line in
            let words = line.text.split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), words.prefix(place).allSatisfy(Self.isModifier),
                let module = words.dropFirst(place + 1).last
            else { return nil }
            return (module, line.number)
        }
    }

    private static func isModifier(_ word: String) -> Bool {
        word.hasPrefix("@") || ["public", "package", "internal", "private", "fileprivate"].contains(word)
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// All Swift files below the given folders of the project.
    static func all(under folders: [String], extension ending: String = "swift") -> [SourceFile] {
        folders.flatMap { folder -> [SourceFile] in
            let base = root.appending(path: folder)
            guard let found = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
            return found.compactMap { $0 as? URL }
                .filter { $0.pathExtension == ending && !$0.path.contains("node_modules") }
                .map(read)
                .sorted { $0.path < $1.path }
        }
    }

    static func folders(under folder: String) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
                .filter { name in
                    var isDirectory: ObjCBool = false
                    let path = root.appending(path: folder).appending(path: name).path
                    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
                        && isDirectory.boolValue && !name.hasPrefix(".")
                }
                .sorted()
        } catch {
            preconditionFailure("cannot list \(folder): \(error)")
        }
    }

    private static func read(_ url: URL) -> SourceFile {
        do {
            let text = try String(contentsOf: url, encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .map { Line(number: $0.offset + 1, text: String($0.element)) }
            let path = String(url.standardizedFileURL.path.dropFirst(root.standardizedFileURL.path.count + 1))
            return SourceFile(path: path, lines: lines)
        } catch {
            preconditionFailure("cannot read \(url.path): \(error)")
        }
    }
}
