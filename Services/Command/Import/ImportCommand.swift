import ArgumentParser
import Contracts
import Foundation

/// `holdfast import`: a term of history out of files.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Brings in events from CSV and JSONL files, plain or gzip, by a mapping.",
        discussion: """
            Rows are mapped by the server, by the mapping that --format names: moodle-log, moodle-logstore, openedx, \
            course-data, oulad-clicks and others, or one of your own. All of it is history: it changes what is known \
            of learners and sends nothing. What is there already is recognised, so an import may be repeated.
            """)

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "The mapping, e.g. moodle-log.")
    var format: String

    @Argument(help: "Files that end in .csv, .jsonl, .ndjson or .log, with or without .gz.")
    var files: [String]

    @Option(help: "The source that events count under. Standard: the mapping's own.")
    var source: String?

    @Option(help: "A name that the mapping leaves to you, as NAME=VALUE, e.g. courseRun=STAT-2026.")
    var given: [String] = []

    @Option(help: "A table that adds its columns, as FILE:COLUMN with the column that both have.")
    var join: [String] = []

    @Option(help: "A column that must not leave this machine, e.g. one with names. May be repeated.")
    var drop: [String] = []

    @Flag(help: "Writes nothing; says what would be taken in, and the first refusals.")
    var dryRun = false

    @Option(help: "Refusals that are shown.")
    var show = 10

    @Option(help: "Ends after so many rows of each file.")
    var rows: Int?

    @Option(help: "File for all refused rows: file, line, column, reason.")
    var errors: String?

    @Option(help: "File that remembers how far the import came.")
    var state: String?

    @Flag(help: "Goes on where the import that wrote --state was stopped.")
    var resume = false

    /// Columns that hold names and addresses of people, by mapping: they are never sent.
    static let personal: [String: Set<String>] = [
        "moodle-log": ["User full name", "Affected user", "IP address"], "moodle-logstore": ["ip"],
    ]

    func validate() throws {
        guard (0...10_000).contains(show) else { throw ValidationError("--show must be 0 to 10000") }
        if let rows, rows < 1 { throw ValidationError("--rows must be at least 1") }
        if resume, state == nil { throw ValidationError("--resume needs --state, the file to go on from") }
        if dryRun, state != nil { throw ValidationError("--dry-run writes nothing, so it has no --state") }
        if let source, SourceID(source) == nil {
            throw ValidationError("--source must be 1 to \(SourceID.lengthMax) characters")
        }
        _ = try names()
    }

    private func names() throws -> [String: String] {
        var names: [String: String] = [:]
        for text in given {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ValidationError("--given must be NAME=VALUE, got \"\(text)\"") }
            names[parts[0]] = parts[1]
        }
        return names
    }

    func run() async throws {
        let plan = Plan(
            poster: RowPoster(
                client: try gateway.client(), format: format, source: source.flatMap { SourceID($0) },
                given: try names(), isDryRun: dryRun),
            files: files, joins: try join.map(Join.init),
            dropped: Set(drop).union(Self.personal[format] ?? []), rowsMax: rows, errors: errors, shownMax: show,
            state: state, resumes: resume)
        let result: Plan.Result
        do {
            result = try await Stoppable.run { try await plan.run() }
        } catch is CancellationError {
            Terminal.note(state.map { "stopped; --state \($0) --resume goes on there" } ?? "stopped")
            throw ExitCode(130)
        }
        Terminal.result(result.tally.lines(isDryRun: dryRun).joined(separator: "\n"))
        for entry in result.shown { Terminal.result(entry.words) }
        let hidden = result.tally.refused - result.shown.count
        if hidden > 0 { Terminal.result("and \(hidden.grouped) more" + (errors.map { ", see \($0)" } ?? "")) }
    }

    /// What is to be done.
    struct Plan: Sendable {
        let poster: RowPoster
        let files: [String]
        var joins: [Join] = []
        var dropped: Set<String> = []
        var rowsMax: Int?
        var errors: String?
        var shownMax = 10
        var state: String?
        var resumes = false

        struct Result: Sendable {
            let tally: ImportTally
            let shown: [RowErrors.Entry]
        }

        func run() async throws -> Result {
            var saved = ImportState(format: poster.format)
            if resumes, let state, let earlier = try ImportState.read(state) {
                guard earlier.format == poster.format else {
                    throw ImportError("\(state) is of an import of \(earlier.format), not of \(poster.format)")
                }
                saved = earlier
            }
            let refused = try RowErrors(path: errors, appends: resumes, shownMax: shownMax)
            var tally = ImportTally()
            for path in files {
                let file = FileImport(
                    path: path, poster: poster, dropped: dropped, joins: joins, rowsMax: rowsMax)
                let done = try await file.run(from: saved.files[path], errors: refused) { progress in
                    saved.files[path] = progress
                    if let state { try saved.write(state) }
                }
                tally = tally + done.tally
            }
            try refused.close()
            return Result(tally: tally, shown: refused.shown)
        }
    }
}
