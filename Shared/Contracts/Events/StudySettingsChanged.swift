import Foundation

/// A learner said in which time zone they live and on which weekdays they mean to study. Said by Tracking, keyed by
/// learner; the newest holds.
public struct StudySettingsChanged: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "StudySettingsChanged"
    public static let version = 1

    public var learner: LearnerID
    /// IANA name, e.g. `Europe/London`; `nil` leaves it to the run.
    public var timeZone: String?
    /// 1 for Monday to 7 for Sunday; empty leaves it to the run.
    public var studyWeekdays: [Int]
    public var changedAt: Date

    public init(learner: LearnerID, timeZone: String? = nil, studyWeekdays: [Int] = [], changedAt: Date) {
        self.learner = learner
        self.timeZone = timeZone
        self.studyWeekdays = studyWeekdays
        self.changedAt = changedAt
    }
}

extension StudySettingsChanged {
    public var key: String { learner.description }
}

/// A learner said when they will not study. Said by Tracking, keyed by learner.
///
/// A pause is known by its begin: another one with the same begin replaces it, and one that ends where it begins takes
/// it back.
public struct LearnerPauseChanged: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "LearnerPauseChanged"
    public static let version = 1

    public var learner: LearnerID
    public var from: Date
    public var until: Date
    public var changedAt: Date

    public init(learner: LearnerID, from: Date, until: Date, changedAt: Date) {
        self.learner = learner
        self.from = from
        self.until = until
        self.changedAt = changedAt
    }
}

extension LearnerPauseChanged {
    public var key: String { learner.description }
}

/// The holidays of a whole tenant; the newest list holds. Said by Tracking.
public struct HolidaysChanged: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "HolidaysChanged"
    public static let version = 1

    public var holidays: [Holiday]

    public init(holidays: [Holiday]) {
        self.holidays = holidays
    }
}

extension HolidaysChanged {
    public var key: String { "holidays" }
}

/// Whole days on which nobody of a tenant is expected to study, in each run's own time zone.
public struct Holiday: Codable, Sendable, Equatable {
    public var title: String
    /// The first day, e.g. `2026-12-24`.
    public var startsOn: String
    /// The last day.
    public var endsOn: String

    public init(title: String, startsOn: String, endsOn: String) {
        self.title = title
        self.startsOn = startsOn
        self.endsOn = endsOn
    }
}
