import CXGBoost

extension Booster {
    /// Trains a model. Blocks for seconds to minutes: never on the cooperative pool of a service.
    ///
    /// - Parameters:
    ///   - set: Rows with labels of 0 or 1, both of which must occur.
    ///   - parameters: See ``TrainingParameters``.
    ///   - progress: Called after each round with how many are done.
    /// - Throws: ``XGBoostError`` when the library refuses, or all labels are the same.
    public static func train(
        on set: TrainingSet, parameters: TrainingParameters, progress: (Int) -> Void = { _ in }
    ) throws -> Booster {
        let baseRate = try baseRate(of: set)
        let data = try DataMatrix(set)
        let handle = try emptyHandle(for: [data])
        let bytes: [UInt8]
        do {
            // One owner for the raw handle at a time: freed here, whatever happens.
            defer { XGBoosterFree(handle) }
            for (name, value) in parameters.settings(baseRate: baseRate) {
                try check(XGBoosterSetParam(handle, name, value), "set \(name) to \(value)")
            }
            for round in 0..<max(parameters.rounds, 1) {
                try check(XGBoosterUpdateOneIter(handle, Int32(round), data.handle), "grow tree \(round + 1)")
                progress(round + 1)
            }
            try name(set.featureNames, in: handle)
            bytes = try save(handle, format: .ubj)
        }
        // Loaded anew, so that what is used is what was written; the training caches stay behind.
        return try Booster(bytes: bytes)
    }

    /// Writes the names into the model: a matrix takes its names to the grave.
    private static func name(_ features: [String], in handle: BoosterHandle) throws(XGBoostError) {
        let code = withCStrings(features) { pointers in
            var pointers = pointers
            return XGBoosterSetStrFeatureInfo(handle, "feature_name", &pointers, bst_ulong(features.count))
        }
        try check(code, "name the features")
    }

    /// The weighted share of ones, where training starts from.
    private static func baseRate(of set: TrainingSet) throws(XGBoostError) -> Double {
        var ones = 0.0
        var all = 0.0
        for (index, label) in set.labels.enumerated() {
            let weight = set.weights.isEmpty ? 1 : Double(set.weights[index])
            all += weight
            if label == 1 { ones += weight }
        }
        let rate = ones / all
        guard rate > 0, rate < 1 else {
            throw XGBoostError(step: "train", message: "all labels are the same")
        }
        return rate
    }
}
