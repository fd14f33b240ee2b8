import CXGBoost
import Synchronization

/// One trained model of binary outcomes: boosted trees that live inside libxgboost.
///
/// Safe to share between threads: in-place predictions run beside each other, contributions take turns
/// (they go through a matrix of the library, whose prediction cache is not made for company).
/// All calls block; keep those with many rows off the cooperative pool.
public final class Booster: @unchecked Sendable {
    /// How a model is written down.
    public enum Format: String, Sendable {
        /// Compact binary; the one to ship.
        case ubj
        /// Text, for people and other tools.
        case json
    }

    /// Values that a row must have.
    public let featureCount: Int
    /// Names of the columns, in order; empty when the model was saved without them.
    public let featureNames: [String]

    private let handle: BoosterHandle
    private let turn = Mutex(())

    /// Loads a model written by ``bytes(format:)`` or by any XGBoost of version 1.6 or 1.7.
    ///
    /// - Throws: ``XGBoostError`` when the bytes are not a model, or a model of something other than a yes
    ///   or no.
    public convenience init(bytes: [UInt8]) throws {
        // An empty buffer reaches an assertion inside the library, so it is refused here.
        guard !bytes.isEmpty else { throw XGBoostError(step: "load a model", message: "there are no bytes") }
        let handle = try Booster.emptyHandle(for: [])
        do {
            let code = bytes.withUnsafeBytes { buffer in
                XGBoosterLoadModelFromBuffer(handle, buffer.baseAddress, bst_ulong(buffer.count))
            }
            try check(code, "load a model")
        } catch {
            XGBoosterFree(handle)
            throw error
        }
        try self.init(owning: handle)
    }

    /// Takes over a handle that holds a whole model; frees it also when this throws.
    init(owning handle: BoosterHandle) throws {
        self.handle = handle
        do {
            // The number of threads is not part of a model, and the library's default is all cores: measured
            // 5 to 20 times slower for small batches, because the helpers spin.
            try check(XGBoosterSetParam(handle, "nthread", "1"), "set the number of threads")
            var columns: bst_ulong = 0
            try check(XGBoosterGetNumFeature(handle, &columns), "count the features")
            guard columns > 0 else { throw XGBoostError(step: "load a model", message: "it has no features") }
            featureCount = Int(columns)
            featureNames = try Booster.names(of: handle)
        } catch {
            XGBoosterFree(handle)
            throw error
        }
        // The first prediction configures the booster, which must not happen on two threads at once.
        var row = FeatureMatrix(columns: featureCount, capacity: 1)
        try row.append([Float](repeating: .nan, count: featureCount))
        let margins = try margins(row)
        guard margins.count == 1 else {
            throw XGBoostError(
                step: "load a model", message: "it gives \(margins.count) numbers a row, not 1")
        }
    }

    deinit { XGBoosterFree(handle) }

    /// Trees in the model.
    public var rounds: Int {
        get throws {
            var count: Int32 = 0
            try check(XGBoosterBoostedRounds(handle, &count), "count the trees")
            return Int(count)
        }
    }

    /// The model as bytes; the same model gives the same bytes.
    public func bytes(format: Format = .ubj) throws -> [UInt8] {
        try turn.withLock { _ in try Booster.save(handle, format: format) }
    }

    static func save(_ handle: BoosterHandle, format: Format) throws(XGBoostError) -> [UInt8] {
        var length: bst_ulong = 0
        var start: UnsafePointer<CChar>?
        let config = #"{"format":"\#(format.rawValue)"}"#
        try check(XGBoosterSaveModelToBuffer(handle, config, &length, &start), "save the model")
        guard let start else { throw XGBoostError(step: "save the model", message: "no bytes came back") }
        // The bytes belong to the library and to this thread, until its next call.
        return Array(UnsafeRawBufferPointer(start: start, count: Int(length)))
    }

    static func emptyHandle(for matrices: [DataMatrix]) throws(XGBoostError) -> BoosterHandle {
        var made: BoosterHandle?
        var handles: [DMatrixHandle?] = matrices.map(\.handle)
        try check(XGBoosterCreate(&handles, bst_ulong(handles.count), &made), "make a booster")
        guard let made else { throw XGBoostError(step: "make a booster", message: "no booster came back") }
        return made
    }

