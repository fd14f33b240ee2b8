import Foundation

/// A course run was declared or its declaration changed; the newest holds. Said by Tracking, keyed by the run.
public struct CourseRunDefined: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "CourseRunDefined"
    public static let version = 1

    public var courseRun: CourseRunDefinition

    public init(courseRun: CourseRunDefinition) {
        self.courseRun = courseRun
    }
}

extension CourseRunDefined {
    public var key: String { courseRun.id.rawValue }
}

/// One dated offering of a course, with what is planned in it.
public struct CourseRunDefinition: Codable, Sendable, Equatable {
    public var id: CourseRunID
    /// A name to show. 1...200 characters.
    public var title: String
    /// First day, at the start of that day in ``timeZone``.
    public var startsAt: Date
    /// The end of the last day.
    public var endsAt: Date
    /// IANA name, e.g. `Europe/London`.
    public var timeZone: String
    /// At most 500.
    public var assessments: [PlannedAssessment]
    /// The course that this is a run of, where one is declared.
    public var course: CourseID?
    /// The parts of the run in their order, e.g. weeks or chapters. At most 200.
    public var modules: [CourseModule]
    /// What is planned to be done. At most 2,000.
    public var activities: [PlannedActivity]
    /// When nobody is expected to study: holidays, reading weeks. At most 100, none overlapping another.
    public var breaks: [CalendarBreak]
    /// Days of the week on which studying is expected, 1 for Monday to 7 for Sunday; empty for all seven.
    public var studyWeekdays: [Int]

    public init(
        id: CourseRunID, title: String, startsAt: Date, endsAt: Date, timeZone: String = "UTC",
        assessments: [PlannedAssessment] = [], course: CourseID? = nil, modules: [CourseModule] = [],
        activities: [PlannedActivity] = [], breaks: [CalendarBreak] = [], studyWeekdays: [Int] = []
    ) {
        self.id = id
        self.title = title
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.timeZone = timeZone
        self.assessments = assessments
        self.course = course
        self.modules = modules
        self.activities = activities
        self.breaks = breaks
        self.studyWeekdays = studyWeekdays
    }
}

/// A deadline known in advance.
public struct PlannedAssessment: Codable, Sendable, Equatable {
    /// The activity that `submitted` and `marked` events name.
    public var id: ActivityID
    public var title: String
    public var dueAt: Date
    /// Share of the final mark. 0...100.
    public var weight: Double
    public var kind: ActivityKind

    public init(
        id: ActivityID, title: String, dueAt: Date, weight: Double, kind: ActivityKind = .assignment
    ) {
        self.id = id
        self.title = title
        self.dueAt = dueAt
        self.weight = weight
        self.kind = kind
    }
}

/// A part of a course run.
public struct CourseModule: Codable, Sendable, Equatable {
    public var id: ModuleID
    public var title: String

    public init(id: ModuleID, title: String) {
        self.id = id
        self.title = title
    }
}

/// Something that learners of a run are expected to do.
public struct PlannedActivity: Codable, Sendable, Equatable {
    /// The activity that events name.
    public var id: ActivityID
    public var title: String
    public var kind: ActivityKind
    /// The part of the run it belongs to; one of the run's ``CourseRunDefinition/modules``.
    public var module: ModuleID?
    /// By when somebody on pace has done it.
    public var dueAt: Date?
    /// Minutes that it takes. 0...10,000; `nil` when nobody said.
    public var minutes: Double?
    /// Whether the run can be completed without it.
    public var isOptional: Bool
    /// Activities of the run that come before it.
    public var prerequisites: [ActivityID]
    /// What it teaches or asks for.
    public var skills: [SkillID]

    public init(
        id: ActivityID, title: String, kind: ActivityKind = .content, module: ModuleID? = nil, dueAt: Date? = nil,
        minutes: Double? = nil, isOptional: Bool = false, prerequisites: [ActivityID] = [], skills: [SkillID] = []
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.module = module
        self.dueAt = dueAt
        self.minutes = minutes
        self.isOptional = isOptional
        self.prerequisites = prerequisites
        self.skills = skills
    }
}

extension PlannedActivity {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(ActivityID.self, forKey: .id),
            title: try container.decode(String.self, forKey: .title),
            kind: try container.decodeIfPresent(ActivityKind.self, forKey: .kind) ?? .content,
            module: try container.decodeIfPresent(ModuleID.self, forKey: .module),
            dueAt: try container.decodeIfPresent(Date.self, forKey: .dueAt),
            minutes: try container.decodeIfPresent(Double.self, forKey: .minutes),
            isOptional: try container.decodeIfPresent(Bool.self, forKey: .isOptional) ?? false,
            prerequisites: try container.decode([ActivityID].self, forKey: .prerequisites),
            skills: try container.decode([SkillID].self, forKey: .skills))
    }
}

/// Whole days on which nobody is expected to study, in the run's time zone.
public struct CalendarBreak: Codable, Sendable, Equatable {
    public var title: String
    /// The start of the first day.
    public var startsAt: Date
    /// The end of the last day.
    public var endsAt: Date

    public init(title: String, startsAt: Date, endsAt: Date) {
        self.title = title
        self.startsAt = startsAt
        self.endsAt = endsAt
    }
}
