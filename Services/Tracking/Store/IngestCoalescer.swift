import Contracts
import PostgreSQL
import Runtime

/// Lets concurrent calls share transactions: at most ``TrackingLimits/eventsPerCommitMax`` events a commit, and
/// ``TrackingLimits/writersMax`` commits at once.
struct IngestCoalescer: Sendable {
    private let coalescer: Coalescer<IngestRequest, [IngestReceipt]>
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
                weight: { $0.batch.items.count }, isEverybodys: Self.isEverybodys,
                overloaded: { TrackingError.overloaded(waitingEvents: $0) }, serve: write))
    }

    /// Events of calls that wait for the next transaction.
    var waitingEvents: Int {
        get async { await coalescer.waitingWeight }
    }

    /// Receipts of the request's items, in their order, after the commit that holds them.
    ///
    /// - Throws: ``TrackingError/overloaded(waitingEvents:)`` at once, or what the transaction throws.
    func record(_ request: IngestRequest) async throws -> [IngestReceipt] {
        let events = request.batch.items.count
        pressure.enter(events: events)
        defer { pressure.leave(events: events) }
        return try await coalescer.answer(request)
    }

    /// Whether the error would meet each call alone, too.
    @Sendable
    private static func isEverybodys(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return error is CancellationError }
        return error.isUnavailable
    }
}
