import Foundation

/// What is wrong with the training data, in one sentence that names the file.
public struct TrainingDataError: Error, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// A table of plain comma-separated values (no quotes), packed by gzip when the name says so.
struct CSVFile {
    let url: URL

    /// Calls `body` with the fields of `columns`, in that order, for each row of the file.
    ///
    /// - Parameter first: When given, only rows whose first field is one of these are looked at.
    /// - Throws: ``TrainingDataError`` when the file, a column or a field of a row is missing.
    func forEachRow(
        _ columns: [String], whereFirst first: Set<String>? = nil, _ body: ([Substring]) throws -> Void
    ) throws {
        let text = try String(decoding: contents(), as: UTF8.self)
        // Bytes, not characters: the files are large, and a comma is a comma.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n")).makeIterator()
        guard let header = lines.next() else { throw TrainingDataError("\(url.lastPathComponent) is empty") }
        let names = Self.fields(header)
        let places = try columns.map { column in
            guard let place = names.firstIndex(of: column[...]) else {
                throw TrainingDataError("\(url.lastPathComponent) has no column \(column)")
            }
            return place
        }
        var number = 1
        while let line = lines.next() {
            number += 1
            if let first, !first.contains(String(Substring(line.prefix { $0 != UInt8(ascii: ",") }))) {
                continue
            }
            let fields = Self.fields(line)
            guard fields.count == names.count else {
                throw TrainingDataError(
                    "\(url.lastPathComponent), line \(number): expected \(names.count) fields, got \(fields.count)"
                )
            }
            try body(places.map { fields[$0] })
        }
    }

    private static func fields(_ line: Substring.UTF8View) -> [Substring] {
        (line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Substring.init)
    }

    private func contents() throws -> Data {
        guard FileManager.default.isReadableFile(atPath: url.path) else {
            throw TrainingDataError("there is no file \(url.path)")
        }
        guard url.pathExtension == "gz" else { return try Data(contentsOf: url) }
        let unpack = Process()
        unpack.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        unpack.arguments = ["gzip", "-dc", url.path]
        let output = Pipe()
        unpack.standardOutput = output
        try unpack.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        unpack.waitUntilExit()
        guard unpack.terminationStatus == 0 else {
            throw TrainingDataError("gzip could not unpack \(url.lastPathComponent)")
        }
        return data
    }
}
