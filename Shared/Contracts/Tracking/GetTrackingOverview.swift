import Foundation

/// What goes on right now, from read models.
public enum GetTrackingOverview {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID?

        public init(courseRun: CourseRunID? = nil) {
            self.courseRun = courseRun
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var learners: Int
        /// Learners with an event in the last 5 minutes of domain time.
        public var activeNow: Int
        /// Learners with an event in the last 24 hours.
        public var activeToday: Int
        public var eventsTotal: Int
        /// Events that happened in each of the last 60 minutes, oldest first.
        public var eventsByMinute: [Int]
        /// Events of each of the last 42 UTC days, oldest first.
        public var eventsByDay: [Int]
        /// Enrollments by lifecycle state (the state's name as key).
        public var states: [String: Int]
        public var quarantined: Int
        /// The service's domain time.
        public var now: Date

        public init(
            learners: Int, activeNow: Int, activeToday: Int, eventsTotal: Int, eventsByMinute: [Int],
            eventsByDay: [Int], states: [String: Int], quarantined: Int, now: Date
        ) {
            self.learners = learners
            self.activeNow = activeNow
            self.activeToday = activeToday
            self.eventsTotal = eventsTotal
            self.eventsByMinute = eventsByMinute
            self.eventsByDay = eventsByDay
            self.states = states
            self.quarantined = quarantined
            self.now = now
        }
    }
}
