import Foundation

/// Declares a course, or replaces its declaration.
public enum SetCourse {
    public struct Request: Codable, Sendable, Equatable {
        public var course: CourseDefinition
        /// As in ``SetCourseRun/Request/revision``.
        public var revision: Int?

        public init(course: CourseDefinition, revision: Int? = nil) {
            self.course = course
            self.revision = revision
        }
    }
}

/// One course with all that is known of it.
public enum GetCourse {
    public struct Request: Codable, Sendable, Equatable {
        public var course: CourseID

        public init(course: CourseID) {
            self.course = course
        }
    }
}

/// Courses by id: those that somebody declared, and those that only declarations of runs name.
public enum ListCourses {
    public struct Request: Codable, Sendable, Equatable {
        public var page: PageRequest

        public init(page: PageRequest = PageRequest()) {
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var courses: [KnownCourse]
        public var nextPageToken: String

        public init(courses: [KnownCourse], nextPageToken: String) {
            self.courses = courses
            self.nextPageToken = nextPageToken
        }
    }
}

/// A course as it is known. In JSON, the members of its definition stand beside the others.
public struct KnownCourse: Codable, Sendable, Equatable {
    /// What was declared. Of an inferred course: its id as title.
    public var definition: CourseDefinition
    /// Nobody declared it; runs say that they are of it.
    public var isInferred: Bool
    /// Counts the changes of the declaration; 0 for an inferred course.
    public var revision: Int
    /// Declared runs of it.
    public var courseRunCount: Int
    /// Events of its runs; `nil` while there are none.
    public var seen: Sightings?

    public init(
        definition: CourseDefinition, isInferred: Bool, revision: Int, courseRunCount: Int, seen: Sightings? = nil
    ) {
        self.definition = definition
        self.isInferred = isInferred
        self.revision = revision
        self.courseRunCount = courseRunCount
        self.seen = seen
    }

    private enum CodingKeys: String, CodingKey {
        case isInferred, revision, courseRunCount, seen
    }

    public init(from decoder: any Decoder) throws {
        definition = try CourseDefinition(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isInferred = try container.decode(Bool.self, forKey: .isInferred)
        revision = try container.decode(Int.self, forKey: .revision)
        courseRunCount = try container.decode(Int.self, forKey: .courseRunCount)
        seen = try container.decodeIfPresent(Sightings.self, forKey: .seen)
    }

    public func encode(to encoder: any Encoder) throws {
        try definition.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isInferred, forKey: .isInferred)
        try container.encode(revision, forKey: .revision)
        try container.encode(courseRunCount, forKey: .courseRunCount)
        try container.encodeIfPresent(seen, forKey: .seen)
    }
}
