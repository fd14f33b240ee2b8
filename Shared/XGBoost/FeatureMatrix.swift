/// Rows of numbers, one after the other, as the library reads them in place.
///
/// A missing value is `NaN`. Every row has ``columns`` values.
public struct FeatureMatrix: Sendable, Hashable {
    /// How many values a row has. At least 1.
    public let columns: Int
    /// All values, row by row. Its count is a multiple of ``columns``.
    public private(set) var values: [Float]

    /// How many rows there are.
    public var rows: Int { values.count / columns }

    /// An empty matrix with room for `capacity` rows of `columns` values.
    public init(columns: Int, capacity: Int = 0) {
        precondition(columns > 0, "a feature matrix has at least one column")
        self.columns = columns
        values = []
        values.reserveCapacity(columns * capacity)
    }

    /// Adds one row.
    ///
    /// - Throws: ``XGBoostError`` when `row` does not have ``columns`` values.
    public mutating func append(_ row: [Float]) throws(XGBoostError) {
        guard row.count == columns else {
            throw XGBoostError(
                step: "add a row", message: "expected \(columns) values in a row, got \(row.count)")
        }
        values.append(contentsOf: row)
    }

    /// The values of one row.
    public subscript(row: Int) -> ArraySlice<Float> {
        values[row * columns..<(row + 1) * columns]
    }
}
