import Foundation

/// Declares a course run, or replaces its declaration.
public enum SetCourseRun {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunDefinition
        /// The revision that this change is based on, 0 for none yet; a run with another one is left as it is. `nil` to
        /// replace whatever is there.
        public var revision: Int?

        public init(courseRun: CourseRunDefinition, revision: Int? = nil) {
            self.courseRun = courseRun
            self.revision = revision
        }
    }
}

/// What a declaration is now.
public struct DeclaredRevision: Codable, Sendable, Equatable {
    /// Counts the changes: 1 for the first declaration. Unchanged when the same was declared again.
    public var revision: Int

    public init(revision: Int) {
        self.revision = revision
    }
}

/// One course run with all that is known of it.
public enum GetCourseRun {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID

        public init(courseRun: CourseRunID) {
            self.courseRun = courseRun
        }
    }
}

/// Course runs, newest first: those that somebody declared, and those that only events name.
public enum ListCourseRuns {
    public struct Request: Codable, Sendable, Equatable {
        /// Only runs of this course.
        public var course: CourseID?
        /// Only declared runs (`false`), or only those that nobody declared (`true`); `nil` for both.
        public var isInferred: Bool?
        /// Without a size an answer holds ``PageRequest/sizeMax`` rows: an institution has few runs.
        public var page: PageRequest

        public init(course: CourseID? = nil, isInferred: Bool? = nil, page: PageRequest = PageRequest()) {
            self.course = course
            self.isInferred = isInferred
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// Without their modules and activities, which are counted.
        public var courseRuns: [KnownCourseRun]
        public var nextPageToken: String

        public init(courseRuns: [KnownCourseRun], nextPageToken: String) {
            self.courseRuns = courseRuns
            self.nextPageToken = nextPageToken
        }
    }
}

/// A course run as it is known. In JSON, the members of its definition stand beside the others, so that what was read
/// can be changed and sent back.
public struct KnownCourseRun: Codable, Sendable, Equatable {
    /// What was declared. Of an inferred run: its id as title, from the first event to the last one in UTC.
    public var definition: CourseRunDefinition
    /// Nobody declared it; events name it.
    public var isInferred: Bool
    /// Counts the changes of the declaration; 0 for an inferred run.
    public var revision: Int
    public var moduleCount: Int
    /// Declared activities.
    public var activityCount: Int
    /// `nil` while no event names it.
    public var seen: Sightings?

    public init(
        definition: CourseRunDefinition, isInferred: Bool, revision: Int, moduleCount: Int, activityCount: Int,
        seen: Sightings? = nil
    ) {
        self.definition = definition
        self.isInferred = isInferred
        self.revision = revision
        self.moduleCount = moduleCount
        self.activityCount = activityCount
        self.seen = seen
    }

    private enum CodingKeys: String, CodingKey {
        case isInferred, revision, moduleCount, activityCount, seen
    }

    public init(from decoder: any Decoder) throws {
        definition = try CourseRunDefinition(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isInferred = try container.decode(Bool.self, forKey: .isInferred)
        revision = try container.decode(Int.self, forKey: .revision)
        moduleCount = try container.decode(Int.self, forKey: .moduleCount)
        activityCount = try container.decode(Int.self, forKey: .activityCount)
        seen = try container.decodeIfPresent(Sightings.self, forKey: .seen)
    }

    public func encode(to encoder: any Encoder) throws {
        try definition.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isInferred, forKey: .isInferred)
        try container.encode(revision, forKey: .revision)
        try container.encode(moduleCount, forKey: .moduleCount)
        try container.encode(activityCount, forKey: .activityCount)
        try container.encodeIfPresent(seen, forKey: .seen)
    }
}

/// When and how often events named something.
public struct Sightings: Codable, Sendable, Equatable {
    /// When the earliest of the events happened.
    public var firstAt: Date
    public var lastAt: Date
    public var eventCount: Int

    public init(firstAt: Date, lastAt: Date, eventCount: Int) {
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.eventCount = eventCount
    }
}

/// Changes only when a run takes place: its days and its breaks.
public enum SetCourseCalendar {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID
        /// `nil` leaves it as it is; so do the next three.
        public var startsAt: Date?
        public var endsAt: Date?
        /// IANA name.
        public var timeZone: String?
        /// 1 for Monday to 7 for Sunday; empty for all seven.
        public var studyWeekdays: [Int]?
        /// All breaks of the run; those that are not among them are gone. `nil` leaves them.
        public var breaks: [CalendarBreak]?
        /// As in ``SetCourseRun/Request/revision``.
        public var revision: Int?

        public init(
            courseRun: CourseRunID, startsAt: Date? = nil, endsAt: Date? = nil, timeZone: String? = nil,
            studyWeekdays: [Int]? = nil, breaks: [CalendarBreak]? = nil, revision: Int? = nil
        ) {
            self.courseRun = courseRun
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.timeZone = timeZone
            self.studyWeekdays = studyWeekdays
            self.breaks = breaks
            self.revision = revision
        }
    }
}
