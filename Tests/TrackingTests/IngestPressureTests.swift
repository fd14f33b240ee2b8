import Testing

@testable import Tracking

/// When everything else stands back for events that come in. Time is an argument.
@Suite struct IngestPressureTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    private let call = Double(TrackingLimits.eventsACall)

    @Test func `the mean is over the whole of the last window, calls still under way included`() {
        let pressure = IngestPressure(window: .milliseconds(200), now: start)
        pressure.enter(events: 60, now: at(0))
        pressure.enter(events: 20, now: at(100))
        pressure.leave(events: 60, now: at(150))
        #expect(pressure.meanEvents(now: at(199)) == 0, "no window is over yet")
        let expected = (call + 60) * 0.75 + (call + 20) * 0.5
        #expect(abs(pressure.meanEvents(now: at(200)) - expected) < 1e-9)
        #expect(abs(pressure.meanEvents(now: at(400)) - (call + 20)) < 1e-9, "one call all the time")
    }

    @Test func `it is forgotten when calls end`() {
        let pressure = IngestPressure(window: .milliseconds(200), now: start)
        for _ in 0..<8 { pressure.enter(events: 1, now: at(0)) }
        #expect(pressure.meanEvents(now: at(200)) == 8 * (call + 1))
        for _ in 0..<8 { pressure.leave(events: 1, now: at(200)) }
        #expect(pressure.meanEvents(now: at(400)) == 0)
    }

    @Test func `whoever asks without pressure does not wait, and with it goes on in the end`() async {
        let pressure = IngestPressure(window: .zero)
        await pressure.standBack()
        pressure.enter(events: Int(TrackingLimits.pressedEvents))
        await pressure.standBack()
        #expect(pressure.meanEvents() >= TrackingLimits.pressedEvents)
    }
}
