import Logging

/// The connection on which a process writes: concurrent callers' commands are pipelined by themselves.
///
/// Safe to share. A command is never sent twice by the writer itself: after a lost connection it is unknown whether
/// the server ran what was on the way, so only the caller can know whether to repeat it.
public final class RedisWriter: Sendable {
    private let thread: RedisThread

    /// Starts the thread; the connection is made by the first command.
    public init(_ settings: RedisSettings, logger: Logger) {
        thread = RedisThread(settings, name: "redis-writer", logger: logger)
    }

    deinit { thread.close() }

    /// Runs one command, such as `["HSET", key, field, value]`.
    ///
    /// - Throws: ``RedisError``, of the connection or of the command.
    public func command(_ words: [String]) async throws -> RedisValue {
        guard let reply = try await pipeline([RedisCommand(words)]).first else {
            throw RedisError.unexpectedReply("no reply to \(words.first ?? "")")
        }
        return try reply.get()
    }

    /// Runs commands in order in one round trip. Errors of single commands come as ``RedisValue/error(_:)``.
    ///
    /// - Throws: ``RedisError`` when the connection fails.
    public func pipeline(_ commands: [RedisCommand]) async throws -> [RedisValue] {
        try await thread.send(commands)
    }

    /// Appends an entry and returns its id.
    ///
    /// - Parameters:
    ///   - id: the entry's id, which must be above the stream's last one, or `*` for the server's clock.
    ///   - fields: names and values, at least one pair.
    public func xadd(_ key: String, id: String = "*", fields: [(String, String)]) async throws -> String {
        let reply = try await command(["XADD", key, id] + fields.flatMap { [$0.0, $0.1] })
        guard let id = reply.text else { throw RedisError.unexpectedReply("XADD gave no id") }
        return id
    }

    /// Runs a script by its hash, and by its text where the server does not know the hash (yet, or any more).
    public func evalsha(_ script: RedisScript, keys: [String], arguments: [String]) async throws -> RedisValue
    {
        guard let reply = try await evalsha(script, [(keys, arguments)]).first else {
            throw RedisError.unexpectedReply("no reply to EVALSHA")
        }
        return try reply.get()
    }

    /// Runs a script once for each of `calls`, in order, in one round trip (two when the server lacks the script).
    ///
    /// - Throws: ``RedisError`` when the connection fails; errors of single calls come as values.
    public func evalsha(
        _ script: RedisScript, _ calls: [(keys: [String], arguments: [String])]
    ) async throws -> [RedisValue] {
        var replies = try await pipeline(calls.map { script.byHash(keys: $0.keys, arguments: $0.arguments) })
        let unknown = replies.indices.filter { index in
            if case .error(.server("NOSCRIPT", _)) = replies[index] { true } else { false }
        }
        let repeated = try await pipeline(
            unknown.map { script.bySource(keys: calls[$0].keys, arguments: calls[$0].arguments) })
        for (index, reply) in zip(unknown, repeated) { replies[index] = reply }
        return replies
    }

    /// Asks the server for a sign of life.
    ///
    /// - Throws: ``RedisError`` when none comes.
    public func ping() async throws {
        _ = try await command(["PING"])
    }

    /// Ends the connection; commands that still wait fail with ``RedisError/closed``.
    public func close() {
        thread.close()
    }
}
