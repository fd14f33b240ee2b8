import CLibPQ

extension Connection {
    /// Runs a statement with its values, prepared on first use.
    func run(_ sql: SQL) throws -> ResultSet {
        if let problem = sql.problem { throw DatabaseError.refused(problem) }
        guard sql.parameterCount <= DatabaseLimits.parametersMax else {
            throw DatabaseError.refused("a statement takes at most \(DatabaseLimits.parametersMax) values")
        }
        let key = StatementCache.Key(text: sql.text, types: sql.types)
        if key.text.utf8.contains(0) { throw DatabaseError.refused("SQL text must not hold a NUL character") }
        let start = ContinuousClock.now
        defer { metrics.statement.recordNanoseconds((ContinuousClock.now - start).nanoseconds) }
        return try interruptible {
            do {
                return try runPrepared(key, sql)
            } catch let error as DatabaseError where error.isStalePlan {
                // A table changed under the plan. Outside of a transaction nothing was lost: prepare anew,
                // once. Inside, the transaction has failed with this error and is tried again as a whole.
                try forgetStatements()
                guard isIdle else { throw error }
                return try runPrepared(key, sql)
            }
        }
    }

    private func runPrepared(_ key: StatementCache.Key, _ sql: SQL) throws -> ResultSet {
        let name = try statements.name(for: key) ?? prepare(key)
        let result = try exchange(mayCommit: isIdle) { handle in
            withParameters(of: sql) { count, values, lengths, formats in
                PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
            }
        }
        guard PQresultStatus(result.pointer) != PGRES_COPY_IN else {
            disconnect()
            throw DatabaseError.misuse("COPY … FROM STDIN goes through copyIn")
        }
        return result
    }

    private func prepare(_ key: StatementCache.Key) throws -> String {
        let name = statements.nextName()
        let oids = key.types.map(\.oid)
        try exchange { handle in PQsendPrepare(handle, name, key.text, Int32(oids.count), oids) }
        if let evicted = statements.insert(key, name: name) { try control("DEALLOCATE \(evicted)") }
        return name
    }

    /// Hands libpq pointers into the statement's own buffer: no value is copied.
    private func withParameters<R>(
        of sql: SQL,
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> R
    ) -> R {
        let count = sql.ends.count
        if count == 0 { return body(0, nil, nil, nil) }
        return sql.writer.bytes.withUnsafeBytes { buffer in
            // An empty value is told from NULL by its address, whatever that is.
            let base = buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            var values: [UnsafePointer<CChar>?] = []
            var lengths: [Int32] = []
            values.reserveCapacity(count)
            lengths.reserveCapacity(count)
            var start = 0
            for end in sql.ends {
                let stop = end < 0 ? -1 - end : end
                values.append(
                    end < 0 ? nil : base.map { ($0 + start).assumingMemoryBound(to: CChar.self) })
                lengths.append(Int32(truncatingIfNeeded: stop - start))
                start = stop
            }
            let formats = [Int32](repeating: 1, count: count)
            return body(Int32(count), values, lengths, formats)
        }
    }
}
