import Foundation
import Testing

@testable import holdfast

/// Tables as spreadsheets and databases write them.
@Suite struct CSVParserTests {
    private func records(_ text: String, pieces: Int = 1_000) throws -> [CSVParser.Record] {
        var parser = CSVParser()
        var found: [CSVParser.Record] = []
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            found += try parser.feed(bytes.prefix(pieces))
            bytes = bytes.dropFirst(pieces)
        }
        return found + (parser.finish().map { [$0] } ?? [])
    }

    @Test("fields are what RFC 4180 says, in whatever pieces they come", arguments: [3, 4, 7, 1_000])
    func fields(pieces: Int) throws {
        let text = "\u{FEFF}a,b,\"c d\"\r\n1,,\"x, \"\"y\"\"\nz\"\r\n\r\n\"\",2\n3,ä\"ö,"
        let found = try records(text, pieces: pieces)
        #expect(
            found == [
                CSVParser.Record(line: 1, fields: ["a", "b", "c d"]),
                CSVParser.Record(line: 2, fields: ["1", "", "x, \"y\"\nz"]),
                CSVParser.Record(line: 5, fields: ["", "2"]),
                CSVParser.Record(line: 6, fields: ["3", "ä\"ö", ""]),
            ])
    }

    @Test func `an empty file has no records, a file without a last line end has them all`() throws {
        #expect(try records("").isEmpty)
        #expect(try records("\n\n").isEmpty)
        #expect(try records("a,b").map(\.fields) == [["a", "b"]])
        #expect(try records("a\r\nb\r\n").map(\.fields) == [["a"], ["b"]])
    }

    @Test func `a quotation mark that is never closed is said, with the line in which it stands`() throws {
        let text = "a\n\"" + String(repeating: "x", count: CSVParser.recordBytesMax)
        #expect(
            throws: ImportError(
                "line 2: expected a record of at most 1,048,576 bytes; a quotation mark may be missing")
        ) { try records(text, pieces: 100_000) }
    }
}
