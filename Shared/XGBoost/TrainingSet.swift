import CXGBoost

/// Which way a prediction may move when one feature grows.
public enum MonotoneSign: Int, Sendable, Codable, CaseIterable {
    /// More of it never raises the prediction.
    case lowers = -1
    /// No constraint.
    case free = 0
    /// More of it never lowers the prediction.
    case raises = 1
}

/// Rows, what came of them and how much each of them counts.
public struct TrainingSet: Sendable {
    public let matrix: FeatureMatrix
    /// One a row: 0 or 1.
    public let labels: [Float]
    /// One a row, positive and finite; empty for all the same.
    public let weights: [Float]
    /// One a column; kept in the model so that a model of other features is refused at load.
    public let featureNames: [String]

    /// - Throws: ``XGBoostError`` when a count does not match or there is no row.
    public init(
        matrix: FeatureMatrix, labels: [Float], weights: [Float] = [], featureNames: [String]
    ) throws(XGBoostError) {
        let step = "prepare the training set"
        guard matrix.rows > 0 else { throw XGBoostError(step: step, message: "it has no rows") }
        guard labels.count == matrix.rows else {
            throw XGBoostError(step: step, message: "\(matrix.rows) rows but \(labels.count) labels")
        }
        guard weights.isEmpty || weights.count == matrix.rows else {
            throw XGBoostError(step: step, message: "\(matrix.rows) rows but \(weights.count) weights")
        }
        guard featureNames.count == matrix.columns else {
            throw XGBoostError(
                step: step, message: "\(matrix.columns) columns but \(featureNames.count) feature names")
        }
        self.matrix = matrix
        self.labels = labels
        self.weights = weights
        self.featureNames = featureNames
    }
}

/// Owns one matrix inside the library.
final class DataMatrix {
    let handle: DMatrixHandle

    /// Copies `matrix` into the library.
    init(_ matrix: FeatureMatrix) throws(XGBoostError) {
        var made: DMatrixHandle?
        let code = matrix.values.withUnsafeBufferPointer { values in
            XGDMatrixCreateFromMat(
                values.baseAddress, bst_ulong(matrix.rows), bst_ulong(matrix.columns), .nan, &made)
        }
        try check(code, "take the rows")
        guard let made else { throw XGBoostError(step: "take the rows", message: "no matrix came back") }
        handle = made
    }

    /// Copies a training set, with its labels and weights, into the library.
    convenience init(_ set: TrainingSet) throws(XGBoostError) {
        try self.init(set.matrix)
        try setFloats("label", set.labels)
        if !set.weights.isEmpty { try setFloats("weight", set.weights) }
    }

    deinit { XGDMatrixFree(handle) }

    private func setFloats(_ field: String, _ values: [Float]) throws(XGBoostError) {
        let code = values.withUnsafeBufferPointer { buffer in
            XGDMatrixSetFloatInfo(handle, field, buffer.baseAddress, bst_ulong(buffer.count))
        }
        try check(code, "take the \(field)s")
    }
}

/// Lends C copies of `strings` for the time of `body`.
func withCStrings<T>(_ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> T) -> T {
    let copies = strings.map { text in
        let bytes = Array(text.utf8CString)
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        copy.initialize(from: bytes, count: bytes.count)
        return copy
    }
    defer { copies.forEach { $0.deallocate() } }
    return body(copies.map { UnsafePointer($0) })
}
