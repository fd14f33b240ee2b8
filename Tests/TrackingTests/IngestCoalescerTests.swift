import Contracts
import Foundation
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
        let coalescer = IngestCoalescer(writersMax: 1, eventsPerCommitMax: 100) { requests in
            await writes.add(requests.count)
            try await Task.sleep(for: .milliseconds(30))
            return Self.receipts(requests)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<60 {
                let request = try request(["\(caller)-x", "\(caller)-y"])
                group.addTask {
                    let receipts = try await coalescer.record(request)
                    #expect(receipts.map(\.id) == ["\(caller)-x", "\(caller)-y"])
                }
            }
            try await group.waitForAll()
        }
        let sizes = await writes.values
        #expect(sizes.reduce(0, +) == 60)
        #expect(sizes.count <= 4)
        #expect(sizes.allSatisfy { $0 <= 50 })
    }

    @Test func `a call that the database refuses fails alone`() async throws {
        let coalescer = IngestCoalescer(writersMax: 1) { requests in
            try await Task.sleep(for: .milliseconds(20))
            if requests.contains(where: { $0.batch.items.contains { $0.id == "poison" } }) { throw Broken() }
            return Self.receipts(requests)
        }
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<10 {
                let id = caller == 5 ? "poison" : "good-\(caller)"
                group.addTask {
                    do {
                        let receipts = try await coalescer.record(try request([id]))
                        #expect(receipts.map(\.id) == [id])
                        #expect(id != "poison")
                    } catch {
                        #expect(id == "poison")
                        #expect(error is Broken)
                    }
                }
            }
        }
    }

    @Test func `a caller that hangs up does not cancel the others`() async throws {
        let coalescer = IngestCoalescer(writersMax: 1) { requests in
            try await Task.sleep(for: .milliseconds(50))
            return Self.receipts(requests)
        }
        let first = try request(["first"])
        let hangsUp = Task { try await coalescer.record(first) }
        let stays = Task { try await coalescer.record(try request(["second"])) }
        try await Task.sleep(for: .milliseconds(10))
        hangsUp.cancel()
        #expect(try await stays.value.map(\.id) == ["second"])
    }

    @Test func `too many waiting events are refused at once, and later ones are taken again`() async throws {
        let coalescer = IngestCoalescer(writersMax: 1, eventsPerCommitMax: 4, waitingEventsMax: 8) {
            requests in
            try await Task.sleep(for: .milliseconds(30))
            return Self.receipts(requests)
        }
        let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for caller in 0..<20 {
                let request = try request(["\(caller)"])
                group.addTask {
                    do {
                        _ = try await coalescer.record(request)
                        return true
                    } catch TrackingError.overloaded {
                        return false
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(false))
        #expect(outcomes.contains(true))
        #expect(try await coalescer.record(try request(["later"])).count == 1)
    }
}

/// Remembers numbers.
private actor Counted {
    private(set) var values: [Int] = []
    func add(_ value: Int) { values.append(value) }
}
