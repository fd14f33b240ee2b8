import Foundation

/// Rows that were refused: all of them in a file, when one is given, and the first ones at hand.
final class RowErrors {
    struct Entry: Equatable, Sendable {
        let file: String
        let line: Int
        let column: String
        let reason: String
    }

    private let handle: FileHandle?
    private let shownMax: Int
    private(set) var shown: [Entry] = []
    private(set) var count = 0

    /// - Parameters:
    ///   - path: Of a table `file,line,column,reason`; `nil` for none.
    ///   - appends: Whether what stands there already stays.
    ///   - shownMax: How many are kept at hand.
    init(path: String?, appends: Bool, shownMax: Int) throws {
        self.shownMax = shownMax
        guard let path else {
            handle = nil
            return
        }
        let exists = FileManager.default.fileExists(atPath: path)
        if !exists || !appends {
            guard FileManager.default.createFile(atPath: path, contents: Data("file,line,column,reason\n".utf8))
            else { throw ImportError("\(path): expected a file that can be written") }
        }
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.seekToEnd()
        self.handle = handle
    }

    func add(_ entry: Entry) throws {
        count += 1
        if shown.count < shownMax { shown.append(entry) }
        let fields = [entry.file, String(entry.line), entry.column, entry.reason].map(Self.field)
        try handle?.write(contentsOf: Data((fields.joined(separator: ",") + "\n").utf8))
    }

    func close() throws { try handle?.close() }

    private static func field(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
