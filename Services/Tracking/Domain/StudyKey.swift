import Contracts

/// Whose study is meant, and in which run: the unit of sessions, days and enrollments.
public struct StudyKey: Hashable, Sendable, Comparable {
    public let tenant: TenantID
    public let learner: LearnerID
    /// `nil` for what a learner does outside any run.
    public let courseRun: CourseRunID?

    public init(tenant: TenantID, learner: LearnerID, courseRun: CourseRunID?) {
        self.tenant = tenant
        self.learner = learner
        self.courseRun = courseRun
    }

    /// As keys of tables have it: empty for no run.
    public var runColumn: String { courseRun?.rawValue ?? "" }

    public static func < (left: StudyKey, right: StudyKey) -> Bool {
        (left.tenant, left.learner, left.runColumn) < (right.tenant, right.learner, right.runColumn)
    }
}