    private static func names(of handle: BoosterHandle) throws -> [String] {
        var count: bst_ulong = 0
        var start: UnsafeMutablePointer<UnsafePointer<CChar>?>?
        try check(
            XGBoosterGetStrFeatureInfo(handle, "feature_name", &count, &start), "read the feature names")
        guard let start else { return [] }
        return (0..<Int(count)).map { index in start[index].map { String(cString: $0) } ?? "" }
    }
}

// MARK: - Predicting

extension Booster {
    /// What each row adds up to, in log-odds, one number a row.
    ///
    /// - Throws: ``XGBoostError`` when the rows have another number of columns than ``featureCount``.
    public func margins(_ matrix: FeatureMatrix) throws -> [Float] {
        try predict(matrix, type: 1)
    }

    /// The probability of each row, one number a row, within 0...1.
    ///
    /// - Throws: ``XGBoostError`` when the rows have another number of columns than ``featureCount``.
    public func probabilities(_ matrix: FeatureMatrix) throws -> [Float] {
        try predict(matrix, type: 0)
    }

    /// What each feature adds to each row's log-odds: exact SHAP values.
    ///
    /// - Returns: Rows of ``featureCount`` + 1 values; the last one is the base. A row's sum is its margin.
    /// - Complexity: about 0.3 ms a row for 200 trees of depth 4: for single learners, not for sweeps.
    public func contributions(_ matrix: FeatureMatrix) throws -> FeatureMatrix {
        try refuse(matrix)
        var answer = FeatureMatrix(columns: featureCount + 1, capacity: matrix.rows)
        guard matrix.rows > 0 else { return answer }
        let values = try turn.withLock { _ in
            let data = try DataMatrix(matrix)
            return try read(step: "explain") { shape, dimensions, result in
                XGBoosterPredictFromDMatrix(handle, data.handle, Booster.config(2), shape, dimensions, result)
            }
        }
        guard values.count == matrix.rows * answer.columns else {
            throw XGBoostError(step: "explain", message: "\(values.count) numbers for \(matrix.rows) rows")
        }
        for row in 0..<matrix.rows {
            try answer.append(Array(values[row * answer.columns..<(row + 1) * answer.columns]))
        }
        return answer
    }

    private func predict(_ matrix: FeatureMatrix, type: Int) throws -> [Float] {
        try refuse(matrix)
        guard matrix.rows > 0 else { return [] }
        let values = try matrix.values.withUnsafeBufferPointer { buffer in
            let address = UInt(bitPattern: buffer.baseAddress)
            let array = """
                {"data":[\(address),true],"shape":[\(matrix.rows),\(matrix.columns)],\
                "typestr":"<f4","version":3}
                """
            return try read(step: "predict") { shape, dimensions, result in
                XGBoosterPredictFromDense(handle, array, Booster.config(type), nil, shape, dimensions, result)
            }
        }
        return values
    }

    /// Reads an answer that the library keeps per thread: copied before anything else can run there.
    private func read(
        step: String,
        _ call: (
            UnsafeMutablePointer<UnsafePointer<bst_ulong>?>, UnsafeMutablePointer<bst_ulong>,
            UnsafeMutablePointer<UnsafePointer<Float>?>
        ) -> Int32
    ) throws(XGBoostError) -> [Float] {
        var shape: UnsafePointer<bst_ulong>?
        var dimensions: bst_ulong = 0
        var result: UnsafePointer<Float>?
        try check(call(&shape, &dimensions, &result), step)
        guard let shape, let result else { throw XGBoostError(step: step, message: "nothing came back") }
        let count = (0..<Int(dimensions)).reduce(1) { $0 * Int(shape[$1]) }
        return Array(UnsafeBufferPointer(start: result, count: count))
    }

    private func refuse(_ matrix: FeatureMatrix) throws(XGBoostError) {
        guard matrix.columns == featureCount else {
            throw XGBoostError(
                step: "predict", message: "expected \(featureCount) values in a row, got \(matrix.columns)")
        }
    }

    private static func config(_ type: Int) -> String {
        """
        {"type":\(type),"training":false,"iteration_begin":0,"iteration_end":0,"missing":NaN,\
        "strict_shape":false,"cache_id":0}
        """
    }
}
