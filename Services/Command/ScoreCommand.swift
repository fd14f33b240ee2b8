import ArgumentParser
import Foundation
import Prediction

/// Writes a model's predictions for course data, at weekly checkpoints, for an independent scorer.
struct ScoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Writes the risk model's predictions for a folder of course data.",
        discussion: """
            Each line is one learner who is still enrolled at one weekly checkpoint: run,learner,day,t2. A prediction \
            rests on the events up to and including that day, and on nothing later.
            """)

    @Option(help: "Folder with the course data.", completion: .directory)
    var data: String

    @Option(help: "The file to write.", completion: .file())
    var out: String

    @Option(help: "Folder of the model; the shipped one when left out.", completion: .directory)
    var model: String?

    @Option(help: "Runs to score, by comma; all with clicks when left out.")
    var runs = ""

    func run() async throws {
        let folder = URL(fileURLWithPath: data, isDirectory: true)
        let data = try TrainingData(folder: folder, runs: runs.split(separator: ",").map(String.init))
        let model =
            try model.map { try RiskModel(folder: URL(fileURLWithPath: $0, isDirectory: true)) }
            ?? RiskModel.shipped()
        let table = try PredictionTable(data: data, model: model)
        try Data(table.csv.utf8).write(to: URL(fileURLWithPath: out))
        print("wrote \(table.rows) predictions of \(data.runs.count) runs by \(model.version) to \(out)")
    }
}
