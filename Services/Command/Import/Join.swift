import Foundation

/// A table that adds its columns to the rows of another one, where the keys are equal.
struct Join: Sendable {
    private let keys: [String]
    private let rows: [[String]: [String: String]]

    /// - Parameter text: `FILE:COLUMN`, with several columns separated by `+`, e.g. `vle.csv:id_site`.
    /// - Throws: ``ImportError`` when it is written otherwise, or the file has no such column.
    init(_ text: String) throws {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex else {
            throw ImportError("--join: expected FILE:COLUMN, got \"\(text)\"")
        }
        let table = try Table(String(text[..<colon]))
        keys = text[text.index(after: colon)...].split(separator: "+").map(String.init)
        guard !keys.isEmpty else { throw ImportError("--join: expected FILE:COLUMN, got \"\(text)\"") }
        for key in keys where !table.has(key) {
            throw ImportError(
                "\(table.path): expected a column \(key), got \(table.columns.joined(separator: ", "))")
        }
        var rows: [[String]: [String: String]] = [:]
        for row in table.rows {
            var columns: [String: String] = [:]
            for column in table.columns { columns[column] = table.value(column, row) }
            // Of several rows with one key the first counts.
            let key = keys.map { columns[$0] ?? "" }
            if rows[key] == nil { rows[key] = columns }
        }
        self.rows = rows
    }

    /// What the table says of a row; nothing where it has no row with its key.
    func columns(for row: [String: String]) -> [String: String] {
        rows[keys.map { row[$0] ?? "" }] ?? [:]
    }
}
