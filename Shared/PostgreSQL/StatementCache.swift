/// The prepared statements of one connection, found by their text and the types of their values.
struct StatementCache {
    struct Key: Hashable {
        let text: String
        let types: [SQLType]
    }

    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    private var entries: [Key: Entry] = [:]
    private var clock: UInt64 = 0
    private var made: UInt64 = 0

    var count: Int { entries.count }

    mutating func name(for key: Key) -> String? {
        clock += 1
        guard let index = entries.index(forKey: key) else { return nil }
        entries.values[index].lastUse = clock
        return entries.values[index].name
    }

    /// A name that this connection has not used before.
    mutating func nextName() -> String {
        made += 1
        return "s\(made)"
    }

    /// Keeps a statement. When there is one too many, the name of the one unused for longest comes back, to
    /// be deallocated.
    mutating func insert(_ key: Key, name: String) -> String? {
        entries[key] = Entry(name: name, lastUse: clock)
        guard entries.count > DatabaseLimits.preparedStatementsMax,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        else { return nil }
        entries[oldest.key] = nil
        return oldest.value.name
    }

    mutating func remove(_ key: Key) {
        entries[key] = nil
    }

    /// Forgets all; names stay used.
    mutating func removeAll() {
        entries.removeAll()
    }
}
