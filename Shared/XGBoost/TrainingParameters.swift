/// How a model of binary outcomes is trained: boosted shallow trees, regularised, monotone where the sign is
/// known.
///
/// The same rows, parameters and seed give the same bytes: training runs on one thread, because the
/// library adds its histograms in an order that depends on how many threads share them.
public struct TrainingParameters: Sendable, Hashable, Codable {
    /// Trees to grow, one a round. 1...5,000.
    public var rounds: Int
    /// Splits between the root and a leaf at most. 1...12.
    public var depth: Int
    /// How much of each tree counts. Above 0, up to 1.
    public var learningRate: Double
    /// The least sum of second-order weights in a leaf; more is smoother.
    public var leafWeightMin: Double
    /// L2 penalty on leaf values.
    public var lambda: Double
    /// The least gain that justifies a split.
    public var gainMin: Double
    /// Share of the rows that a tree sees. Above 0, up to 1.
    public var rowShare: Double
    /// Share of the columns that a tree sees. Above 0, up to 1.
    public var columnShare: Double
    /// Bins a column is cut into. 16...1,024.
    public var binsMax: Int
    /// One a column, or empty for no constraint.
    public var monotone: [MonotoneSign]
    public var seed: UInt32

    public init(
        rounds: Int = 250, depth: Int = 4, learningRate: Double = 0.05, leafWeightMin: Double = 40,
        lambda: Double = 10, gainMin: Double = 0, rowShare: Double = 0.7, columnShare: Double = 0.5,
        binsMax: Int = 256, monotone: [MonotoneSign] = [], seed: UInt32 = 1
    ) {
        self.rounds = rounds
        self.depth = depth
        self.learningRate = learningRate
        self.leafWeightMin = leafWeightMin
        self.lambda = lambda
        self.gainMin = gainMin
        self.rowShare = rowShare
        self.columnShare = columnShare
        self.binsMax = binsMax
        self.monotone = monotone
        self.seed = seed
    }

    /// The library's own names and spellings.
    func settings(baseRate: Double) -> [(String, String)] {
        var all: [(String, String)] = [
            ("objective", "binary:logistic"), ("tree_method", "hist"), ("nthread", "1"), ("verbosity", "0"),
            ("max_depth", "\(depth)"), ("eta", "\(learningRate)"), ("min_child_weight", "\(leafWeightMin)"),
            ("lambda", "\(lambda)"), ("gamma", "\(gainMin)"), ("subsample", "\(rowShare)"),
            ("colsample_bytree", "\(columnShare)"), ("max_bin", "\(binsMax)"), ("seed", "\(seed)"),
            ("base_score", "\(baseRate)"),
        ]
        if !monotone.isEmpty {
            let signs = monotone.map { "\($0.rawValue)" }.joined(separator: ",")
            all.append(("monotone_constraints", "(\(signs))"))
        }
        return all
    }
}
