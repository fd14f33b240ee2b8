import ArgumentParser
import Contracts
import Foundation
import Prediction
import Tracking

/// `holdfast anomaly-report`: how often each rule of anomalies cries for nothing, and how often it finds what is there.
struct AnomalyReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anomaly-report",
        abstract: "Measures false alarms and detection of Tracking's rules for anomalies. Needs no services.",
        discussion: """
            The rules run day by day on simulated learners whose truth is known: alarms about those who never lost \
            the will to go on are false. Then anomalies are planted, and it is counted how many are found and how \
            soon. With --data, also on real course data: alarms about learners who stayed to the end.
            """)

    @Option(help: "Simulated learners a cohort. 100 to 5,000.")
    var learners = 400

    @Option(help: "Cohorts, each of another seed. 1 to 50.")
    var cohorts = 5

    @Option(help: "The first cohort's seed.")
    var seed: UInt64 = 1

    @Option(help: "Folder with real course data: runs.csv and events_clicks.csv(.gz).", completion: .directory)
    var data: String?

    func validate() throws {
        guard (100...5_000).contains(learners) else {
            throw ValidationError("--learners must be in 100...5000, got \(learners)")
        }
        guard (1...50).contains(cohorts) else {
            throw ValidationError("--cohorts must be in 1...50, got \(cohorts)")
        }
    }

    func run() throws {
        var alarms: [AnomalyKind: AnomalyReport.FalseAlarms] = [:]
        var found: [AnomalyKind: AnomalyReport.Found] = [:]
        for number in 0..<cohorts {
            let seed = seed &+ UInt64(number)
            let cohort = try AnomalyReport.Cohort(learners: learners, seed: seed)
            alarms.merge(AnomalyReport.falseAlarms(cohort), uniquingKeysWith: Self.sum)
            found.merge(AnomalyReport.planted(cohort, seed: seed), uniquingKeysWith: Self.sum)
            Terminal.note("cohort \(number + 1) of \(cohorts)")
        }
        Terminal.result("simulated: \(cohorts) cohorts of \(learners) learners, seeds from \(seed)\n")
        Terminal.result(Self.table(alarms))
        Terminal.result("\n" + Self.table(found))
        guard let data else { return }
        for (name, sums) in try AnomalyReport.realRuns(URL(fileURLWithPath: data, isDirectory: true)) {
            Terminal.result("\nreal: \(name), learners who stayed to the end\n")
            Terminal.result(Self.table(sums))
        }
    }

    private static func sum(
        _ one: AnomalyReport.FalseAlarms, _ other: AnomalyReport.FalseAlarms
    ) -> AnomalyReport.FalseAlarms {
        AnomalyReport.FalseAlarms(
            alarms: one.alarms + other.alarms, learnerWeeks: one.learnerWeeks + other.learnerWeeks)
    }

    private static func sum(_ one: AnomalyReport.Found, _ other: AnomalyReport.Found) -> AnomalyReport.Found {
        AnomalyReport.Found(
            planted: one.planted + other.planted, found: one.found + other.found, delays: one.delays + other.delays)
    }

    static func table(_ sums: [AnomalyKind: AnomalyReport.FalseAlarms]) -> String {
        let lines = AnomalyKind.allCases.compactMap { kind in
            sums[kind].map { sum in
                let unit = kind == .structuralDropOff ? "run-weeks" : "learner-weeks"
                return "| \(kind.rawValue) | \(sum.alarms) | \(Int(sum.learnerWeeks).grouped) \(unit) | "
                    + String(format: "%.3f |", sum.perFifty)
            }
        }
        return (["| kind | false alarms | in | in 50 of them |", "| --- | --- | --- | --- |"] + lines)
            .joined(separator: "\n")
    }

    static func table(_ sums: [AnomalyKind: AnomalyReport.Found]) -> String {
        let lines = AnomalyKind.allCases.compactMap { kind in
            sums[kind].map { sum in
                let delay = sum.medianDelay.map { String(format: "%.1f days", $0) } ?? "-"
                return "| \(kind.rawValue) | \(sum.planted) | \(sum.found) | "
                    + String(format: "%.0f %% | ", sum.share * 100) + delay + " |"
            }
        }
        return (["| kind | planted | found | share | median delay |", "| --- | --- | --- | --- | --- |"] + lines)
            .joined(separator: "\n")
    }
}
