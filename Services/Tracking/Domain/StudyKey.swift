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

    /// The learner alone.
    public var person: LearnerKey { LearnerKey(tenant: tenant, learner: learner) }

    /// The run alone; `nil` outside any run.
    public var run: RunKey? { courseRun.map { RunKey(tenant: tenant, courseRun: $0) } }

    public static func < (left: StudyKey, right: StudyKey) -> Bool {
        (left.tenant, left.learner, left.runColumn) < (right.tenant, right.learner, right.runColumn)
    }
}

/// A learner of a tenant.
public struct LearnerKey: Hashable, Sendable {
    public let tenant: TenantID
    public let learner: LearnerID

    public init(tenant: TenantID, learner: LearnerID) {
        self.tenant = tenant
        self.learner = learner
    }
}

/// A course run of a tenant.
public struct RunKey: Hashable, Sendable, Comparable {
    public let tenant: TenantID
    public let courseRun: CourseRunID

    public init(tenant: TenantID, courseRun: CourseRunID) {
        self.tenant = tenant
        self.courseRun = courseRun
    }

    public static func < (left: RunKey, right: RunKey) -> Bool {
        (left.tenant, left.courseRun) < (right.tenant, right.courseRun)
    }
}
