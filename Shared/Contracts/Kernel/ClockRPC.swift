import Foundation

/// Setting the time that a service believes it is; answered only where the clock is simulated.
public enum ClockRPC {
    public static let setClock = RPCMethod<SetClock.Request, SetClock.Response>(
        path: "/holdfast.clock.v1.ClockService/SetClock", isIdempotent: true)
}

public enum SetClock {
    public struct Request: Codable, Sendable, Equatable {
        /// The time it is now. Never earlier than what the clock already says: that is `failed_precondition`.
        public var now: Date
        /// Seconds of simulated time a real second; 0 stands still, 1 runs like a wall clock. 0...1,000,000.
        public var rate: Double

        public init(now: Date, rate: Double) {
            self.now = now
            self.rate = rate
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var now: Date
        public init(now: Date) { self.now = now }
    }
}
