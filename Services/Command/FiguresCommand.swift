import ArgumentParser
import Foundation
import Simulator

/// `holdfast figures`: how much a simulated cohort is like the real one it was shaped by.
struct FiguresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "figures",
        abstract:
            "Compares a simulated cohort with the Open University's learners, figure by figure. Needs no services."
    )

    @Option(
        help: "How many learners. \(Cohort.learnersBounds.lowerBound) to \(Cohort.learnersBounds.upperBound)."
    )
    var learners = 2_000

    @Option(help: "Everything that is drawn follows from it.")
    var seed: UInt64 = 7

    func run() throws {
        let start = CivilDay(containing: Date(), in: .gmt).monday - 7 * OULADFigures.weeks
        let plan = try CoursePlan(outline: .introductionToDataScience, startsOn: start)
        var cohort = try Cohort(seed: seed, learners: learners, plan: plan)
        var figures = CohortFigures(learners: learners, plan: plan)
        var events = 0
        while cohort.position < plan.endsAt {
            let step = cohort.step(to: cohort.position.addingTimeInterval(7 * 86_400))
            figures.add(step)
            events += step.count
        }
        Terminal.result("| figure | OULAD | simulated |\n| --- | --- | --- |")
        for line in figures.comparisons {
            Terminal.result("| \(line.name) | \(Self.text(line.real)) | \(Self.text(line.simulated)) |")
        }
        Terminal.note("\(learners.grouped) learners, \(events.grouped) events, seed \(seed)")
    }

    private static func text(_ value: Double) -> String {
        String(format: value < 1 ? "%.3f" : "%.1f", value)
    }
}
