import Contracts
import PostgreSQL
import Runtime

/// Lets concurrent calls share transactions: at most ``TrackingLimits/eventsPerCommitMax`` events a commit, and
/// ``TrackingLimits/writersMax`` commits at once.
struct IngestCoalescer: Sendable {
    private let coalescer: Coalescer<[IngestRequest], [[IngestReceipt]]>
    private let pressure: IngestPressure

    /// - Parameters:
    ///   - pressure: Hears of every call.
    ///   - write: Takes in requests in one transaction; all or nothing.
    init(
        writersMax: Int = TrackingLimits.writersMax,
        eventsPerCommitMax: Int = TrackingLimits.eventsPerCommitMax,
        waitingEventsMax: Int = TrackingLimits.waitingEventsMax, pressure: IngestPressure = IngestPressure(),
        write: @escaping @Sendable ([IngestRequest]) async throws -> [[IngestReceipt]]
    ) {
        self.pressure = pressure
        coalescer = Coalescer(
            .init(
                stepsMax: writersMax, weightPerStepMax: eventsPerCommitMax, waitingWeightMax: waitingEventsMax),
            .init(
                weight: Self.events, isEverybodys: Self.isEverybodys,
                overloaded: { TrackingError.overloaded(waitingEvents: $0) },
                serve: { groups in
                    var receipts = try await write(groups.flatMap(\.self))[...]
                    return groups.map { group in
                        defer { receipts = receipts.dropFirst(group.count) }
                        return Array(receipts.prefix(group.count))
                    }
                }))
    }

    /// Events of calls that wait for the next transaction.
    var waitingEvents: Int {
        get async { await coalescer.waitingWeight }
    }

    /// Receipts of the request's items, in their order, after the commit that holds them.
    ///
    /// - Throws: ``TrackingError/overloaded(waitingEvents:)`` at once, or what the transaction throws.
    func record(_ request: IngestRequest) async throws -> [IngestReceipt] {
        try await answer([request]).first ?? []
    }

    /// The same for requests that came together, which share a transaction: one by one, each free writer would take the
    /// few that are there. After a fault that may be one request's alone each is tried by itself.
    func record(together requests: [IngestRequest]) async -> [Result<[IngestReceipt], any Error>] {
        guard !requests.isEmpty else { return [] }
        do {
            return try await answer(requests).map(Result.success)
        } catch let error where requests.count == 1 || error is TrackingError || Self.isEverybodys(error) {
            return requests.map { _ in .failure(error) }
        } catch {
            var results: [Result<[IngestReceipt], any Error>] = []
            for request in requests { results += await record(together: [request]) }
            return results
        }
    }

    private func answer(_ requests: [IngestRequest]) async throws -> [[IngestReceipt]] {
        let events = Self.events(requests)
        pressure.enter(events: events, calls: requests.count)
        defer { pressure.leave(events: events) }
        return try await coalescer.answer(requests)
    }

    @Sendable
    private static func events(_ requests: [IngestRequest]) -> Int {
        requests.reduce(0) { $0 + $1.batch.items.count }
    }

    /// Whether the error would meet each call alone, too.
    @Sendable
    private static func isEverybodys(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return error is CancellationError }
        return error.isUnavailable
    }
}
