import CLibPQ

/// The answer to one statement, as libpq holds it. It is never changed after it has arrived, so that any
/// thread may read.
final class ResultSet: @unchecked Sendable {
    let pointer: OpaquePointer
    let columns: [String]
    let types: [SQLType]

    init(taking pointer: OpaquePointer) {
        self.pointer = pointer
        let count = PQnfields(pointer)
        columns = (0..<count).map { index in PQfname(pointer, index).map { String(cString: $0) } ?? "" }
        types = (0..<count).map { SQLType(oid: PQftype(pointer, $0)) }
    }

    deinit {
        PQclear(pointer)
    }

    var rowCount: Int { Int(PQntuples(pointer)) }

    /// Rows that an INSERT, UPDATE, DELETE, SELECT or COPY touched; 0 for all else.
    var touched: Int {
        guard let text = PQcmdTuples(pointer) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command that was done, for example `COMMIT` or `INSERT 0 1`.
    var command: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

    var rows: [Row] { (0..<rowCount).map { Row(result: self, index: $0) } }

    func cell(row: Int, column: Int) -> SQLCell {
        let type = types[column]
        guard PQgetisnull(pointer, Int32(row), Int32(column)) == 0,
            let value = PQgetvalue(pointer, Int32(row), Int32(column))
        else { return SQLCell(type: type, bytes: nil) }
        let length = Int(PQgetlength(pointer, Int32(row), Int32(column)))
        return SQLCell(type: type, bytes: UnsafeRawBufferPointer(start: value, count: length))
    }
}
