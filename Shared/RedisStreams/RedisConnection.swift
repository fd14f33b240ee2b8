import CHiredis
import Foundation

/// One hiredis connection. It blocks, so it lives on one thread of its own, inside ``RedisThread``.
///
/// After any error the connection is dead for good: hiredis leaves its buffers in an unknown state, so it is freed
/// and a new one is made. `redisReconnect` is not used: it forgets the receive timeout.
final class RedisConnection {
    private let context: UnsafeMutablePointer<redisContext>
    /// The socket, for ``RedisThread`` to shut down from another thread.
    var socket: Int32 { context.pointee.fd }

    /// Connects, signs in and selects the database.
    init(_ settings: RedisSettings) throws(RedisError) {
        guard
            let context = redisConnectWithTimeout(
                settings.host, Int32(settings.port), timeval(settings.connectTimeout))
        else { throw .unavailable("out of memory") }
        self.context = context
        guard context.pointee.err == 0 else { throw .unavailable(Self.message(context)) }
        setReplyTimeout(settings.replyTimeout)
        if let password = settings.password {
            try greet(["AUTH"] + (settings.user.map { [$0] } ?? []) + [password])
        }
        if settings.database != 0 { try greet(["SELECT", String(settings.database)]) }
    }

    deinit { redisFree(context) }

    /// Queues a command in the connection's output buffer; nothing is sent before ``reply()``.
    func append(_ command: RedisCommand) throws(RedisError) {
        let status = command.wire.withUnsafeBytes { bytes in
            redisAppendFormattedCommand(context, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        }
        guard status == REDIS_OK else { throw .connectionLost(Self.message(context)) }
    }

    /// Sends what is queued and waits for the next reply.
    func reply() throws(RedisError) -> RedisValue {
        var reply: UnsafeMutableRawPointer?
        guard redisGetReply(context, &reply) == REDIS_OK, let reply else {
            throw .connectionLost(Self.message(context))
        }
        defer { freeReplyObject(reply) }
        return RedisValue(reply.assumingMemoryBound(to: redisReply.self).pointee)
    }

    /// How long ``reply()`` waits before the connection is taken for dead.
    func setReplyTimeout(_ timeout: Duration) {
        // A failure to set it shows as an error of the next reply: the socket is then broken.
        _ = redisSetTimeout(context, timeval(timeout))
    }

    private func greet(_ words: [String]) throws(RedisError) {
        try append(RedisCommand(words))
        do {
            _ = try reply().get()
        } catch {
            throw .unavailable("\(words[0]) was refused: \(error)")
        }
    }

    private static func message(_ context: UnsafeMutablePointer<redisContext>) -> String {
        withUnsafeBytes(of: context.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

extension RedisValue {
    /// Copies a reply of hiredis.
    fileprivate init(_ reply: redisReply) {
        switch reply.type {
        case REDIS_REPLY_INTEGER: self = .integer(reply.integer)
        case REDIS_REPLY_STATUS: self = .status(String(decoding: Self.bytes(reply), as: UTF8.self))
        case REDIS_REPLY_ERROR:
            self = .error(RedisError(reply: String(decoding: Self.bytes(reply), as: UTF8.self)))
        case REDIS_REPLY_STRING: self = .bulk([UInt8](Self.bytes(reply)))
        case REDIS_REPLY_ARRAY:
            self = .array(
                (0..<reply.elements).map { index in
                    guard let element = reply.element[index] else { return .null }
                    return RedisValue(element.pointee)
                })
        default: self = .null
        }
    }

    private static func bytes(_ reply: redisReply) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: reply.str, count: reply.len)
    }
}

/// A duration in C's form, at least one microsecond: zero would mean to wait for ever.
private func timeval(_ duration: Duration) -> Foundation.timeval {
    let (seconds, attoseconds) = duration.components
    let microseconds = attoseconds / 1_000_000_000_000
    return Foundation.timeval(
        tv_sec: Int(seconds), tv_usec: max(seconds == 0 ? 1 : 0, Int(microseconds)))
}
