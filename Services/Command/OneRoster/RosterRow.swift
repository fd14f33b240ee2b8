import Contracts
import Foundation
import Simulator

/// What is wrong with a row of a roster, at a column.
struct RosterProblem: Error, Equatable {
    /// Characters that are repeated of what stands in a field.
    static let gotLengthMax = 200

    /// Empty for the row as a whole.
    let column: String
    let expected: String
    let got: String

    init(_ column: String, expected: String, got: String) {
        self.column = column
        self.expected = expected
        self.got = got.count > Self.gotLengthMax ? got.prefix(Self.gotLengthMax) + "…" : got
    }
}

/// One row of a OneRoster table, read column by column.
struct RosterRow {
    static let titleLengthMax = 200
    /// The roles of OneRoster 1.1 and 1.2 that are not a student's.
    static let staffRoles: Set = [
        "administrator", "aide", "counselor", "districtadministrator", "guardian", "parent", "principal", "proctor",
        "relative", "siteadministrator", "systemadministrator", "teacher",
    ]

    private let table: Table
    private let row: CSVParser.Record

    init(_ table: Table, _ row: CSVParser.Record) {
        self.table = table
        self.row = row
    }

    var line: Int { row.line }

    /// What stands in a column; `nil` where nothing does.
    subscript(column: String) -> String? { table.value(column, row) }

    func entry(_ problem: RosterProblem) -> RowErrors.Entry {
        RowErrors.Entry(
            file: table.path, line: row.line, column: problem.column,
            reason: "expected \(problem.expected), got \(problem.got)")
    }

    func checkWidth() throws(RosterProblem) {
        guard row.fields.count <= table.columns.count else {
            throw RosterProblem(
                "", expected: "\(table.columns.count) columns as in the first line", got: "\(row.fields.count)")
        }
    }

    func required(_ column: String) throws(RosterProblem) -> String {
        guard let text = self[column] else { throw RosterProblem(column, expected: "a text", got: "nothing") }
        return text
    }

    func name<Name: CheckedName>(_ type: Name.Type, _ column: String) throws(RosterProblem) -> Name {
        let text = try required(column)
        guard let name = Name(text) else {
            throw RosterProblem(
                column, expected: "1 to \(Name.lengthMax) characters without control characters",
                got: "\(text.count) characters")
        }
        return name
    }

    func title(_ column: String) throws(RosterProblem) -> String {
        let text = try required(column)
        guard text.count <= Self.titleLengthMax else {
            throw RosterProblem(
                column, expected: "at most \(Self.titleLengthMax) characters", got: "\(text.count)")
        }
        return text
    }

    /// `2026-09-01`.
    func day(_ column: String) throws(RosterProblem) -> CivilDay {
        let text = try required(column)
        guard let day = CivilDay(text) else {
            throw RosterProblem(column, expected: "a day like 2026-09-01", got: "\"\(text)\"")
        }
        return day
    }

    /// `2026-09-01T08:00:00Z`, or with a blank and without a zone as some systems write it, or a day; in UTC then.
    func instant(_ column: String) throws(RosterProblem) -> Date {
        let text = try required(column)
        let day = CivilDay(text).map { "\($0)T00:00:00Z" }
        guard let date = RFC3339.date(from: text) ?? RFC3339.date(from: text + "Z")
            ?? day.flatMap(RFC3339.date(from:))
        else { throw RosterProblem(column, expected: "a time like 2026-09-01T08:00:00Z", got: "\"\(text)\"") }
        return date
    }

    /// Several values, separated by commas inside one field.
    func list(_ column: String) -> [String] {
        (self[column] ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    /// Whether the row says that what it describes is there no more. Blank, as bulk files have it, is active.
    func isDeleted() throws(RosterProblem) -> Bool {
        switch self["status"]?.lowercased() {
        case nil, "active": return false
        // 1.0 and 1.1 know `inactive` as another word for it.
        case "tobedeleted", "inactive": return true
        case let word?:
            throw RosterProblem("status", expected: "active, tobedeleted or nothing", got: "\"\(word)\"")
        }
    }
}
