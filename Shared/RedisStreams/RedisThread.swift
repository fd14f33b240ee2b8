import Dispatch
import Foundation
import Logging
import Synchronization

/// One thread that owns one connection and works through a bounded queue of jobs.
///
/// Everything that waits when the thread looks is sent in one go and its replies are read in order, so concurrent
/// callers share round trips without a timer. A broken connection is made anew with full jitter.
final class RedisThread: Sendable {
    struct Job: Sendable {
        let commands: [RedisCommand]
        let replyTimeout: Duration
        let resume: @Sendable (Result<[RedisValue], RedisError>) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var commands = 0
        var isClosed = false
        var socket: Int32?
    }

    private let settings: RedisSettings
    private let logger: Logger
    private let state = Mutex(State())
    private let isWork = DispatchSemaphore(value: 0)

    /// Commands sent before replies are read: bounds the memory of both sides.
    private static let pipelineMax = 2_000
    /// Longest pause between two attempts to connect. Short, because a consumer's lag waits for it.
    private static let pauseMax = Duration.milliseconds(500)
    private static let pauseBase = Duration.milliseconds(20)

    init(_ settings: RedisSettings, name: String, logger: Logger) {
        // hiredis writes without MSG_NOSIGNAL: a pipeline to a dead peer would end the process.
        signal(SIGPIPE, SIG_IGN)
        self.settings = settings
        self.logger = logger
        let thread = Thread { [self] in work() }
        thread.name = name
        thread.start()
    }

    /// Sends commands in order, with no other caller's between them, and gives their replies.
    ///
    /// - Throws: ``RedisError`` when the connection fails; errors of single commands are values of the result.
    func send(_ commands: [RedisCommand], replyTimeout: Duration? = nil) async throws -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        let timeout = replyTimeout ?? settings.replyTimeout
        return try await withCheckedThrowingContinuation { continuation in
            submit(Job(commands: commands, replyTimeout: timeout) { continuation.resume(with: $0) })
        }
    }

    /// Refuses new commands, fails the waiting ones, interrupts a blocked read, and lets the thread end.
    func close() {
        let abandoned = state.withLock { state in
            state.isClosed = true
            // The thread frees the socket only after it took this field back, under the same lock.
            if let socket = state.socket { shutdown(socket, Int32(SHUT_RDWR)) }
            defer { (state.waiting, state.commands) = ([], 0) }
            return state.waiting
        }
        for job in abandoned { job.resume(.failure(.closed)) }
        isWork.signal()
    }

    private func submit(_ job: Job) {
        let refusal: RedisError? = state.withLock { state in
            if state.isClosed { return .closed }
            if state.commands >= settings.queueMax { return .queueFull(waiting: state.commands) }
            state.waiting.append(job)
            state.commands += job.commands.count
            return nil
        }
        if let refusal { job.resume(.failure(refusal)) } else { isWork.signal() }
    }

    /// Takes what waits, or nil when closed. An empty answer is a wake-up whose work an earlier one took along.
    private func take() -> [Job]? {
        isWork.wait()
        return state.withLock { state in
            if state.isClosed { return nil }
            var (count, jobs) = (0, 0)
            for job in state.waiting {
                // Only jobs with the same timeout share a trip: it belongs to the socket.
                let fits = count + job.commands.count <= Self.pipelineMax
                guard jobs == 0 || fits && job.replyTimeout == state.waiting[0].replyTimeout else { break }
                count += job.commands.count
                jobs += 1
            }
            defer {
                state.waiting.removeFirst(jobs)
                state.commands -= count
                if !state.waiting.isEmpty { isWork.signal() }
            }
            return Array(state.waiting.prefix(jobs))
        }
    }

    // MARK: - On the thread

    private func work() {
        var connection: RedisConnection?
        var failures = 0
        while let jobs = take() {
            if jobs.isEmpty { continue }
            do throws(RedisError) {
                let live: RedisConnection
                if let connection { live = connection } else { live = try connect(&failures) }
                connection = live
                guard serve(jobs, on: live) else {
                    forgetSocket()
                    connection = nil
                    continue
                }
            } catch {
                for job in jobs { job.resume(.failure(error)) }
            }
        }
        forgetSocket()
    }

    private func connect(_ failures: inout Int) throws(RedisError) -> RedisConnection {
        if failures > 0 {
            let ceiling = min(Self.pauseMax, Self.pauseBase * (1 << min(failures - 1, 10)))
            Thread.sleep(forTimeInterval: ceiling / .seconds(1) * Double.random(in: 0...1))
        }
        do throws(RedisError) {
            let connection = try RedisConnection(settings)
            let isClosed = state.withLock { state in
                state.socket = connection.socket
                return state.isClosed
            }
            if isClosed { throw RedisError.closed }
            if failures > 0 {
                logger.info("redis connected again", metadata: ["redis.failures": "\(failures)"])
            }
            failures = 0
            return connection
        } catch {
            failures += 1
            // The first failure of a row is worth a line; the rest would only repeat it.
            if failures == 1 { logger.warning("redis unavailable", metadata: ["error": "\(error)"]) }
            throw error
        }
    }

    /// Sends the jobs and resumes each; false when the connection broke on the way.
    private func serve(_ jobs: [Job], on connection: RedisConnection) -> Bool {
        var served = 0
        do throws(RedisError) {
            var isReadOnly = false
            if let first = jobs.first { connection.setReplyTimeout(first.replyTimeout) }
            for job in jobs { for command in job.commands { try connection.append(command) } }
            for job in jobs {
                var replies: [RedisValue] = []
                replies.reserveCapacity(job.commands.count)
                for _ in job.commands { replies.append(try connection.reply()) }
                served += 1
                isReadOnly = isReadOnly || replies.contains(where: \.isReadOnly)
                job.resume(.success(replies))
            }
            // After a failover this connection leads to what is a replica now: the next one finds the new primary.
            return !isReadOnly
        } catch {
            for job in jobs.dropFirst(served) { job.resume(.failure(error)) }
            return false
        }
    }

    private func forgetSocket() {
        state.withLock { $0.socket = nil }
    }
}

extension RedisValue {
    /// The answer of a server that takes no writes.
    fileprivate var isReadOnly: Bool {
        if case .error(.server(code: "READONLY", _)) = self { true } else { false }
    }
}
