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

    public init(
        id: CourseRunID, title: String, startsAt: Date, endsAt: Date, timeZone: String = "UTC",
        assessments: [PlannedAssessment] = []
    ) {
        self.id = id
        self.title = title
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.timeZone = timeZone
        self.assessments = assessments
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
