import Testing

@testable import Tracking

/// When everything else stands back for events that come in. Time is an argument.
@Suite struct IngestPressureTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test func `the mean is over the whole of the last window, calls still under way included`() {
        let pressure = IngestPressure(window: .milliseconds(200), now: start)
        pressure.enter(now: at(0))
        pressure.enter(now: at(100))
        pressure.leave(now: at(150))
        #expect(pressure.meanCalls(now: at(199)) == 0, "no window is over yet")
        #expect(abs(pressure.meanCalls(now: at(200)) - 1.25) < 1e-9)
        #expect(abs(pressure.meanCalls(now: at(400)) - 1) < 1e-9, "one call all the time")
    }

    @Test func `it is forgotten when calls end`() {
        let pressure = IngestPressure(window: .milliseconds(200), now: start)
        for _ in 0..<8 { pressure.enter(now: at(0)) }
        #expect(pressure.meanCalls(now: at(200)) == 8)
        for _ in 0..<8 { pressure.leave(now: at(200)) }
        #expect(pressure.meanCalls(now: at(400)) == 0)
    }

    @Test func `whoever asks without pressure does not wait, and with it goes on in the end`() async {
        let pressure = IngestPressure()
        await pressure.standBack()
        for _ in 0..<8 { pressure.enter() }
        await pressure.standBack()
        #expect(pressure.meanCalls() >= 0)
    }
}
