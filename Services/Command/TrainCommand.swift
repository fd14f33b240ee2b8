import ArgumentParser
import Contracts
import Foundation
import Prediction

/// Trains the risk model from real course data and writes it with its card.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains the risk model from a folder of course data.",
        discussion: """
            The folder holds runs.csv, assessments.csv and events_clicks.csv(.gz). The events are replayed through the \
            very code that computes features in the Prediction service. The same data, settings and seed give the \
            same bytes. A model that does not beat the rules on the validation run is not written.
            """)

    @Option(help: "Folder with the course data.", completion: .directory)
    var data: String

    @Option(help: "Folder for the model and its card.", completion: .directory)
    var out: String

    @Option(help: "Runs to learn from, by comma.")
    var runs = "AAA-2013J,BBB-2013B"

    @Option(help: "The run to judge the model on. Nothing is learned from it.")
    var validation = "BBB-2013J"

    @Option(help: "Trees; fewer for a quick try.")
    var rounds: Int?

    @Option(help: "The seed of the random choices.")
    var seed: UInt32?

    func validate() throws {
        if let rounds, !(1...5_000).contains(rounds) {
            throw ValidationError("--rounds must be in 1...5000, got \(rounds)")
        }
        if runs.split(separator: ",").contains(Substring(validation)) {
            throw ValidationError("--validation names a run that is learned from: \(validation)")
        }
    }

    func run() async throws {
        let names = runs.split(separator: ",").map(String.init)
        let data = try TrainingData(
            folder: URL(fileURLWithPath: data, isDirectory: true), runs: names + [validation])
        guard let validationRun = data.runs[validation] else {
            throw TrainingDataError("there is no run \(validation)")
        }
        var trainer = ModelTrainer(
            trainingRuns: names.compactMap { data.runs[$0] }, validationRun: validationRun)
        if let rounds { trainer.parameters.rounds = rounds }
        if let seed { trainer.parameters.seed = seed }
        trainer.report = { print($0) }
        let trained = try trainer.train()
        print(Self.table(trained.card))
        try trained.card.refuseIfBeaten()
        try trained.write(to: URL(fileURLWithPath: out, isDirectory: true))
        print("wrote \(trained.card.version) (\(trained.bytes.count) bytes) to \(out)")
    }

    /// How the model and the rules did, as lines for people.
    static func table(_ card: ModelCard) -> String {
        var lines = [
            "on \(card.data.validationRun), \(card.metrics.rows) rows, \(card.metrics.positives) drop-offs:"
        ]
        for (name, metrics) in card.baselines.sorted(by: { $0.value.wAUC < $1.value.wAUC }) {
            lines.append("  \(row(name, metrics))")
        }
        lines.append("  \(row("this model", card.metrics))")
        lines.append("  \(row("this model, over all enrolled", card.metricsOverAll))")
        return lines.joined(separator: "\n")
    }

    private static func row(_ name: String, _ metrics: ModelMetrics) -> String {
        func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "-" }
        return name.padding(toLength: 32, withPad: " ", startingAt: 0)
            + "wAUC \(number(metrics.wAUC))  AUC \(number(metrics.auc))  AP \(number(metrics.ap))  "
            + "Brier \(number(metrics.brier))  ECE \(number(metrics.ece))  "
            + "recall/precision at 10 % \(number(metrics.recallAt10))/\(number(metrics.precisionAt10))"
    }
}
