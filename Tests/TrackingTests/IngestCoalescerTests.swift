import Contracts
import Foundation
import TestSupport
import Testing

@testable import Tracking

/// Many callers, few commits, and everybody gets what is theirs.
@Suite struct IngestCoalescerTests {
    private struct Broken: Error, Equatable {}

    private func request(_ ids: [String]) throws -> IngestRequest {
        try IngestRequest.test(ids.map { EventDraft.test($0) })
    }

    private static func receipts(_ requests: [IngestRequest]) -> [[IngestReceipt]] {
        requests.map { $0.batch.items.map { IngestReceipt(id: $0.id, status: .accepted) } }
    }

    /// One writer, which waits at the gate with whatever it is given; for company to gather behind it.
    private static func held(
        at gate: Gate, eventsPerCommitMax: Int = 100, waitingEventsMax: Int = 1_000,
        write: @escaping @Sendable ([IngestRequest]) async throws -> Void = { _ in }
    ) -> IngestCoalescer {
        IngestCoalescer(
            writersMax: 1, eventsPerCommitMax: eventsPerCommitMax, waitingEventsMax: waitingEventsMax
        ) { requests in
            await gate.pass()
            try await write(requests)
            return receipts(requests)
        }
    }

    @Test func `a lone caller does not wait for company`() async throws {
        let coalescer = IngestCoalescer { Self.receipts($0) }
        let receipts = try await coalescer.record(try request(["a", "b"]))
        #expect(receipts.map(\.id) == ["a", "b"])
    }

    @Test
    func `those who come while a transaction is under way share the next, each with their own receipts`()
        async throws
    {
        let writes = Counted()
        let gate = Gate()
        let coalescer = Self.held(at: gate) { await writes.add($0.count) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            func call(_ caller: Int) throws {
                let request = try request(["\(caller)-x", "\(caller)-y"])
                group.addTask {
                    let receipts = try await coalescer.record(request)
                    #expect(receipts.map(\.id) == ["\(caller)-x", "\(caller)-y"])
                }
            }
            try call(0)
            await gate.isReached()
            for caller in 1..<60 { try call(caller) }
            try await eventually("all others wait") { await coalescer.waitingEvents == 118 }
            await gate.open()
            try await group.waitForAll()
        }
        // 59 callers with two events each, 100 events a transaction.
        #expect(await writes.values == [1, 50, 9])
    }

    @Test func `a call that the database refuses fails alone`() async throws {
        let gate = Gate()
        let coalescer = Self.held(at: gate) { requests in
            if requests.contains(where: { $0.batch.items.contains { $0.id == "poison" } }) { throw Broken() }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<10 {
                let id = caller == 5 ? "poison" : "good-\(caller)"
                let request = try request([id])
                group.addTask {
                    do {
                        let receipts = try await coalescer.record(request)
                        #expect(receipts.map(\.id) == [id])
                        #expect(id != "poison")
                    } catch {
                        #expect(id == "poison")
                        #expect(error is Broken)
                    }
                }
            }
            try await eventually("all but the first wait") { await coalescer.waitingEvents == 9 }
            await gate.open()
            try await group.waitForAll()
        }
    }

    @Test func `requests that came together share a transaction, though writers are free`() async throws {
        let writes = Counted()
        let coalescer = IngestCoalescer { requests in
            await writes.add(requests.count)
            return Self.receipts(requests)
        }
        let requests = try (0..<20).map { try request(["\($0)-x", "\($0)-y"]) }
        let results = await coalescer.record(together: requests)
        #expect(try results.map { try $0.get().map(\.id) } == (0..<20).map { ["\($0)-x", "\($0)-y"] })
        #expect(await writes.values == [20])
        #expect(await coalescer.record(together: []).isEmpty)
    }

    @Test func `of requests that came together the one that the database refuses fails alone`() async throws {
        let coalescer = IngestCoalescer { requests in
            if requests.contains(where: { $0.batch.items.contains { $0.id == "poison" } }) { throw Broken() }
            return Self.receipts(requests)
        }
        let ids = ["a", "poison", "b"]
        let results = await coalescer.record(together: try ids.map { try request([$0]) })
        #expect(results.count == 3)
        for (id, result) in zip(ids, results) {
            if id == "poison" {
                #expect(throws: Broken.self) { try result.get() }
            } else {
                #expect(try result.get().map(\.id) == [id])
            }
        }
    }

    @Test func `when too much waits, requests that came together are all told to come back`() async throws {
        let full = IngestCoalescer(waitingEventsMax: 1) { Self.receipts($0) }
        for result in await full.record(together: [try request(["a"]), try request(["b"])]) {
            #expect(throws: TrackingError.self) { try result.get() }
        }
    }

    @Test func `a caller that hangs up does not cancel the others`() async throws {
        let gate = Gate()
        let coalescer = Self.held(at: gate)
        let (first, second) = (try request(["first"]), try request(["second"]))
        let hangsUp = Task { try await coalescer.record(first) }
        await gate.isReached()
        let stays = Task { try await coalescer.record(second) }
        try await eventually("the second waits") { await coalescer.waitingEvents == 1 }
        hangsUp.cancel()
        await gate.open()
        #expect(try await stays.value.map(\.id) == ["second"])
    }

    @Test func `too many waiting events are refused at once, and later ones are taken again`() async throws {
        let gate = Gate()
        let coalescer = Self.held(at: gate, eventsPerCommitMax: 4, waitingEventsMax: 8)
        let first = Task { [request = try request(["first"])] in try await coalescer.record(request) }
        await gate.isReached()
        let waiting = try (0..<8).map { number in
            Task { [request = try request(["\(number)"])] in try await coalescer.record(request) }
        }
        try await eventually("eight wait") { await coalescer.waitingEvents == 8 }
        let late = try request(["late"])
        await #expect(throws: TrackingError.self) { try await coalescer.record(late) }
        await gate.open()
        for call in [first] + waiting { #expect(try await call.value.count == 1) }
        #expect(try await coalescer.record(late).count == 1)
    }
}

/// Where a step waits until it is opened.
private actor Gate {
    private var isOpen = false
    private var isThere = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var watching: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        isThere = true
        for watcher in watching { watcher.resume() }
        watching = []
        guard !isOpen else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Returns when somebody has come to the gate.
    func isReached() async {
        guard !isThere else { return }
        await withCheckedContinuation { watching.append($0) }
    }

    func open() {
        isOpen = true
        for step in waiting { step.resume() }
        waiting = []
    }
}

/// Remembers numbers.
private actor Counted {
    private(set) var values: [Int] = []
    func add(_ value: Int) { values.append(value) }
}
