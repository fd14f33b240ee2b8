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
        #expect(abs(load.eventsPerSecond - 600) < 1e-9)
        #expect(abs(load.callsPerSecond - 10) < 1e-9)
        #expect(abs(pressure.load(now: at(400)).events - 20) < 1e-9, "one call all the time")
    }

    @Test func `it is forgotten when calls end`() {
        let pressure = IngestPressure(window: .milliseconds(200), now: start)
        for _ in 0..<8 { pressure.enter(events: 1, now: at(0)) }
        #expect(pressure.load(now: at(200)) == .init(events: 8, eventsPerSecond: 40, callsPerSecond: 40))
        for _ in 0..<8 { pressure.leave(events: 1, now: at(200)) }
        #expect(pressure.load(now: at(400)) == .init())
    }

    @Test func `many events under way press when they come fast, very many always, and so do many calls a second`() {
        func pressure(_ events: Double, _ rate: Double, calls: Double = 0) -> Double {
            IngestPressure.Load(events: events, eventsPerSecond: rate, callsPerSecond: calls).pressure
        }
        let (events, rate) = (TrackingLimits.pressedEvents, TrackingLimits.pressedRate)
        #expect(pressure(events, rate) == 1)
        #expect(pressure(2 * events, 3 * rate) == 2)
        #expect(pressure(events, 2 * events / TrackingLimits.pressedSeconds) < 1, "no faster than read models can follow")
        #expect(pressure(2 * events, events / TrackingLimits.pressedSeconds) == 2, "slower, and senders wait for it")
        #expect(pressure(events / 2, 4 * rate) < 1, "fast, and nothing waits")
        #expect(pressure(TrackingLimits.pressedEventsAtAnyRate, 0) == 1)
        #expect(pressure(0, 0, calls: 2 * TrackingLimits.pressedCalls) == 2)
    }

    @Test func `whoever asks without pressure does not wait, and with it goes on in the end`() async {
        let pressure = IngestPressure(window: .zero)
        await pressure.standBack()
        pressure.enter(events: Int(TrackingLimits.pressedEventsAtAnyRate))
        await pressure.standBack()
        #expect(pressure.load().pressure >= 1)
    }
}
