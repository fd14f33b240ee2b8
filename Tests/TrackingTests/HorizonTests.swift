import Contracts
import Foundation
import PostgreSQL
import Testing

@testable import Tracking

/// Until when the read models know everything, which bounds what may be said about silence.
@Suite struct HorizonTests {
    @Test func `the oldest event that is not projected bounds it, also where its month is gone`() async throws {
        let stack = try await TrackingStack.make()
        let sweep = SweepStore(database: stack.database)
        let start = stack.clock.now()
        #expect(try await sweep.horizon(now: start) == start)
        try await stack.record([.test("first", "ada")])
        let later = try #require(stack.clock.advance(to: start.addingTimeInterval(86_400), rate: 0))
        try await stack.record([.test("second", "ada")])
        let now = try #require(stack.clock.advance(to: later.addingTimeInterval(86_400), rate: 0))
        #expect(try await sweep.horizon(now: now) == start)
        // As when the month goes that holds it, before everybody has heard it.
        _ = try await stack.database.execute("DELETE FROM event_log WHERE recorded_at = \(start)")
        #expect(try await sweep.horizon(now: now) == later)
        // And where the month lies further back than the newest ones.
        let muchLater = now.addingTimeInterval(400 * 86_400)
        #expect(try await sweep.horizon(now: muchLater) == later)
        _ = try await stack.database.execute("DELETE FROM event_log")
        #expect(try await sweep.horizon(now: now) == now)
    }
}
