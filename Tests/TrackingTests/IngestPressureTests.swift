import Testing

@testable import Tracking

/// When everything else stands back for events that come in. Time is an argument.
@Suite struct IngestPressureTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test func `the mean is over the whole of the last window, events still under way included`() {
        let pressure = IngestPressure(window: .milliseconds(200), now: start)
        pressure.enter(events: 100, now: at(0))
        pressure.enter(events: 20, now: at(100))
        pressure.leave(events: 100, now: at(150))
        #expect(pressure.load(now: at(199)) == .init(), "no window is over yet")
        let load = pressure.load(now: at(200))
        #expect(abs(load.events - 85) < 1e-9)
        #expect(abs(load.callsPerSecond - 10) < 1e-9)
        #expect(abs(pressure.load(now: at(400)).events - 20) < 1e-9, "one call all the time")
    }

    @Test func `it is forgotten when calls end`() {
        let pressure = IngestPressure(window: .milliseconds(200), now: start)
        for _ in 0..<8 { pressure.enter(events: 1, now: at(0)) }
        #expect(pressure.load(now: at(200)) == .init(events: 8, callsPerSecond: 40))
        for _ in 0..<8 { pressure.leave(events: 1, now: at(200)) }
        #expect(pressure.load(now: at(400)) == .init())
    }

    @Test func `many events under way press, and so do many calls a second`() {
        #expect(IngestPressure.Load(events: TrackingLimits.pressedEvents, callsPerSecond: 0).pressure == 1)
        #expect(IngestPressure.Load(events: 0, callsPerSecond: 2 * TrackingLimits.pressedCalls).pressure == 2)
        #expect(IngestPressure.Load(events: 300, callsPerSecond: 100).pressure < 1)
    }

    @Test func `whoever asks without pressure does not wait, and with it goes on in the end`() async {
        let pressure = IngestPressure(window: .zero)
        await pressure.standBack()
        pressure.enter(events: Int(TrackingLimits.pressedEvents))
        await pressure.standBack()
        #expect(pressure.load().pressure >= 1)
    }
}
