import Foundation
import Synchronization

/// Knows one thing: how much is being taken in, so that everything else can stand back.
///
/// Taking in events comes first. A sender waits for the commit; the stream, the read models and whoever reads the log
/// can follow a little later, and do so in larger and cheaper steps. By Little's law the mean number of events under
/// way is their rate times how long each takes: it grows when more comes than there is room for, on any machine. A call
/// counts as ``TrackingLimits/eventsACall`` events more. Below ``TrackingLimits/pressedEvents`` nothing waits.
final class IngestPressure: Sendable {
    private struct State {
        var events = 0
        /// Seconds of events since `since`, over all events.
        var busy = 0.0
        var lastChange: ContinuousClock.Instant
        var since: ContinuousClock.Instant
        /// The mean number of events under way in the last whole window.
        var mean = 0.0
    }

    private let window: Duration
    private let state: Mutex<State>

    init(window: Duration = TrackingLimits.pressureWindow, now: ContinuousClock.Instant = .now) {
        self.window = window
        state = Mutex(State(lastChange: now, since: now))
    }

    /// A call that brings events begins; ``leave(events:now:)`` with the same number must follow.
    func enter(events: Int, now: ContinuousClock.Instant = .now) {
        change(by: TrackingLimits.eventsACall + events, now)
    }

    /// A call is answered.
    func leave(events: Int, now: ContinuousClock.Instant = .now) {
        change(by: -TrackingLimits.eventsACall - events, now)
    }

    /// The mean number of events under way in the last whole window, calls counted in.
    func meanEvents(now: ContinuousClock.Instant = .now) -> Double {
        state.withLock { state in
            advance(&state, to: now)
            return state.mean
        }
    }

    /// Waits while events press, the longer the more they do; for background work, before each of its steps. It then
    /// goes on whatever happens, so it always gets somewhere.
    @Sendable
    func standBack() async {
        let load = meanEvents() / TrackingLimits.pressedEvents
        guard load >= 1 else { return }
        do {
            try await Task.sleep(for: min(TrackingLimits.standBack * load, TrackingLimits.standBackMax))
        } catch {
            // Cancelled: the caller's own loop sees it and ends.
        }
    }

    private func change(by difference: Int, _ now: ContinuousClock.Instant) {
        state.withLock { state in
            advance(&state, to: now)
            state.events += difference
        }
    }

    private func advance(_ state: inout State, to now: ContinuousClock.Instant) {
        state.busy += Double(state.events) * max(0, state.lastChange.duration(to: now) / .seconds(1))
        state.lastChange = now
        let length = state.since.duration(to: now)
        guard length >= window else { return }
        state.mean = state.busy / (length / .seconds(1))
        state.busy = 0
        state.since = now
    }
}
