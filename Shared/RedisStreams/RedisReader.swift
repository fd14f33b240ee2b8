import Logging

/// A place in a stream: its key, and the id after which to read.
public struct StreamPosition: Sendable, Hashable {
    public let key: String
    /// An entry id such as `41-0`; `0` is before the first entry, `$` after the last.
    public let after: String

    public init(key: String, after: String) {
        self.key = key
        self.after = after
    }
}

/// One entry of a stream.
public struct StreamEntry: Sendable, Hashable {
    /// The part of the id before the dash.
    public let sequence: Int64
    /// The part of the id after the dash.
    public let minor: Int64
    /// Names and values, in the order in which they were written.
    public let fields: [(name: String, value: [UInt8])]

    /// The value of the first field called `name`.
    public func value(_ name: String) -> [UInt8]? {
        fields.first { $0.name == name }?.value
    }

    public static func == (one: StreamEntry, other: StreamEntry) -> Bool {
        one.sequence == other.sequence && one.minor == other.minor
            && one.fields.elementsEqual(other.fields, by: ==)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(sequence)
        hasher.combine(minor)
    }

    /// Reads `[id, [name, value, ...]]`, the form of XREAD, XRANGE and XINFO.
    ///
    /// - Throws: ``RedisError/unexpectedReply(_:)`` for any other form.
    public init(_ value: RedisValue) throws(RedisError) {
        guard let parts = value.array, parts.count == 2, let id = parts[0].text, let words = parts[1].array,
            words.count.isMultiple(of: 2)
        else { throw .unexpectedReply("a stream entry is not an id and its fields") }
        guard let dash = id.utf8.firstIndex(of: UInt8(ascii: "-")), let sequence = Int64(id[..<dash]),
            let minor = Int64(id[id.utf8.index(after: dash)...])
        else { throw .unexpectedReply("the entry id \(id) is not two numbers") }
        var fields: [(name: String, value: [UInt8])] = []
        fields.reserveCapacity(words.count / 2)
        for index in stride(from: 0, to: words.count, by: 2) {
            guard let name = words[index].text, case .bulk(let bytes) = words[index + 1] else {
                throw .unexpectedReply("a field of entry \(id) is not a name and a value")
            }
            fields.append((name, bytes))
        }
        (self.sequence, self.minor, self.fields) = (sequence, minor, fields)
    }
}

/// What one read brought for one stream, in the stream's order.
public struct StreamBatch: Sendable {
    public let key: String
    public let entries: [StreamEntry]
}

/// A connection and thread of its own for reading streams, because a blocking read holds its connection.
public final class RedisReader: Sendable {
    private let thread: RedisThread
    private let replyTimeout: Duration

    /// Starts the thread; the connection is made by the first read.
    public init(_ settings: RedisSettings, logger: Logger) {
        thread = RedisThread(settings, name: "redis-reader", logger: logger)
        replyTimeout = settings.replyTimeout
    }

    deinit { thread.close() }

    /// Waits up to `block` for entries after any of `positions`; returns none when nothing came.
    ///
    /// - Parameters:
    ///   - count: entries at most for each stream.
    ///   - block: 1 ms or more. A shutdown by ``close()`` interrupts the wait.
    /// - Throws: ``RedisError``.
    public func xread(
        _ positions: [StreamPosition], count: Int, block: Duration
    ) async throws -> [StreamBatch] {
        guard !positions.isEmpty else { return [] }
        let milliseconds = max(1, Int(block / .milliseconds(1)))
        let words =
            ["XREAD", "COUNT", String(count), "BLOCK", String(milliseconds), "STREAMS"]
            + positions.map(\.key) + positions.map(\.after)
        // The socket must outlast the blocking read, or every quiet second would cost the connection.
        let replies = try await thread.send([RedisCommand(words)], replyTimeout: block + replyTimeout)
        guard let reply = try replies.first?.get() else {
            throw RedisError.unexpectedReply("no reply to XREAD")
        }
        if reply == .null { return [] }
        guard let streams = reply.array else { throw RedisError.unexpectedReply("XREAD gave no array") }
        return try streams.map { stream in
            guard let parts = stream.array, parts.count == 2, let key = parts[0].text,
                let entries = parts[1].array
            else { throw RedisError.unexpectedReply("XREAD gave a stream without key or entries") }
            return StreamBatch(key: key, entries: try entries.map { try StreamEntry($0) })
        }
    }

    /// Runs a short command on this connection, after the read that may be waiting.
    ///
    /// - Throws: ``RedisError``, of the connection or of the command.
    public func command(_ words: [String]) async throws -> RedisValue {
        guard let reply = try await thread.send([RedisCommand(words)]).first else {
            throw RedisError.unexpectedReply("no reply to \(words.first ?? "")")
        }
        return try reply.get()
    }

    /// Interrupts a waiting read and ends the connection.
    public func close() {
        thread.close()
    }
}
