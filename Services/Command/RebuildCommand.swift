import ArgumentParser
import Contracts
import Foundation
import Logging
import Platform
import PostgreSQL
import Runtime
import Tracking

/// `holdfast rebuild`: Tracking's read models anew from its log, while the service goes on.
struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Makes Tracking's read models anew from its log, and compares them or puts them in place.",
        discussion: """
            It works on the database itself, in tables that only its own connection sees; the service goes on. \
            --check (the default) compares row by row and ends with 1 when anything differs. --apply replaces the rows \
            that differ; the projection waits for that moment, readers do not. The address comes from \
            HOLDFAST_DATABASE_URL, Tracking's own login, which needs the right to make temporary tables.
            """)

    @Flag(help: "Compare with the live tables and change nothing.")
    var check = false

    @Flag(help: "Put rows that differ in place.")
    var apply = false

    @Option(help: "Only the tables of this projection; all when absent.")
    var projection: String?

    func validate() throws {
        guard !(check && apply) else { throw ValidationError("give either --check or --apply") }
        if let projection, !ReadModelRebuild.projections.contains(projection) {
            throw ValidationError(
                "--projection must be one of \(ReadModelRebuild.projections.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let url = try Settings(environment: ProcessInfo.processInfo.environment).url(
            "HOLDFAST_DATABASE_URL", schemes: ["postgres", "postgresql"],
            doc: "Tracking's own login at PostgreSQL: postgres://user:password@host:port/database.")
        let logger = Logger(label: "rebuild")
        let settings = DatabaseSettings(
            url: url, schema: "tracking", poolSize: 1, applicationName: "holdfast-rebuild")
        let clock = try await ServiceTimeInDatabase.clock(settings, logger: logger)
        let rebuild = ReadModelRebuild(settings, logger: logger)
        let names = projection.map { [$0] } ?? ReadModelRebuild.projections
        var isEqual = true
        for name in names {
            let report = try await Stoppable.run {
                try await rebuild.run(name, apply ? .apply : .check, clock: clock.now) { progress in
                    let (facts, total) = (Int(progress.facts).grouped, Int(progress.total).grouped)
                    Terminal.progress("\(progress.projection): \(facts) of \(total) facts")
                }
            }
            for line in Self.lines(report) { Terminal.result(line) }
            isEqual = isEqual && report.isEqual
        }
        guard isEqual else {
            Terminal.note("the read models differ from the log; holdfast rebuild --apply puts them right")
            throw ExitCode(1)
        }
    }

    /// A line a table, and the rows that only one side has.
    static func lines(_ report: ReadModelRebuild.Report) -> [String] {
        var lines = ["\(report.projection): \(Int(report.facts).grouped) facts replayed"]
        for table in report.comparisons {
            let figures =
                table.isEqual
                ? "\(table.live.rows.grouped) rows, equal, checksum \(table.live.checksum)"
                : "\(table.live.rows.grouped) rows live, \(table.rebuilt.rows.grouped) from the log, different"
            lines.append("  \(table.table): \(figures)")
            lines += table.onlyLive.map { "    only live:    \($0)" }
            lines += table.onlyRebuilt.map { "    only rebuilt: \($0)" }
        }
        lines += report.adopted.map { "  \($0.table): \($0.rows.grouped) rows put in place" }
        return lines
    }
}
