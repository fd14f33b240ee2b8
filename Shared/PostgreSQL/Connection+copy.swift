import CLibPQ

extension Connection {
    /// Streams rows into `COPY … FROM STDIN`. When a row cannot be sent, the server is told to undo them all.
    func copyIn(
        _ statement: String, columnCount: Int, rows: some Sequence<[(any SQLBindable)?]>
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
                try send(rows, columnCount: columnCount)
            } catch let error as DatabaseError where !error.isConnectionLost {
                try abandonCopy(because: error)
            } catch let error as CancellationError {
                try abandonCopy(because: error)
            }
            return try exchange(mayCommit: mayCommit) { handle in PQputCopyEnd(handle, nil) }.touched
        }
    }

    private func send(_ rows: some Sequence<[(any SQLBindable)?]>, columnCount: Int) throws {
        var line = CopyLine()
        var number = 0
        for row in rows {
            number += 1
            guard row.count == columnCount else {
                throw DatabaseError.refused(
                    "row \(number) has \(row.count) values for \(columnCount) columns")
            }
            try line.append(row, number: number)
            if line.bytes.count >= DatabaseLimits.copyChunkBytes {
                try put(line.bytes)
                line.bytes.removeAll(keepingCapacity: true)
            }
        }
        if !line.bytes.isEmpty { try put(line.bytes) }
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

/// Rows in COPY's text form: tabs between values, `\N` for NULL, backslashes before what would be misread.
struct CopyLine {
    var bytes: [UInt8] = []

    mutating func append(_ row: [(any SQLBindable)?], number: Int) throws {
        for (position, value) in row.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: "\t")) }
            var writer = SQLWriter()
            if let value { value.encode(into: &writer) } else { writer.appendNull() }
            if let problem = writer.problem {
                throw DatabaseError.refused("\(problem) (row \(number), value \(position + 1))")
            }
            guard !writer.isNull, let value else {
                bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "N")])
                continue
            }
            let type = Swift.type(of: value).sqlType
            try writer.bytes.withUnsafeBytes { try append(SQLCell(type: type, bytes: $0)) }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ cell: SQLCell) throws {
        escape(try ValueText.text(of: cell).utf8)
    }

    private mutating func escape(_ text: some Sequence<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: [byte, byte])
            case UInt8(ascii: "\t"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case UInt8(ascii: "\r"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            default: bytes.append(byte)
            }
        }
    }
}
