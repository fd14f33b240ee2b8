import Contracts
import PostgreSQL

/// Owns one thing: the calls that wait for the next commit.
///
/// Whoever comes while a transaction is under way waits a moment and shares the next one, so that a thousand
/// callers with one event each cost a few commits instead of a thousand, without a timer: a lone caller
/// never waits for company.
///
///     call ─▶ waiting ──(a writer is free)──▶ one transaction ──commit──▶ each call gets its own receipts
///              └── more than may wait: come back later
actor IngestCoalescer {
    typealias Write = @Sendable ([IngestRequest]) async throws -> [[IngestReceipt]]

    private struct Waiting: Sendable {
        let request: IngestRequest
        let caller: CheckedContinuation<[IngestReceipt], any Error>
        var events: Int { request.batch.items.count }
    }

    private let write: Write
    private let writersMax: Int
    private let eventsPerCommitMax: Int
    private let waitingEventsMax: Int
    private var waiting: [Waiting] = []
    private var waitingEvents = 0
    private var writers = 0

    /// - Parameter write: Takes in requests in one transaction; all or nothing.
    init(
        writersMax: Int = TrackingLimits.writersMax,
        eventsPerCommitMax: Int = TrackingLimits.eventsPerCommitMax,
        waitingEventsMax: Int = TrackingLimits.waitingEventsMax, write: @escaping Write
    ) {
        self.write = write
        self.writersMax = writersMax
        self.eventsPerCommitMax = eventsPerCommitMax
        self.waitingEventsMax = waitingEventsMax
    }

    /// Receipts of the request's items, in their order, after the commit that holds them.
    ///
    /// - Throws: ``TrackingError/overloaded(waitingEvents:)`` at once, or what the transaction throws.
    func record(_ request: IngestRequest) async throws -> [IngestReceipt] {
        guard waitingEvents + request.batch.items.count <= waitingEventsMax else {
            throw TrackingError.overloaded(waitingEvents: waitingEvents)
        }
        return try await withCheckedThrowingContinuation { caller in
            let call = Waiting(request: request, caller: caller)
            waiting.append(call)
            waitingEvents += call.events
            startWriter()
        }
    }

    /// A writer belongs to the calls it serves and ends with the last of them. It is no child of any of
    /// them, because one caller that hangs up must not cancel the transaction of the others.
    private func startWriter() {
        guard writers < writersMax, !waiting.isEmpty else { return }
        writers += 1
        Task {
            while let calls = take() { await serve(calls) }
        }
    }

    /// The calls of the next transaction, or `nil`, and then the writer is no more.
    private func take() -> [Waiting]? {
        var events = 0
        var count = 0
        while count < waiting.count, count == 0 || events + waiting[count].events <= eventsPerCommitMax {
            events += waiting[count].events
            count += 1
        }
        guard count > 0 else {
            writers -= 1
            return nil
        }
        let calls = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        waitingEvents -= events
        return calls
    }

    private nonisolated func serve(_ calls: [Waiting]) async {
        do {
            let receipts = try await write(calls.map(\.request))
            for (call, receipts) in zip(calls, receipts) { call.caller.resume(returning: receipts) }
        } catch let error where calls.count == 1 || Self.isEverybodys(error) {
            for call in calls { call.caller.resume(throwing: error) }
        } catch {
            // One call holds what the database refuses. Alone, each of them gets what is its own.
            for call in calls { await serve([call]) }
        }
    }

    /// Whether the error would meet each call alone, too.
    private static func isEverybodys(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return error is CancellationError }
        return error.isUnavailable
    }
}
