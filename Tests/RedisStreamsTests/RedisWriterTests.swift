import Foundation
import Logging
import RedisStreams
import TestSupport
import Testing

/// The connections, on a real server that is killed and frozen.
@Suite struct RedisWriterTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func writer(
        _ redis: RedisServer, replyTimeout: Duration = .seconds(5), queueMax: Int = 10_000
    ) throws -> RedisWriter {
        RedisWriter(
            try RedisSettings(url: redis.url, replyTimeout: replyTimeout, queueMax: queueMax), logger: logger)
    }

    @Test func `commands of many callers come back each to its own`() async throws {
        let redis = try await RedisServer.start()
        let writer = try writer(redis)
        try await withThrowingTaskGroup(of: (Int, String?).self) { group in
            for number in 0..<500 {
                group.addTask { (number, try await writer.command(["ECHO", "\(number)"]).text) }
            }
            for try await (number, text) in group { #expect(text == "\(number)") }
        }
        writer.close()
    }

    @Test func `an error of the server has its code, and a pipeline goes on behind it`() async throws {
        let redis = try await RedisServer.start()
        let writer = try writer(redis)
        _ = try await writer.command(["SET", "text", "x"])
        await #expect {
            try await writer.command(["XADD", "text", "1-0", "a", "b"])
        } throws: { error in
            guard case RedisError.server(code: "WRONGTYPE", _) = error else { return false }
            return (error as? RedisError)?.isTransient == false
        }
        let replies = try await writer.pipeline([
            RedisCommand(["INCR", "text"]), RedisCommand(["GET", "text"]), RedisCommand(["GET", "none"]),
        ])
        guard case .error(.server(code: "ERR", _)) = replies[0] else {
            Issue.record("INCR of a text gave \(replies[0])")
            return
        }
        #expect(replies[1].text == "x")
        #expect(replies[2] == .null)
        writer.close()
    }

    @Test func `entries are appended with the id asked for, and a smaller one is refused`() async throws {
        let redis = try await RedisServer.start()
        let writer = try writer(redis)
        #expect(try await writer.xadd("s", id: "7-0", fields: [("a", "naïve\r\n\0 日本")]) == "7-0")
        await #expect(throws: RedisError.self) { try await writer.xadd("s", id: "7-0", fields: [("a", "b")]) }
        let reader = RedisReader(try RedisSettings(url: redis.url), logger: logger)
        let batches = try await reader.xread(
            [StreamPosition(key: "s", after: "0")], count: 10, block: .seconds(1))
        #expect(batches.first?.entries.first?.sequence == 7)
        #expect(batches.first?.entries.first?.value("a") == Array("naïve\r\n\0 日本".utf8))
        reader.close()
        writer.close()
    }

    @Test func `a script runs though the server never saw it, or forgot it`() async throws {
        let redis = try await RedisServer.start()
        let writer = try writer(redis)
        let script = RedisScript("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")
        for expected in 1...2 {
            let reply = try await writer.evalsha(script, keys: ["{n}"], arguments: ["x"])
            #expect(reply.array?.map(\.integer).last == Int64(expected))
        }
        _ = try await writer.command(["SCRIPT", "FLUSH"])
        let replies = try await writer.evalsha(script, [(["{n}"], ["x"]), (["{n}"], ["y"])])
        #expect(replies.map { $0.array?.last?.integer } == [3, 4])
        writer.close()
    }

    @Test func `after a kill commands fail, and when the server is back they work again`() async throws {
        let redis = try await RedisServer.start()
        let writer = try writer(redis)
        try await writer.ping()
        try redis.kill9()
        await #expect(throws: RedisError.self) { try await writer.ping() }
        await #expect(throws: RedisError.self) { try await writer.ping() }
        try await redis.restart()
        let deadline = ContinuousClock.now + .seconds(3)
        var isBack = false
        while !isBack, ContinuousClock.now < deadline {
            do {
                try await writer.ping()
                isBack = true
            } catch let error as RedisError {
                #expect(error.isTransient)
            }
        }
        #expect(isBack)
        writer.close()
    }

    @Test func `a large pipeline to a server that dies does not end the process`() async throws {
        let redis = try await RedisServer.start()
        let writer = try writer(redis)
        let text = String(repeating: "x", count: 100_000)
        let commands = (0..<300).map { RedisCommand(["SET", "k\($0)", text]) }
        async let killed: Void = redis.kill9()
        for _ in 0..<5 {
            do {
                _ = try await writer.pipeline(commands)
            } catch let error as RedisError {
                #expect(error.isTransient)
            }
        }
        try await killed
        writer.close()
    }

    @Test func `a frozen server costs the reply timeout, and a full queue is refused`() async throws {
        let redis = try await RedisServer.start()
        let writer = try writer(redis, replyTimeout: .milliseconds(300), queueMax: 3)
        try await writer.ping()
        try redis.freeze()
        let start = ContinuousClock.now
        let refused = await withTaskGroup(of: RedisError?.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do {
                        try await writer.ping()
                        return nil
                    } catch {
                        return error as? RedisError
                    }
                }
            }
            return await group.reduce(into: [RedisError]()) { $0 += $1.map { [$0] } ?? [] }
        }
        #expect(refused.count == 8)
        #expect(refused.contains { if case .queueFull = $0 { true } else { false } })
        #expect(start.duration(to: .now) < .seconds(8))
        try redis.thaw()
        writer.close()
        await #expect(throws: RedisError.closed) { try await writer.ping() }
    }

    @Test func `a read waits for an entry, gives nothing when none comes, and ends with its connection`()
        async throws
    {
        let redis = try await RedisServer.start()
        let (writer, reader) = (
            try writer(redis), RedisReader(try RedisSettings(url: redis.url), logger: logger)
        )
        let places = ["a", "b", "c"].map { StreamPosition(key: $0, after: "0") }
        #expect(try await reader.xread(places, count: 5, block: .milliseconds(20)).isEmpty)
        async let batches = reader.xread(places, count: 5, block: .seconds(5))
        _ = try await writer.xadd("b", id: "41-0", fields: [("f", "1")])
        #expect(try await batches.map(\.key) == ["b"])
        #expect(try await reader.command(["PING"]).text == "PONG")
        let interrupted = Task {
            try await reader.xread([StreamPosition(key: "a", after: "0")], count: 5, block: .seconds(30))
        }
        try await Task.sleep(for: .milliseconds(100))
        reader.close()
        await #expect(throws: RedisError.self) { _ = try await interrupted.value }
        writer.close()
    }

    @Test func `a wrong password is said without naming it`() async throws {
        let redis = try await RedisServer.start()
        try await redis.command("CONFIG", "SET", "requirepass", "right")
        let wrong = try RedisSettings(url: redis.url.replacing("redis://", with: "redis://:secret-guess@"))
        let writer = RedisWriter(wrong, logger: logger)
        await #expect {
            try await writer.ping()
        } throws: { error in "\(error)".contains("AUTH was refused") && !"\(error)".contains("secret-guess") }
        writer.close()
        let right = RedisWriter(
            try RedisSettings(url: redis.url.replacing("redis://", with: "redis://:right@")), logger: logger)
        try await right.ping()
        right.close()
    }
}
