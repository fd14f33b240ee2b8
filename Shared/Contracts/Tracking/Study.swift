import Foundation

/// Sessions of one learner, and time on task by day and kind of activity.
public enum GetSessions {
    /// Sessions in one answer.
    public static let sessionsMax = 500

    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID
        /// Only this run; `nil` for all.
        public var courseRun: CourseRunID?
        /// Only what began at or after this; 90 days before now when absent.
        public var since: Date?

        public init(learner: LearnerID, courseRun: CourseRunID? = nil, since: Date? = nil) {
            self.learner = learner
            self.courseRun = courseRun
            self.since = since
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// Newest first, at most ``sessionsMax``.
        public var sessions: [LearningSession]
        /// By UTC day, then kind.
        public var times: [StudyTime]

        public init(sessions: [LearningSession], times: [StudyTime]) {
            self.sessions = sessions
            self.times = times
        }
    }
}

/// Time on task of one UTC day with one kind of activity.
public struct StudyTime: Codable, Sendable, Equatable {
    /// The start of the day.
    public var day: Date
    public var kind: ActivityKind
    public var seconds: Double

    public init(day: Date, kind: ActivityKind, seconds: Double) {
        self.day = day
        self.kind = kind
        self.seconds = seconds
    }
}

/// Days in a row, in the learner's own days.
public enum GetStreak {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID

        public init(learner: LearnerID) {
            self.learner = learner
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var learner: LearnerID
        /// In which days are counted: the learner's own, else that of the run with the newest activity, else UTC.
        public var timeZone: String
        /// Active days of the streak that goes on; 0 for none.
        public var current: Int
        public var longest: Int
        /// Freezes that can still be used.
        public var freezes: Int
        /// Missed days of the current streak that a freeze was used for, like `2026-11-26`, oldest first.
        public var frozenDays: [String]
        /// The first day of the current streak.
        public var startedOn: String?
        public var isActiveToday: Bool

        public init(
            learner: LearnerID, timeZone: String, current: Int, longest: Int, freezes: Int, frozenDays: [String],
            startedOn: String?, isActiveToday: Bool
        ) {
            self.learner = learner
            self.timeZone = timeZone
            self.current = current
            self.longest = longest
            self.freezes = freezes
            self.frozenDays = frozenDays
            self.startedOn = startedOn
            self.isActiveToday = isActiveToday
        }
    }
}

/// When in the week a run's learners, or one of them, are active.
public enum GetHeatmap {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID
        /// Only this learner; `nil` for all.
        public var learner: LearnerID?
        /// 12 weeks before ``until`` when absent; at most 53 weeks before it.
        public var from: Date?
        /// Now when absent.
        public var until: Date?

        public init(courseRun: CourseRunID, learner: LearnerID? = nil, from: Date? = nil, until: Date? = nil) {
            self.courseRun = courseRun
            self.learner = learner
            self.from = from
            self.until = until
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// The run's; UTC where it is not declared.
        public var timeZone: String
        /// Cut to quarters of an hour.
        public var from: Date
        public var until: Date
        /// Events by weekday, Monday first, and hour, as clocks in ``timeZone`` showed it: 7 times 24.
        public var week: [[Int]]

        public init(timeZone: String, from: Date, until: Date, week: [[Int]]) {
            self.timeZone = timeZone
            self.from = from
            self.until = until
            self.week = week
        }
    }
}

/// A run at a glance.
public enum GetCourseRunOverview {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID

        public init(courseRun: CourseRunID) {
            self.courseRun = courseRun
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID
        public var learners: Int
        /// Enrollments by lifecycle state (the state's name as key).
        public var states: [String: Int]
        /// Learners with an event in the last 24 hours.
        public var activeToday: Int
        /// Learners with an event in the last 7 days.
        public var activeWeek: Int
        /// Events of each of the last 42 UTC days, oldest first.
        public var eventsByDay: [Int]
        /// Of learners who are neither withdrawn nor through; absent when there are none.
        public var engagement: Quartiles?
        /// Completed, of those who did not withdraw: 0 to 1; absent when there are none.
        public var completion: Double?
        /// Seconds of time on task of the newest 10,000 sessions of more than one event; absent when there are none.
        public var sessionSeconds: Quartiles?
        public var now: Date

        public init(
            courseRun: CourseRunID, learners: Int, states: [String: Int], activeToday: Int, activeWeek: Int,
            eventsByDay: [Int], engagement: Quartiles?, completion: Double?, sessionSeconds: Quartiles?, now: Date
        ) {
            self.courseRun = courseRun
            self.learners = learners
            self.states = states
            self.activeToday = activeToday
            self.activeWeek = activeWeek
            self.eventsByDay = eventsByDay
            self.engagement = engagement
            self.completion = completion
            self.sessionSeconds = sessionSeconds
            self.now = now
        }
    }

    /// Where a quarter, a half, three quarters and nine tenths lie below.
    public struct Quartiles: Codable, Sendable, Equatable {
        public var count: Int
        public var lower: Double
        public var median: Double
        public var upper: Double
        public var ninth: Double

        public init(count: Int, lower: Double, median: Double, upper: Double, ninth: Double) {
            self.count = count
            self.lower = lower
            self.median = median
            self.upper = upper
            self.ninth = ninth
        }
    }
}
