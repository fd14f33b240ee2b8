import Contracts
import Foundation
import Testing
import XGBoost

@testable import Prediction

/// The model on real course data. Runs where `HOLDFAST_DATA` names the folder with it; says so where it does
/// not.
@Suite struct CourseDataTests {
    static let folder: URL? = {
        guard let path = ProcessInfo.processInfo.environment["HOLDFAST_DATA"], !path.isEmpty else {
            print("HOLDFAST_DATA is not set: the tests of the model on real course data are left out.")
            return nil
        }
        return URL(fileURLWithPath: path, isDirectory: true)
    }()

    @Test(.enabled(if: folder != nil, "HOLDFAST_DATA is not set"))
    func `the shipped model beats both rules on the run it has not seen`() throws {
        let model = try RiskModel.shipped()
        let folder = try #require(Self.folder)
        let run = try #require(try TrainingData(folder: folder, runs: ["BBB-2013J"]).runs["BBB-2013J"])
        let rows = Replay.checkpoints(of: run, every: 7).filter { $0.label != nil }
        func measure(_ scores: [Double]) -> ModelMetrics {
            ModelMetrics(zip(rows, scores).map { ($0.label == true, $1, $0.day) })
        }
        let mine = measure(try model.scores(of: rows.map(\.vector)).map(\.rawValue))
        let recency = measure(
            rows.map { $0.vector[.daysSinceActivity].isNaN ? 1_000 : $0.vector[.daysSinceActivity] })
        let ewma = measure(rows.map { -$0.vector[.steadyActions14] })
        #expect(rows.count == 8_113)
        #expect(mine.wAUC >= 0.82)
        #expect(mine.wAUC >= recency.wAUC + 0.10)
        #expect(mine.wAUC >= ewma.wAUC + ModelCard.marginMin)
        // Where the rule ranks nearly as well, the model still says far better how likely it is.
        #expect(mine.ap >= ewma.ap + 0.10)
        #expect(mine.ece.map { $0 < 0.04 } == true)
        // What the card says is what comes out here.
        #expect(abs(mine.wAUC - model.card.metrics.wAUC) < 1e-6)
    }

    @Test(.enabled(if: folder != nil, "HOLDFAST_DATA is not set"))
    func `labels and risk sets are those that the data set publishes`() throws {
        let folder = try #require(Self.folder)
        let run = try #require(try TrainingData(folder: folder, runs: ["BBB-2013J"]).runs["BBB-2013J"])
        var published: [String: String] = [:]
        try TrainingData.file("labels_clicks.csv", in: folder).forEachRow(
            ["run", "learner", "day", "t2"], whereFirst: ["BBB-2013J"]
        ) { published["\($0[1])/\($0[2])"] = String($0[3]) }
        let mine = Dictionary(
            uniqueKeysWithValues: Replay.checkpoints(of: run, every: 7).map { checkpoint in
                let label = checkpoint.label.map { $0 ? "1" : "0" } ?? ""
                return ("\(run.learners[checkpoint.learner])/\(checkpoint.day)", label)
            })
        let differing = Set(mine.keys).union(published.keys).filter { mine[$0] != published[$0] }.sorted()
        let examples = differing.prefix(3).map { "\($0): \(mine[$0] ?? "-") for \(published[$0] ?? "-")" }
        #expect(differing.isEmpty, "\(differing.count) of \(published.count) differ, e.g. \(examples)")
    }

    @Test(.enabled(if: folder != nil, "HOLDFAST_DATA is not set"))
    func `training twice on the same data gives the same bytes, with another seed others`() throws {
        let source = try #require(Self.folder)
        let data = try TrainingData(folder: source, runs: ["AAA-2013J", "BBB-2013J"])
        let slice = try #require(data.runs["AAA-2013J"]).first(learners: 60)
        let validation = try #require(data.runs["BBB-2013J"]).first(learners: 40)
        func train(seed: UInt32) throws -> TrainedModel {
            var trainer = ModelTrainer(trainingRuns: [slice], validationRun: validation)
            trainer.parameters.rounds = 8
            trainer.parameters.seed = seed
            return try trainer.train()
        }
        let first = try train(seed: 1)
        let second = try train(seed: 1)
        #expect(first.bytes == second.bytes)
        #expect(first.card == second.card)
        #expect(try train(seed: 2).bytes != first.bytes)
        // What was written is what is read.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "model-\(UUID().uuidString)")
        defer {
            do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
        }
        try first.write(to: folder)
        #expect(try RiskModel(folder: folder).card == first.card)
    }

    @Test func `a folder without data is refused with the file that is missing`() {
        let error = #expect(throws: TrainingDataError.self) {
            try TrainingData(folder: URL(fileURLWithPath: "/nowhere", isDirectory: true))
        }
        #expect(error?.description.contains("runs.csv") == true)
    }
}

extension TrainingRun {
    /// The same run with its first `count` learners alone.
    func first(learners count: Int) -> TrainingRun {
        TrainingRun(
            definition: definition, plan: plan, lastKnownDay: lastKnownDay, lengthDays: lengthDays,
            facts: facts.filter { $0.learner < count }, learners: Array(learners.prefix(count)))
    }
}
