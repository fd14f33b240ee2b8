import Contracts
import EventLog
import PostgreSQL
import RPC
import Runtime

/// The procedures that every service with a log answers: reading it, mending what failed, setting a simulated clock.
public struct LogRoutes: Sendable {
    let log: LogRPC
    let reader: LocalLogReader
    let deadLetters: [DeadLetters]
    let clock: any ServiceClock

    /// - Parameters:
    ///   - log: The service's own procedures.
    ///   - consumers: All that it hears.
    public init(_ log: LogRPC, platform: Platform, consumers: [LogConsumer]) {
        self.log = log
        reader = LocalLogReader(platform.database)
        deadLetters = consumers.map(\.deadLetters)
        clock = platform.runtime.clock
    }

    public func register(on router: RPCRouter) {
        router.handle(log.readLog) { request, _ in
            guard (0..<EventLog.partitionCount).contains(request.partition) else {
                throw RPCError(.invalidArgument, "partition must be in 0...63, got \(request.partition)")
            }
            guard (1...ReadLog.limitMax).contains(request.limit) else {
                throw RPCError(.invalidArgument, "limit must be in 1...\(ReadLog.limitMax), got \(request.limit)")
            }
            return ReadLog.Response(
                facts: try await reader.read(
                    partition: request.partition, after: request.after, limit: request.limit))
        }
        router.handle(log.getLogHeads) { _, _ in GetLogHeads.Response(heads: try await reader.heads()) }
        router.handle(log.listDeadLetters) { request, _ in try await list(request) }
        router.handle(log.replayDeadLetter) { request, _ in
            try await replay(request.id)
            return Empty()
        }
        registerClock(on: router)
    }

    private func list(_ request: ListDeadLetters.Request) async throws -> ListDeadLetters.Response {
        let size = try request.page.effectiveSize()
        let token = request.page.token ?? ""
        guard let after = token.isEmpty ? 0 : Int64(token) else {
            throw RPCError(.invalidArgument, "pageToken must be the nextPageToken of the page before, unchanged")
        }
        var found: [DeadLetter] = []
        for consumer in deadLetters { found += try await consumer.list(after: after, limit: size + 1) }
        found.sort { $0.id < $1.id }
        let page = Array(found.prefix(size))
        return ListDeadLetters.Response(
            deadLetters: page, nextPageToken: found.count > size ? page.last.map { String($0.id) } ?? "" : "")
    }

    private func replay(_ id: Int64) async throws {
        for consumer in deadLetters {
            do {
                return try await consumer.replay(id: id)
            } catch EventLogError.noSuchDeadLetter {
                continue
            }
        }
        throw RPCError(.notFound, "no dead letter \(id) waits to be replayed")
    }

    private func registerClock(on router: RPCRouter) {
        router.handle(ClockRPC.setClock) { request, _ in
            guard let simulated = clock as? SimulatedClock else {
                throw RPCError(.failedPrecondition, "this service runs on the system's clock (HOLDFAST_CLOCK=system)")
            }
            guard request.rate.isFinite, (0...1_000_000).contains(request.rate) else {
                throw RPCError(.invalidArgument, "rate must be in 0...1000000, got \(request.rate)")
            }
            return SetClock.Response(now: simulated.set(now: request.now, rate: request.rate))
        }
    }
}
