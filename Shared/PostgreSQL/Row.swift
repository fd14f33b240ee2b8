/// One row of an answer. Cheap to copy and safe to hand on: it keeps the whole answer alive.
///
/// ```swift
/// let learner = try row.decode("learner_id", as: LearnerID.self)
/// let lastSeen: Date? = try row.decode("last_seen_at")
/// ```
public struct Row: Sendable {
    let result: ResultSet
    let index: Int

    /// The names of the columns, in the order of the statement.
    public var columns: [String] { result.columns }

    /// Reads a column. `T` may be a standard type, an optional of one (NULL is `nil`), or an array.
    ///
    /// - Throws: ``RowError`` when there is no such column, it is NULL, or its type is another.
    public func decode<T: SQLDecodable>(_ column: String, as type: T.Type = T.self) throws -> T {
        try read(column, T.decode)
    }

    /// Reads a column into an identifier or enumeration with a raw value.
    @_disfavoredOverload
    public func decode<T: RawRepresentable>(_ column: String, as type: T.Type = T.self) throws -> T
    where T.RawValue: SQLDecodable {
        try read(column) { cell in try T.decode(raw: T.RawValue.decode(cell)) }
    }

    /// Reads a column into an identifier or enumeration, or `nil` for NULL.
    @_disfavoredOverload
    public func decode<T: RawRepresentable>(_ column: String, as type: T?.Type = T?.self) throws -> T?
    where T.RawValue: SQLDecodable {
        try read(column) { cell in
            try T.RawValue?.decode(cell).map { try T.decode(raw: $0) }
        }
    }

    /// Reads an array column into identifiers or enumerations.
    @_disfavoredOverload
    public func decode<T: RawRepresentable>(_ column: String, as type: [T].Type = [T].self) throws -> [T]
    where T.RawValue: SQLDecodable {
        try read(column) { cell in
            try [T.RawValue].decode(cell).map { try T.decode(raw: $0) }
        }
    }

    private func read<T>(_ column: String, _ decode: (SQLCell) throws -> T) throws -> T {
        guard let position = result.columns.firstIndex(of: column) else {
            throw RowError(
                column: column, expected: "\(T.self)",
                found: "no such column (there are \(result.columns.joined(separator: ", ")))")
        }
        do {
            return try decode(result.cell(row: index, column: position))
        } catch let mismatch as SQLCell.Mismatch {
            throw RowError(column: column, expected: "\(T.self)", found: mismatch.found)
        }
    }
}

extension RawRepresentable where RawValue: SQLDecodable {
    fileprivate static func decode(raw: RawValue) throws -> Self {
        guard let value = Self(rawValue: raw) else {
            throw SQLCell.Mismatch(found: "a value that \(Self.self) does not know")
        }
        return value
    }
}
