import Contracts
import Foundation

/// One row of a file, as the JSON text that is posted, or the reason why it is none.
struct ImportRow: Equatable {
    /// Counted from 1, as an editor shows it.
    let line: Int
    let content: Result<String, RowProblem>
}

/// What is wrong with a row.
struct RowProblem: Error, Equatable {
    /// The column; empty for the row as a whole.
    let column: String
    let reason: String
}

/// Reads a table or a file with one JSON object a line, row by row.
///
/// Rows become JSON objects whose members are the columns. Columns that must not leave this machine are taken out here.
/// Two rows of a table that say the same are told apart by a member `occurrence`: a log with times to the minute has
/// such rows, and without it the second would count as the first one sent again. Lines of JSON carry ids or times of
/// their own, so equal lines are one event.
struct RowReader {
    /// How far back a row is looked for, in rows: logs are in order of time, so equal rows stand near each other.
    static let occurrenceWindow = 20_000
    /// A line that is longer is none: the file has no line ends, or unpacks to something else, in bytes.
    static let lineBytesMax = CSVParser.recordBytesMax

    private enum Shape { case table, lines }

    let source: ByteSource
    private let shape: Shape
    private let dropped: Set<String>
    private let joins: [Join]
    private var parser = CSVParser()
    private var header: [String]?
    private var rest: [UInt8] = []
    private var line = 0
    private var occurrences = Occurrences()

    /// - Parameters:
    ///   - dropped: Columns that are left out, in any case.
    ///   - joins: Tables that add columns.
    init(_ path: String, dropping dropped: Set<String> = [], joins: [Join] = []) throws {
        source = try ByteSource(path)
        let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        switch name.split(separator: ".").last?.lowercased() {
        case "csv": shape = .table
        case "jsonl", "ndjson", "log", "json": shape = .lines
        default:
            throw ImportError(
                "\(path): expected a name that ends in .csv, .jsonl, .ndjson or .log, with or without .gz")
        }
        self.dropped = dropped
        self.joins = joins
    }

    /// The rows of the next piece of the file; `nil` at the end.
    mutating func next() throws -> [ImportRow]? {
        let piece = try source.next()
        switch shape {
        case .table:
            if piece.isEmpty { return try parser.finish().map { try rows([$0]) } }
            return try rows(parser.feed(piece))
        case .lines:
            if piece.isEmpty {
                guard !rest.isEmpty else { return nil }
                defer { rest = [] }
                return lines([rest[...]])
            }
            rest += piece
            var complete = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let open = complete.removeLast()
            guard open.count <= Self.lineBytesMax else {
                throw ImportError(
                    "line \(line + complete.count + 1): expected a line of at most \(Self.lineBytesMax.grouped) bytes")
            }
            defer { rest = Array(open) }
            return lines(complete)
        }
    }

    // MARK: - Tables

    private mutating func rows(_ records: [CSVParser.Record]) throws -> [ImportRow] {
        var rows: [ImportRow] = []
        for record in records {
            guard let header else {
                try take(header: record)
                continue
            }
            guard record.fields.count <= header.count else {
                let reason = "expected \(header.count) columns as in the first line, got \(record.fields.count)"
                rows.append(ImportRow(line: record.line, content: .failure(RowProblem(column: "", reason: reason))))
                continue
            }
            rows.append(ImportRow(line: record.line, content: .success(json(record, header))))
        }
        return rows
    }

    private mutating func take(header record: CSVParser.Record) throws {
        let names = record.fields.map { $0.trimmingCharacters(in: .whitespaces) }
        guard Set(names).count == names.count, !names.contains("") else {
            throw ImportError("\(source.path): expected a first line that names each column once, got \(names)")
        }
        header = names
    }

    private mutating func json(_ record: CSVParser.Record, _ header: [String]) -> String {
        var members: [String: String] = [:]
        for (name, value) in zip(header, record.fields) where !value.isEmpty { members[name] = value }
        for join in joins { members.merge(join.columns(for: members)) { own, _ in own } }
        for name in dropped { members[name] = nil }
        return occurrences.numbered(Self.text(members))
    }

    /// Sorted, so that equal rows are equal texts.
    private static func text(_ members: [String: String]) -> String {
        let parts = members.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
        return "{" + parts.joined(separator: ",") + "}"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{0}": quoted += "\u{FFFD}"
            case "\u{1}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    // MARK: - Lines

    private mutating func lines(_ lines: [ArraySlice<UInt8>]) -> [ImportRow] {
        lines.compactMap { bytes in
            line += 1
            let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard !text.isEmpty else { return nil }
            guard text.hasPrefix("{"), text.hasSuffix("}"), !text.contains("\0") else {
                let problem = RowProblem(column: "", reason: "expected one JSON object a line, got another text")
                return ImportRow(line: line, content: .failure(problem))
            }
            return ImportRow(line: line, content: .success(text))
        }
    }
}

/// Numbers rows that say the same.
private struct Occurrences {
    private struct Seen {
        /// The highest number given.
        var number: Int
        /// How many of them are near enough to matter.
        var near: Int
    }

    private var seen: [Int: Seen] = [:]
    private var order: [Int] = []
    private var oldest = 0

    /// The row, with a member `occurrence` from the second time on that it comes.
    mutating func numbered(_ row: String) -> String {
        let hash = row.hashValue
        let number = (seen[hash]?.number ?? 0) + 1
        seen[hash] = Seen(number: number, near: (seen[hash]?.near ?? 0) + 1)
        order.append(hash)
        if order.count - oldest > RowReader.occurrenceWindow { forgetOldest() }
        guard number > 1 else { return row }
        return row.dropLast() + (row == "{}" ? "" : ",") + "\"occurrence\":\"\(number)\"}"
    }

    private mutating func forgetOldest() {
        let hash = order[oldest]
        oldest += 1
        if var entry = seen[hash] {
            entry.near -= 1
            seen[hash] = entry.near > 0 ? entry : nil
        }
        if oldest >= RowReader.occurrenceWindow {
            order.removeFirst(oldest)
            oldest = 0
        }
    }
}
