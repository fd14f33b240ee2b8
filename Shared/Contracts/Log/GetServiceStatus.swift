import Foundation

/// How far a service is behind what it hears, read afresh from PostgreSQL; and what it has yet to do.
public enum GetServiceStatus {
    public struct Response: Codable, Sendable, Equatable {
        public var startedAt: Date
        /// Facts not yet applied, by the stream that is heard, over all replicas.
        public var lag: [String: Int64]
        /// Things that are due by now and not yet done by the service's jobs.
        public var pending: Int
        /// The service's domain time.
        public var now: Date

        public init(startedAt: Date, lag: [String: Int64], pending: Int, now: Date) {
            self.startedAt = startedAt
            self.lag = lag
            self.pending = pending
            self.now = now
        }
    }
}
