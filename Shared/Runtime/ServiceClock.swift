import Foundation
import Synchronization

/// Where domain code gets its time from. Timeouts and leases use real clocks, never this one.
public protocol ServiceClock: Sendable {
    /// The current instant in whole microseconds, the precision that PostgreSQL keeps and the wire carries.
    func now() -> Date
}

extension Date {
    /// The same instant, cut down to whole microseconds.
    public var wholeMicroseconds: Date {
        let micros = (timeIntervalSince1970 * 1_000_000).rounded(.down)
        return Date(timeIntervalSince1970: micros / 1_000_000)
    }
}

/// The machine's wall clock.
public struct SystemClock: ServiceClock {
    public init() {}

    public func now() -> Date { Date().wholeMicroseconds }
}

/// A clock that a simulation sets and speeds up.
///
/// Until it is first set it follows the wall clock, and the first setting may move it anywhere. From then
/// on it never goes backwards: a setting in its past leaves it where it is and only changes the rate.
public final class SimulatedClock: ServiceClock {
    private struct State {
        var origin: Date
        var rate: Double
        var setAt: ContinuousClock.Instant
        var isSet: Bool
        var asked: Date?

        mutating func move(to origin: Date, rate: Double, asked: Date) -> Date {
            self = State(
                origin: origin.wholeMicroseconds, rate: rate.isFinite ? max(0, rate) : 0, setAt: .now,
                isSet: true,
                asked: asked)
            return self.origin
        }

        func isRepeated(_ asked: Date, _ rate: Double) -> Bool {
            isSet && self.asked == asked && self.rate == rate
        }

        func mayMove(to asked: Date, rate: Double) -> Bool {
            !isSet || isRepeated(asked, rate) || asked >= now()
        }

        func now() -> Date {
            let elapsed = setAt.duration(to: .now) / .seconds(1)
            return origin.addingTimeInterval(elapsed * rate).wholeMicroseconds
        }
    }

    private let state: Mutex<State>

    /// Follows the wall clock until ``set(now:rate:)`` is called.
    public init() {
        state = Mutex(State(origin: Date(), rate: 1, setAt: .now, isSet: false))
    }

    /// Starts at `now` and runs at `rate` simulated seconds a second; 0 means frozen.
    public init(now: Date, rate: Double = 0) {
        state = Mutex(State(origin: now, rate: max(0, rate), setAt: .now, isSet: true))
    }

    public func now() -> Date { state.withLock { $0.now() } }

    /// Simulated seconds a real second; 0 means frozen.
    public var rate: Double { state.withLock { $0.rate } }

    /// True once somebody set it; until then it follows the wall clock.
    public var isSet: Bool { state.withLock { $0.isSet } }

    /// Moves the clock to `now`, or leaves it where it is when that would be backwards, and changes its rate.
    ///
    /// - Parameter rate: Simulated seconds a real second, finite and not negative; a negative rate counts
    ///   as 0.
    /// - Returns: The time that the clock shows from here on.
    @discardableResult
    public func set(now: Date, rate: Double) -> Date {
        state.withLock { state in
            let origin = state.isSet ? max(state.now(), now) : now
            return state.move(to: origin, rate: rate, asked: now)
        }
    }

    /// Whether ``advance(to:rate:)`` would take this setting now.
    public func mayAdvance(to now: Date, rate: Double) -> Bool {
        state.withLock { $0.mayMove(to: now, rate: rate) }
    }

    /// Like ``set(now:rate:)``, but refuses to be set backwards. Asking again for what was asked last is no
    /// step back, however far the clock has run since: a caller that did not hear the answer may ask twice.
    ///
    /// - Returns: The time that the clock shows from here on, or nil when `now` lies in its past.
    public func advance(to now: Date, rate: Double) -> Date? {
        state.withLock { state in
            guard state.mayMove(to: now, rate: rate) else { return nil }
            return state.isRepeated(now, rate) ? state.now() : state.move(to: now, rate: rate, asked: now)
        }
    }
}
