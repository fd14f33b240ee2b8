import Foundation

/// A learner's own time zone and weekdays.
public enum SetStudySettings {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID
        /// IANA name; `nil` leaves it to the run.
        public var timeZone: String?
        /// 1 for Monday to 7 for Sunday, each once; empty leaves it to the run.
        public var studyWeekdays: [Int]

        public init(learner: LearnerID, timeZone: String? = nil, studyWeekdays: [Int] = []) {
            self.learner = learner
            self.timeZone = timeZone
            self.studyWeekdays = studyWeekdays
        }
    }
}

/// A time in which a learner will not study.
public enum SetPause {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID
        /// By which a pause is known: the same begin again replaces it.
        public var from: Date
        /// At most 366 days after ``from``; the same instant takes the pause back.
        public var until: Date

        public init(learner: LearnerID, from: Date, until: Date) {
            self.learner = learner
            self.from = from
            self.until = until
        }
    }
}

/// What a learner said about studying: zone, weekdays, pauses.
public enum GetStudyPlan {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID

        public init(learner: LearnerID) {
            self.learner = learner
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var learner: LearnerID
        public var timeZone: String?
        public var studyWeekdays: [Int]
        /// By their begin.
        public var pauses: [Pause]

        public init(learner: LearnerID, timeZone: String?, studyWeekdays: [Int], pauses: [Pause]) {
            self.learner = learner
            self.timeZone = timeZone
            self.studyWeekdays = studyWeekdays
            self.pauses = pauses
        }
    }

    public struct Pause: Codable, Sendable, Equatable {
        public var from: Date
        public var until: Date

        public init(from: Date, until: Date) {
            self.from = from
            self.until = until
        }
    }
}

/// The tenant's holidays.
public enum Holidays {
    /// Request of `SetHolidays`, response of `ListHolidays`.
    public struct List: Codable, Sendable, Equatable {
        /// At most 200.
        public var holidays: [Holiday]

        public init(holidays: [Holiday]) {
            self.holidays = holidays
        }
    }
}
