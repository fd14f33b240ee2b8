import Foundation
import Synchronization

/// Knows one thing: how much is being taken in, so that everything else can stand back.
///
/// Taking in events comes first. A sender waits for the commit; the stream, the read models and whoever reads the log
/// can follow a little later, and do so in larger and cheaper steps. By Little's law the mean number of events under
/// way is their rate times how long each takes: it grows when more comes than there is room for, on any machine. While
/// they come no faster than read models can follow, though, these should (``TrackingLimits/pressedRate``), unless that
/// keeps senders waiting: then read models hold the rate down (``TrackingLimits/pressedSeconds``). Calls with an event
/// or two wait elsewhere, for their turn to be read; so their rate counts as well.
final class IngestPressure: Sendable {
    private struct State {
        var events = 0
        /// Seconds of events since `since`, over all events.
        var busy = 0.0
        var lastChange: ContinuousClock.Instant
        var since: ContinuousClock.Instant
        /// Calls that began since `since`, and their events.
        var calls = 0
        var begun = 0
        /// Of the last whole window.
        var load = Load()
    }

    /// What came in a window.
    struct Load: Equatable {
        /// The mean number of events under way.
        var events = 0.0
        var eventsPerSecond = 0.0
        var callsPerSecond = 0.0

        /// How long an event is under way, in seconds (Little's law).
        private var seconds: Double { eventsPerSecond > 0 ? events / eventsPerSecond : 0 }

        /// From 1 on everything else stands back.
        var pressure: Double {
            max(
                min(
                    events / TrackingLimits.pressedEvents,
                    max(eventsPerSecond / TrackingLimits.pressedRate, seconds / TrackingLimits.pressedSeconds)),
                events / TrackingLimits.pressedEventsAtAnyRate, callsPerSecond / TrackingLimits.pressedCalls)
        }
    }

    private let window: Duration
    private let state: Mutex<State>

    init(window: Duration = TrackingLimits.pressureWindow, now: ContinuousClock.Instant = .now) {
        self.window = window
        state = Mutex(State(lastChange: now, since: now))
    }

    /// Calls that bring events together begin; ``leave(events:now:)`` with the same number must follow.
    func enter(events: Int, calls: Int = 1, now: ContinuousClock.Instant = .now) {
        change(by: events, calls: calls, begun: events, now)
    }

    /// They are answered.
    func leave(events: Int, now: ContinuousClock.Instant = .now) {
        change(by: -events, calls: 0, begun: 0, now)
    }

    /// Of the last whole window.
    func load(now: ContinuousClock.Instant = .now) -> Load {
        state.withLock { state in
            advance(&state, to: now)
            return state.load
        }
    }

    /// Waits while events press, the longer the more they do; for background work, before each of its steps. It then
    /// goes on whatever happens, so it always gets somewhere.
    @Sendable
    func standBack() async {
        let pressure = load().pressure
        guard pressure >= 1 else { return }
        do {
            try await Task.sleep(for: min(TrackingLimits.standBack * pressure * pressure, TrackingLimits.standBackMax))
        } catch {
            // Cancelled: the caller's own loop sees it and ends.
        }
    }

    private func change(by difference: Int, calls: Int, begun: Int, _ now: ContinuousClock.Instant) {
        state.withLock { state in
            advance(&state, to: now)
            state.events += difference
            state.calls += calls
            state.begun += begun
        }
    }

    private func advance(_ state: inout State, to now: ContinuousClock.Instant) {
        state.busy += Double(state.events) * max(0, state.lastChange.duration(to: now) / .seconds(1))
        state.lastChange = now
        let length = state.since.duration(to: now)
        guard length >= window else { return }
        let seconds = length / .seconds(1)
        state.load = Load(
            events: state.busy / seconds, eventsPerSecond: Double(state.begun) / seconds,
            callsPerSecond: Double(state.calls) / seconds)
        state.busy = 0
        state.calls = 0
        state.begun = 0
        state.since = now
    }
}
