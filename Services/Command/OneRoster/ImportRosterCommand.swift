import ArgumentParser
import Contracts
import Foundation
import Simulator

/// `holdfast import-roster`: courses, classes, enrollments and addresses out of a OneRoster CSV set.
struct ImportRosterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-roster",
        abstract: "Brings in a OneRoster CSV set (1.0 to 1.2): a folder or a zip archive.",
        discussion: """
            Classes become course runs, their terms the days and breaks of these; students' enrollments become \
            events; addresses of students go to Notification and nowhere else. Teachers and others are kept out. \
            demographics.csv is never opened.
            """)

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "A folder or a zip archive with a manifest.csv.")
    var path: String

    @Option(help: "The source that learners and enrollments count under.")
    var source = "oneroster"

    @Option(help: "The zone in which days are days, e.g. Europe/London.")
    var timeZone = "UTC"

    @Option(help: "First day of classes whose terms are not in the set, e.g. 2026-09-01.")
    var startsOn: String?

    @Option(help: "Last day of such classes.")
    var endsOn: String?

    @Flag(help: "Writes nothing; says what would be taken in, and what is wrong.")
    var dryRun = false

    @Option(help: "Mistakes that are shown.")
    var show = 10

    @Option(help: "File for all mistakes: file, line, column, reason.")
    var errors: String?

    func validate() throws {
        guard SourceID(source) != nil else {
            throw ValidationError("--source must be 1 to \(SourceID.lengthMax) characters")
        }
        guard TimeZone(identifier: timeZone) != nil else {
            throw ValidationError("--time-zone must be an IANA name like Europe/London, got \"\(timeZone)\"")
        }
        guard (0...10_000).contains(show) else { throw ValidationError("--show must be 0 to 10000") }
        _ = try days()
    }

    private func days() throws -> ClosedRange<CivilDay>? {
        if startsOn == nil, endsOn == nil { return nil }
        guard let first = startsOn.flatMap({ CivilDay($0) }), let last = endsOn.flatMap({ CivilDay($0) }),
            first <= last
        else { throw ValidationError("--starts-on and --ends-on must be two days like 2026-09-01, in this order") }
        return first...last
    }

    func run() async throws {
        guard let sourceID = SourceID(source), let zone = TimeZone(identifier: timeZone) else { return }
        let files = try RosterFiles(path)
        let plan = RosterPlan(files, RosterPlan.Settings(timeZone: zone, days: try days()))
        var outcome: RosterPoster.Outcome?
        if !dryRun {
            let poster = RosterPoster(client: try gateway.client(), source: sourceID)
            outcome = try await Stoppable.run { try await poster.post(plan) }
        }
        Terminal.result(Self.summary(files, plan, outcome).joined(separator: "\n"))
        let mistakes = plan.errors + (outcome?.refused ?? [])
        let table = try RowErrors(path: errors, appends: false, shownMax: show)
        for mistake in mistakes { try table.add(mistake) }
        try table.close()
        for entry in table.shown { Terminal.result(entry.words) }
        let hidden = table.count - table.shown.count
        if hidden > 0 { Terminal.result("and \(hidden.grouped) more" + (errors.map { ", see \($0)" } ?? "")) }
    }

    static func summary(_ files: RosterFiles, _ plan: RosterPlan, _ outcome: RosterPoster.Outcome?) -> [String] {
        let kinds = files.kinds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.rawValue)" }
        var lines = ["OneRoster \(files.version): \(kinds.joined(separator: ", "))"]
        let verb = outcome == nil ? "would be declared" : "declared"
        lines.append("  \(plan.courses.count.grouped) courses and \(plan.courseRuns.count.grouped) classes \(verb)")
        if let tally = outcome?.enrollments {
            lines.append(
                "  \(plan.enrollments.count.grouped) enrollments of students: \(tally.accepted.grouped) new, "
                    + "\(tally.duplicate.grouped) known, \(tally.refused.grouped) refused")
        } else {
            lines.append("  \(plan.enrollments.count.grouped) enrollments of students")
        }
        lines.append(
            "  \((outcome?.contacts ?? plan.people.count).grouped) addresses for Notification, "
                + "\(plan.peopleWithoutAddress.grouped) students without one")
        if !plan.staff.isEmpty { lines.append("  \(plan.staff.count.grouped) teachers and others kept out") }
        if plan.deletedLeft > 0 {
            lines.append("  \(plan.deletedLeft.grouped) deletions not followed, because what was learned stays")
        }
        lines.append("  \((plan.errors.count + (outcome?.refused.count ?? 0)).grouped) rows with a mistake")
        return lines
    }
}

extension RowErrors.Entry {
    /// `classes.csv:2: termSourcedIds: expected …`
    var words: String { "\(file):\(line): " + (column.isEmpty ? "" : column + ": ") + reason }
}
