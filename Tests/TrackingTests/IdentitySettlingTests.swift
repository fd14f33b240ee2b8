import Contracts
import Dispatch
import Foundation
import Logging
import PostgreSQL
import TestSupport
import Testing

@testable import Tracking

/// Identities that moved from the small table to the large one are known as before.
@Suite struct IdentitySettlingTests {
    @Test(arguments: [10, 200])
    func `what is settled is recognised, alone and beside what is not`(count: Int) async throws {
        let stack = try await TrackingStack.make()
        let store = IdentityStore(database: stack.database)
        let events = (0..<count).map { EventDraft.test("e-\($0)") }
        try await stack.record(events)
        let step = try await store.settle(after: nil, limit: count / 2)
        #expect(step.moved == count / 2)
        #expect(step.last != nil)
        let counts: [Int] = [
            try await stack.count("event_identity_recent"), try await stack.count("event_identity_settled"),
            try await stack.count("event_identity"),
        ]
        #expect(counts == [count - count / 2, count / 2, count])

        let again = try await stack.record(events + [.test("new")])
        #expect(again.duplicate == count && again.accepted == 1)
        var changed = events
        for place in changed.indices { changed[place].verb = .posted }
        #expect(try await stack.record(changed).conflict == count)
        #expect(try await stack.said(LearningEventRecorded.self).count == count + 1)
    }

    @Test func `steps go through all of them in order, and the last one says so`() async throws {
        let stack = try await TrackingStack.make()
        let store = IdentityStore(database: stack.database)
        var draft = EventDraft.test("e-0")
        draft.context = ["page": .number(1)]
        try await stack.record([draft] + (1..<25).map { .test("e-\($0)") })
        let before = try await identities(stack)
        let first = try await store.settle(after: nil, limit: 10)
        let second = try await store.settle(after: first.last, limit: 10)
        let third = try await store.settle(after: second.last, limit: 10)
        let moved: [Int] = [first.moved, second.moved, third.moved]
        #expect(moved == [10, 10, 5])
        #expect(third.last == nil)
        #expect(try await stack.count("event_identity_recent") == 0)
        #expect(try await identities(stack) == before)
        #expect(try await store.settle(after: nil, limit: 10) == IdentityStore.Step(moved: 0, last: nil))
    }

    @Test func `events sent by many, again and again, while identities move are accepted once each`() async throws {
        let stack = try await TrackingStack.make(poolSize: 8)
        let store = IdentityStore(database: stack.database)
        let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
            for sender in 0..<4 {
                group.addTask {
                    var accepted = 0
                    for round in 0..<12 {
                        // Half of them by INSERT and half by COPY; each batch overlaps with those of the others.
                        let size = round % 2 == 0 ? 40 : 120
                        let events = (0..<size).map { EventDraft.test("e-\(round / 2 * 100 + $0)") }
                        let request = try IngestRequest.test(sender % 2 == 0 ? events : events.reversed())
                        accepted += try await stack.ingest.record([request])[0].count { $0.status == .accepted }
                    }
                    return accepted
                }
            }
            group.addTask {
                var place: UUID?
                for _ in 0..<60 { place = try await store.settle(after: place, limit: 30).last }
                return 0
            }
            return try await group.reduce(0, +)
        }
        let said = try await stack.said(LearningEventRecorded.self).map(\.eventID.rawValue)
        #expect(said.count == Set(said).count)
        #expect(said.count == accepted)
        #expect(Set(said) == Set((0..<620).map { "e-\($0)" }))
        let twice = try await stack.database.rows(
            "SELECT identity FROM event_identity GROUP BY identity HAVING count(*) > 1")
        #expect(twice.isEmpty)
        #expect(try await stack.count("event_identity") == 620)
    }

    @Test func `who claims holds off who settles, and is not held off by others who claim`() async throws {
        let stack = try await TrackingStack.make()
        let store = IdentityStore(database: stack.database)
        let done = DispatchSemaphore(value: 0)
        async let holding: Void = stack.database.transaction { session in
            _ = try session.rows(IdentityLock.shared)
            done.wait()
        }
        try await eventually("the lock is held") {
            try await !stack.database.rows("SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted").isEmpty
        }
        #expect(try await stack.record([.test("a")]).accepted == 1)
        await #expect {
            try await store.settle(after: nil, limit: 10)
        } throws: {
            ($0 as? DatabaseError)?.isLockTimeout == true
        }
        done.signal()
        try await holding
        #expect(try await store.settle(after: nil, limit: 10).moved == 1)
    }

    @Test func `beyond the bound the service settles, and keeps still below it and while events press`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record((0..<300).map { .test("e-\($0)") })
        let pressure = IngestPressure(window: .zero)
        let settling = IdentitySettling(
            store: IdentityStore(database: stack.database), pressure: pressure, logger: Logger(label: "test"),
            recentMax: 100, perStep: 50, interval: .milliseconds(20), rests: .milliseconds(1)...(.milliseconds(1)))
        pressure.enter(events: 10_000)
        let task = Task { try await settling.run() }
        defer { task.cancel() }
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await stack.count("event_identity_recent") == 300)
        pressure.leave(events: 10_000)
        // PostgreSQL's own count is behind by up to a second, so somewhat more may be settled than must be.
        try await eventually("what is beyond the bound is settled") {
            try await stack.count("event_identity_recent") <= 100
        }
        #expect(try await stack.count("event_identity") == 300)
    }

    private func identities(_ stack: TrackingStack) async throws -> [String] {
        try await stack.database.rows("SELECT event_identity::text AS row FROM event_identity ORDER BY identity")
            .map { try $0.decode("row") }
    }
}
