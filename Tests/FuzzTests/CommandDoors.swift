import Foundation
import Fuzzing
import RPC
import Simulator
import TestSupport

@testable import holdfast

/// Files that the command reads: tables, lines of JSON, OneRoster sets, archives. They come from other systems, and
/// what is wrong with them is a sentence at the terminal.
enum CommandDoors {
    static func all() throws -> [Door] {
        [
            csv, try files("import-csv", "csv"), try files("import-lines", "jsonl"), try roster(), try archives(),
        ]
    }

    private static let tables = [
        "day,learner,run,verb\r\n-198,L05958,AAA-2013J,enrol\r\n0,L06441,AAA-2013J,\"view, \"\"twice\"\"\"\r\n",
        "\u{FEFF}id;x,title\n1,\"over\ntwo lines\"\n\n2,é\n",
    ]

    /// The parser, fed in pieces: where the bytes are cut makes no difference.
    private static let csv = Door("csv", .text, corpus: tables) { bytes in
        do {
            var parser = CSVParser()
            var records = try parser.feed(bytes[...])
            if let last = parser.finish() { records.append(last) }
            var again = CSVParser()
            // Not inside the byte order mark, which a file's first piece always has whole.
            let cut = max(min(3, bytes.count), bytes.count / 2)
            var pieces = try again.feed(bytes[..<cut]) + again.feed(bytes[cut...])
            if let last = again.finish() { pieces.append(last) }
            guard pieces == records else { throw Finding("a table reads otherwise in pieces") }
            return records.isEmpty ? .refused : .accepted
        } catch is ImportError {
            return .refused
        }
    }

    /// A file as `holdfast import` reads it, packed where the bytes say so.
    private static func files(_ name: String, _ ending: String) throws -> Door {
        let lines = #"{"id":"1","learner":"ada"}"# + "\n\n" + #"{"id":"2","learner":"é"}"# + "\n"
        let texts = ending == "csv" ? tables : [lines]
        let packed = try texts.map { Array(try Gzip.compress(Data($0.utf8))) }
        let folder = try TemporaryDirectory("fuzz-\(name)")
        return Door(name, .bytes, bytes: texts.map { Array($0.utf8) } + packed) { bytes in
            let file = folder.url.appending(path: "input.\(ending)")
            try Data(bytes).write(to: file)
            do {
                var reader = try RowReader(file.path, dropping: ["x"])
                var count = 0
                while let rows = try reader.next() { count += rows.count }
                return count > 0 ? .accepted : .refused
            } catch let error as ImportError {
                try check(error)
                return .refused
            }
        }
    }

    /// A refusal is a sentence for a terminal.
    private static func check(_ error: ImportError) throws {
        let bytes = error.description.utf8.count
        guard bytes <= Doors.refusalBytesMax else { throw Finding("a refusal of \(bytes) bytes") }
    }

    // MARK: - OneRoster

    /// The files of a set in one text, each behind a line `=== name`.
    private static let set = """
        === manifest
        propertyName,value
        oneroster.version,1.2
        file.academicSessions,bulk
        file.courses,bulk
        file.classes,bulk
        file.users,bulk
        file.enrollments,bulk
        === academicSessions
        sourcedId,status,title,type,startDate,endDate
        t1,,Autumn,term,2026-09-01,2026-12-18
        t2,,Spring,term,2027-01-11,2027-04-02
        === courses
        sourcedId,title,courseCode
        c1,Knots,KNOT-1
        === classes
        sourcedId,title,courseSourcedId,termSourcedIds
        k1,"Knots, group A",c1,"t1,t2"
        === users
        sourcedId,givenName,familyName,email,sms
        ada,Ada,Example,ada@school.example,
        ted,Ted,Teacher,,+4712345678
        === enrollments
        sourcedId,classSourcedId,userSourcedId,role,beginDate,status,dateLastModified
        e1,k1,ada,student,2026-09-14,,
        e2,k1,ted,teacher,,tobedeleted,2026-10-01T10:00:00Z

        """

    private static let names = ["manifest", "academicSessions", "courses", "classes", "users", "enrollments"]

    private static func roster() throws -> Door {
        let folder = try TemporaryDirectory("fuzz-roster")
        return Door("roster", .text, corpus: [set]) { bytes in
            var files = Dictionary(uniqueKeysWithValues: names.map { ($0, Data()) })
            var name = ""
            for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                let heading = String(decoding: line.prefix(24), as: UTF8.self)
                if heading.hasPrefix("=== "), files[String(heading.dropFirst(4))] != nil {
                    name = String(heading.dropFirst(4))
                } else {
                    files[name]?.append(contentsOf: line + [UInt8(ascii: "\n")])
                }
            }
            for (name, data) in files { try data.write(to: folder.url.appending(path: "\(name).csv")) }
            return try plan(folder.url.path)
        }
    }

    private static func plan(_ path: String) throws -> Door.Verdict {
        do {
            let files = try RosterFiles(path)
            let plan = RosterPlan(files, .init())
            let rows = files.tables.values.reduce(0) { $0 + $1.rows.count }
            guard plan.errors.count <= 2 * rows else { throw Finding("\(plan.errors.count) errors of \(rows) rows") }
            return plan.enrollments.isEmpty ? .refused : .accepted
        } catch let error as ImportError {
            try check(error)
            return .refused
        }
    }

    // MARK: - Archives

    private static func archives() throws -> Door {
        let folder = try TemporaryDirectory("fuzz-zip")
        let parts = set.split(separator: "=== ").map { part in
            let lines = part.split(separator: "\n", maxSplits: 1)
            return (name: "\(lines[0]).csv", text: Data(lines[1].utf8))
        }
        let corpus = [Zip.archive(parts.map { ($0.name, $0.text, nil) }), Zip.archive(try parts.map { part in
            // gzip is a head of 10 bytes, what zip calls deflated, and 8 bytes more.
            (part.name, part.text, try Gzip.compress(part.text).dropFirst(10).dropLast(8))
        })]
        return Door("archives", .bytes, bytes: corpus) { bytes in
            let file = folder.url.appending(path: "set.zip")
            try Data(bytes).write(to: file)
            return try plan(file.path)
        }
    }
}

/// Writes the simplest archives that are one.
private enum Zip {
    /// - Parameter packed: Deflated bytes; nil for a file that is stored as it is.
    static func archive(_ files: [(name: String, data: Data, packed: Data?)]) -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for file in files {
            let content = Array(file.packed ?? file.data)
            let shared = number(0, 2) + number(file.packed == nil ? 0 : 8, 2) + number(0, 4) + number(0, 4)
                + number(content.count, 4) + number(file.data.count, 4) + number(file.name.utf8.count, 2) + number(0, 2)
            directory += number(0x0201_4B50, 4) + number(20, 2) + number(20, 2) + shared + number(0, 10)
                + number(bytes.count, 4) + Array(file.name.utf8)
            bytes += number(0x0403_4B50, 4) + number(20, 2) + shared + Array(file.name.utf8) + content
        }
        let end = number(0x0605_4B50, 4) + number(0, 4) + number(files.count, 2) + number(files.count, 2)
        return bytes + directory + end + number(directory.count, 4) + number(bytes.count, 4) + number(0, 2)
    }

    private static func number(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
    }
}
