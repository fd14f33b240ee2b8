import Contracts
import Foundation

/// Predictions for whole runs at weekly checkpoints, as a table that independent programs can score.
public struct PredictionTable: Sendable {
    /// With a header: `run,learner,day,t2`, where `t2` is the probability of drop-off within 14 days.
    public let csv: String
    /// Lines without the header.
    public let rows: Int

    /// - Throws: ``TrainingDataError`` or ``XGBoostError``.
    public init(data: TrainingData, model: RiskModel) throws {
        var lines = ["run,learner,day,t2"]
        for (name, run) in data.runs.sorted(by: { $0.key < $1.key }) {
            let checkpoints = Replay.checkpoints(of: run, every: 7)
            let scores = try model.scores(of: checkpoints.map(\.vector))
            for (checkpoint, score) in zip(checkpoints, scores) {
                lines.append(
                    "\(name),\(run.learners[checkpoint.learner]),\(checkpoint.day),"
                        + String(format: "%.9f", score.rawValue))
            }
        }
        rows = lines.count - 1
        csv = lines.joined(separator: "\n") + "\n"
    }
}
