import Foundation
import Testing
import XGBoost

/// What a trained model promises, shown on the real library with invented rows.
@Suite struct BoosterTests {
    /// Rows of three features; the outcome follows the first, the second is noise, the third is sometimes
    /// missing.
    static func invented(rows: Int = 600) throws -> TrainingSet {
        var state: UInt64 = 7
        func next() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24)
        }
        var matrix = FeatureMatrix(columns: 3, capacity: rows)
        var labels: [Float] = []
        for row in 0..<rows {
            let signal = next()
            try matrix.append([signal, next(), row.isMultiple(of: 3) ? .nan : next()])
            labels.append(signal + 0.3 * next() > 0.65 ? 1 : 0)
        }
        return try TrainingSet(matrix: matrix, labels: labels, featureNames: ["signal", "noise", "gaps"])
    }

    static let quick = TrainingParameters(
        rounds: 30, depth: 3, learningRate: 0.2, leafWeightMin: 2, lambda: 1,
        monotone: [.raises, .free, .free])

    @Test func `the same rows and seed give the same bytes`() throws {
        let set = try Self.invented()
        let first = try Booster.train(on: set, parameters: Self.quick).bytes()
        let second = try Booster.train(on: set, parameters: Self.quick).bytes()
        #expect(first == second)
        var other = Self.quick
        other.seed = 2
        #expect(try Booster.train(on: set, parameters: other).bytes() != first)
    }

    @Test(arguments: [Booster.Format.ubj, .json])
    func `a model that was saved and loaded predicts the same bits`(format: Booster.Format) throws {
        let set = try Self.invented()
        let trained = try Booster.train(on: set, parameters: Self.quick)
        let loaded = try Booster(bytes: trained.bytes(format: format))
        #expect(try loaded.probabilities(set.matrix) == trained.probabilities(set.matrix))
        #expect(loaded.featureNames == ["signal", "noise", "gaps"])
        #expect(try loaded.rounds == 30)
    }

    @Test func `contributions and base add up to the log-odds of each row`() throws {
        let set = try Self.invented()
        let booster = try Booster.train(on: set, parameters: Self.quick)
        let contributions = try booster.contributions(set.matrix)
        let margins = try booster.margins(set.matrix)
        let probabilities = try booster.probabilities(set.matrix)
        for row in 0..<set.matrix.rows {
            #expect(abs(contributions[row].reduce(0, +) - margins[row]) < 1e-4)
            #expect(abs(1 / (1 + exp(-margins[row])) - probabilities[row]) < 1e-5)
        }
    }

    @Test func `a feature that must raise the prediction never lowers it`() throws {
        let booster = try Booster.train(on: Self.invented(), parameters: Self.quick)
        for noise in stride(from: Float(0), through: 1, by: 0.1) {
            var matrix = FeatureMatrix(columns: 3)
            for step in 0...200 { try matrix.append([Float(step) / 200, noise, .nan]) }
            let margins = try booster.margins(matrix)
            #expect(zip(margins, margins.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }

    @Test func `a model learns what separates the outcomes`() throws {
        let booster = try Booster.train(on: Self.invented(), parameters: Self.quick)
        var matrix = FeatureMatrix(columns: 3)
        try matrix.append([0.05, 0.5, 0.5])
        try matrix.append([0.95, 0.5, 0.5])
        let answers = try booster.probabilities(matrix)
        #expect(answers[0] < 0.3)
        #expect(answers[1] > 0.7)
    }

    @Test func `threads that share a model all get the answers of one`() async throws {
        let set = try Self.invented()
        let booster = try Booster.train(on: set, parameters: Self.quick)
        let expected = try booster.probabilities(set.matrix)
        let reasons = try booster.contributions(set.matrix)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for _ in 0..<20 {
                        let same =
                            worker.isMultiple(of: 2)
                            ? try booster.probabilities(set.matrix) == expected
                            : try booster.contributions(set.matrix) == reasons
                        guard same else { return false }
                    }
                    return true
                }
            }
            for try await same in group { #expect(same) }
        }
    }

    @Test func `no rows give no answers`() throws {
        let booster = try Booster.train(on: Self.invented(), parameters: Self.quick)
        let none = FeatureMatrix(columns: 3)
        #expect(try booster.probabilities(none).isEmpty)
        #expect(try booster.contributions(none).rows == 0)
    }
}

/// What is refused, and with which words.
@Suite struct BoosterRefusalTests {
    @Test(arguments: [[], [0x7b], Array("not a model at all".utf8), Array(#"{"learner":{}}"#.utf8)])
    func `bytes that are no model are refused in one line`(bytes: [UInt8]) throws {
        let error = #expect(throws: XGBoostError.self) { try Booster(bytes: bytes) }
        let message = try #require(error?.message)
        #expect(!message.isEmpty)
        #expect(!message.contains("\n"))
        #expect(!message.contains("Stack trace"))
    }

    @Test func `rows of another width are refused before the library sees them`() throws {
        let booster = try Booster.train(on: BoosterTests.invented(), parameters: BoosterTests.quick)
        #expect(throws: XGBoostError(step: "predict", message: "expected 3 values in a row, got 2")) {
            try booster.probabilities(FeatureMatrix(columns: 2))
        }
    }

    @Test func `labels that are all the same cannot be learned from`() throws {
        var matrix = FeatureMatrix(columns: 1)
        try matrix.append([1])
        try matrix.append([2])
        let set = try TrainingSet(matrix: matrix, labels: [0, 0], featureNames: ["one"])
        #expect(throws: XGBoostError(step: "train", message: "all labels are the same")) {
            try Booster.train(on: set, parameters: TrainingParameters(rounds: 1))
        }
    }

    @Test func `counts that do not match are refused with both numbers`() throws {
        var matrix = FeatureMatrix(columns: 1)
        try matrix.append([1])
        #expect(throws: XGBoostError(step: "prepare the training set", message: "1 rows but 2 labels")) {
            try TrainingSet(matrix: matrix, labels: [0, 1], featureNames: ["one"])
        }
    }

    @Test func `a setting the library does not know how to read is named`() throws {
        var bad = BoosterTests.quick
        bad.depth = -3
        let error = #expect(throws: XGBoostError.self) {
            try Booster.train(on: BoosterTests.invented(rows: 50), parameters: bad)
        }
        #expect(error?.message.contains("max_depth") == true)
    }
}
