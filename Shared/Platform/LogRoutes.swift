import Contracts
import EventLog
import Foundation
import PostgreSQL
import RPC
import Runtime

/// The procedures that every service with a log answers: reading it, mending what failed, setting a simulated clock.
public struct LogRoutes: Sendable {
    let log: LogRPC
    let reader: LocalLogReader
    let deadLetters: [DeadLetters]
    let heard: [HeardStream]
    let database: Database
    let pending: @Sendable () async throws -> Int
    let courtesy: Courtesy
    let startedAt = Date()
    let clock: any ServiceClock

    /// - Parameters:
    ///   - log: The service's own procedures.
    ///   - heard: All that it hears.
    ///   - pending: How many things are due, by the service's clock, that its jobs have not done yet.
    public init(
        _ log: LogRPC, platform: Platform, heard: [HeardStream],
        pending: @escaping @Sendable () async throws -> Int = { 0 }
    ) {
        self.log = log
        self.heard = heard
        self.pending = pending
        database = platform.database
        reader = LocalLogReader(platform.database)
        deadLetters = heard.map(\.consumer.deadLetters)
        clock = platform.runtime.clock
        courtesy = platform.courtesy
    }

    public func register(on router: RPCRouter) {
        router.handle(log.readLog) { request, _ in
            guard (0..<EventLog.partitionCount).contains(request.partition) else {
                throw RPCError(.invalidArgument, "partition must be in 0...63, got \(request.partition)")
            }
            guard (1...ReadLog.limitMax).contains(request.limit) else {
                throw RPCError(.invalidArgument, "limit must be in 1...\(ReadLog.limitMax), got \(request.limit)")
            }
            await courtesy()
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
        router.handle(log.getServiceStatus) { _, _ in try await status() }
        registerClock(on: router)
    }

    /// Heads are asked of the producers before the positions are read, so a lag is never less than it was.
    private func status() async throws -> GetServiceStatus.Response {
        var lag: [String: Int64] = [:]
        for stream in heard {
            let heads = try await stream.source.heads()
            let positions = try await positions(of: stream)
            lag[stream.stream] = zip(heads, positions).reduce(0) { $0 + max(0, $1.0 - $1.1) }
        }
        return GetServiceStatus.Response(
            startedAt: startedAt, lag: lag, pending: try await pending(), now: clock.now())
    }

    private func positions(of heard: HeardStream) async throws -> [Int64] {
        var positions = [Int64](repeating: 0, count: EventLog.partitionCount)
        let rows = try await database.rows(
            """
            SELECT partition, position FROM consumer_position
            WHERE consumer = \(heard.name) AND stream = \(heard.stream)
            """
        )
        for row in rows { positions[try row.decode("partition", as: Int.self)] = try row.decode("position") }
        return positions
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
            let kept = KeptClock(clock: simulated, database: database)
            return SetClock.Response(now: try await kept.set(now: request.now, rate: request.rate))
        }
    }
}
