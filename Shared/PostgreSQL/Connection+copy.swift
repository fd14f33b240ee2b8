import CLibPQ

extension Connection {
    /// Streams rows into `COPY … FROM STDIN (FORMAT binary)`. When a row cannot be sent, the server is told to undo
    /// them all.
    func copyIn<Row>(
        _ statement: String, columnCount: Int, rows: some Sequence<Row>, _ write: (inout CopyRow, Row) -> Void
    ) throws -> Int {
        let start = ContinuousClock.now
        defer { metrics.statement.recordNanoseconds((ContinuousClock.now - start).nanoseconds) }
        return try interruptible {
            let mayCommit = isIdle
            let answer = try exchange { handle in PQsendQuery(handle, statement) }
            guard PQresultStatus(answer.pointer) == PGRES_COPY_IN else {
                throw DatabaseError.misuse("copyIn was given a statement that is not COPY … FROM STDIN")
            }
            do {
                try send(rows, columnCount: columnCount, write)
            } catch let error as DatabaseError where !error.isConnectionLost {
                try abandonCopy(because: error)
            } catch let error as CancellationError {
                try abandonCopy(because: error)
            }
            return try exchange(mayCommit: mayCommit) { handle in PQputCopyEnd(handle, nil) }.touched
        }
    }

    private func send<Row>(
        _ rows: some Sequence<Row>, columnCount: Int, _ write: (inout CopyRow, Row) -> Void
    ) throws {
        var row = CopyRow(columnCount: columnCount)
        for value in rows {
            row.begin()
            write(&row, value)
            try row.finish()
            if row.byteCount >= DatabaseLimits.copyChunkBytes { try put(row.take()) }
        }
        row.end()
        try put(row.take())
    }

    private func put(_ bytes: [UInt8]) throws {
        try checkCancelled()
        guard let handle else { throw DatabaseError.lost("the connection broke during COPY") }
        let outcome = bytes.withUnsafeBytes { buffer in
            PQputCopyData(
                handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
        }
        do {
            guard outcome == 1 else { throw broken(handle) }
            try flush(handle)
        } catch let error as DatabaseError where error.isConnectionLost {
            disconnect()
            throw error
        }
    }

    /// Ends the COPY as failed and throws the reason; the server's own "COPY failed" says nothing new.
    private func abandonCopy(because reason: any Error) throws -> Never {
        do {
            try exchange { handle in PQputCopyEnd(handle, "the sender gave up") }
        } catch let error as DatabaseError where !error.isConnectionLost {
            throw reason
        }
        throw reason
    }
}

/// One row on its way into ``Session/copyIn(_:columns:rows:_:)``, in COPY's binary form: the number of values, then the
/// length and the bytes of each.
public struct CopyRow {
    private let columnCount: Int
    private var writer = SQLWriter()
    private var number = 0
    private var values = 0

    /// What stands before the first row: a signature that no text file has, no flags, no extension.
    private static let header = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    init(columnCount: Int) {
        self.columnCount = columnCount
        writer.bytes = Self.header
        writer.bytes.reserveCapacity(DatabaseLimits.copyChunkBytes * 2)
    }

    var byteCount: Int { writer.bytes.count }

    /// Appends the row's next value. It must be of the column's own type: an `Int32` for `integer`, an `Int16` for
    /// `smallint`; nothing is converted on the way.
    public mutating func append(_ value: some SQLBindable) {
        values += 1
        let lengthOffset = writer.bytes.count
        writer.append(Int32(-1))
        value.encode(into: &writer)
        if writer.isNull {
            writer.isNull = false
        } else {
            writer.overwrite(Int32(truncatingIfNeeded: writer.bytes.count - lengthOffset - 4), at: lengthOffset)
        }
    }

    mutating func begin() {
        number += 1
        values = 0
        writer.append(Int16(truncatingIfNeeded: columnCount))
    }

    func finish() throws {
        if let problem = writer.problem {
            throw DatabaseError.refused("\(problem) (row \(number))")
        }
        guard values == columnCount else {
            throw DatabaseError.refused("row \(number) has \(values) values for \(columnCount) columns")
        }
    }

    mutating func end() { writer.append(Int16(-1)) }

    /// What has gathered; the next row begins anew.
    mutating func take() -> [UInt8] {
        defer { writer.bytes.removeAll(keepingCapacity: true) }
        return writer.bytes
    }
}
