import Foundation
import Runtime
import Testing

/// A clock that a simulation sets.
@Suite struct ServiceClockTests {
    private let monday = Date(timeIntervalSince1970: 1_790_000_000)

    @Test func `until it is set it follows the wall clock`() {
        let clock = SimulatedClock()
        #expect(abs(clock.now().timeIntervalSinceNow) < 1)
        #expect(!clock.isSet)
    }

    @Test func `the first setting may move it into the past`() {
        let clock = SimulatedClock()
        let past = Date(timeIntervalSince1970: 1_000_000)
        #expect(clock.advance(to: past, rate: 0) == past)
        #expect(clock.now() == past)
    }

    @Test func `at rate zero it stands still`() async throws {
        let clock = SimulatedClock(now: monday)
        try await Task.sleep(for: .milliseconds(20))
        #expect(clock.now() == monday)
    }

    @Test func `at rate 86400 a day passes in a second`() async throws {
        let clock = SimulatedClock(now: monday, rate: 86_400)
        try await Task.sleep(for: .milliseconds(50))
        #expect(clock.now().timeIntervalSince(monday) >= 0.05 * 86_400)
    }

    @Test func `it is never set backwards`() {
        let clock = SimulatedClock(now: monday)
        #expect(clock.advance(to: monday - 1, rate: 0) == nil)
        #expect(clock.set(now: monday - 1, rate: 0) == monday)
        #expect(clock.now() == monday)
    }

    @Test func `asking twice for the same setting is no step back`() async throws {
        let clock = SimulatedClock(now: monday)
        let next = monday + 60
        #expect(clock.advance(to: next, rate: 1_000) == next)
        try await Task.sleep(for: .milliseconds(10))
        let again = clock.advance(to: next, rate: 1_000)
        #expect(again.map { $0 > next } == true)
    }

    @Test func `times are whole microseconds`() {
        let micros = SystemClock().now().timeIntervalSince1970 * 1_000_000
        #expect(abs(micros - micros.rounded()) < 0.51)
    }
}
