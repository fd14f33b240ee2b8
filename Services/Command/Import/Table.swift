import Foundation

/// A table that is small enough to hold: its columns by name, and its rows with the lines in which they stand.
struct Table {
    let path: String
    let columns: [String]
    let rows: [CSVParser.Record]
    private let places: [String: Int]

    /// - Throws: ``ImportError`` for a file that cannot be read, or without a first row that names the columns.
    init(_ path: String) throws {
        let source = try ByteSource(path)
        var parser = CSVParser()
        var records: [CSVParser.Record] = []
        while true {
            let piece = try source.next()
            guard !piece.isEmpty else { break }
            records += try parser.feed(piece)
        }
        try self.init(path, records + (parser.finish().map { [$0] } ?? []))
    }

    /// - Parameter path: What it is called in sentences.
    init(_ path: String, data: Data) throws {
        var parser = CSVParser()
        let records = try parser.feed([UInt8](data)[...])
        try self.init(path, records + (parser.finish().map { [$0] } ?? []))
    }

    private init(_ path: String, _ records: [CSVParser.Record]) throws {
        guard let header = records.first else {
            throw ImportError("\(path): expected a first line with the names of the columns, got an empty file")
        }
        self.path = path
        columns = header.fields.map { $0.trimmingCharacters(in: .whitespaces) }
        rows = Array(records.dropFirst())
        places = Dictionary(
            columns.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    func has(_ column: String) -> Bool { places[column] != nil }

    /// What stands in a column; `nil` where nothing does, or the table has no such column.
    func value(_ column: String, _ row: CSVParser.Record) -> String? {
        guard let place = places[column], place < row.fields.count else { return nil }
        let text = row.fields[place].trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }
}
