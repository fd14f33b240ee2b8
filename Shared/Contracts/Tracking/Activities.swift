import Foundation

/// Adds activities and modules to a declared run, changes those that are there, removes some; leaves all others. So a
/// large run can be declared in pages.
public enum SetActivities {
    /// What one request may hold of each, in entries.
    public static let pageMax = 500

    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID
        /// Each takes the place of the module with its id, or comes after the others.
        public var modules: [CourseModule]
        /// Each takes the place of the activity with its id, or comes after the others. Prerequisites must be in the
        /// run already, or on the same page.
        public var activities: [PlannedActivity]
        /// Activities that are planned no more.
        public var removed: [ActivityID]
        /// As in ``SetCourseRun/Request/revision``.
        public var revision: Int?

        public init(
            courseRun: CourseRunID, modules: [CourseModule] = [], activities: [PlannedActivity] = [],
            removed: [ActivityID] = [], revision: Int? = nil
        ) {
            self.courseRun = courseRun
            self.modules = modules
            self.activities = activities
            self.removed = removed
            self.revision = revision
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var revision: Int
        /// How many activities the run has now.
        public var activityCount: Int

        public init(revision: Int, activityCount: Int) {
            self.revision = revision
            self.activityCount = activityCount
        }
    }
}

/// Activities of a run by id: those declared, its assessments among them, and those that only events name.
public enum ListActivities {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID
        /// Only declared ones (`false`), or only those that nobody declared (`true`); `nil` for both.
        public var isInferred: Bool?
        public var page: PageRequest

        public init(courseRun: CourseRunID, isInferred: Bool? = nil, page: PageRequest = PageRequest()) {
            self.courseRun = courseRun
            self.isInferred = isInferred
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var activities: [KnownActivity]
        public var nextPageToken: String

        public init(activities: [KnownActivity], nextPageToken: String) {
            self.activities = activities
            self.nextPageToken = nextPageToken
        }
    }
}

/// An activity as it is known. In JSON, the members of its plan stand beside the others.
public struct KnownActivity: Codable, Sendable, Equatable {
    /// What was declared. Of an inferred activity: its id, as title cut to 200 characters, and the kind that events
    /// gave it.
    public var plan: PlannedActivity
    /// Nobody declared it; events name it.
    public var isInferred: Bool
    /// `nil` while no event names it.
    public var seen: Sightings?

    public init(plan: PlannedActivity, isInferred: Bool, seen: Sightings? = nil) {
        self.plan = plan
        self.isInferred = isInferred
        self.seen = seen
    }

    private enum CodingKeys: String, CodingKey {
        case isInferred, seen
    }

    public init(from decoder: any Decoder) throws {
        plan = try PlannedActivity(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isInferred = try container.decode(Bool.self, forKey: .isInferred)
        seen = try container.decodeIfPresent(Sightings.self, forKey: .seen)
    }

    public func encode(to encoder: any Encoder) throws {
        try plan.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isInferred, forKey: .isInferred)
        try container.encodeIfPresent(seen, forKey: .seen)
    }
}
