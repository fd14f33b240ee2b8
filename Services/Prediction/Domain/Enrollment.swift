import Contracts
import Foundation

/// A learner in a course run of a tenant.
public struct EnrollmentKey: Hashable, Comparable, Sendable {
    public let tenant: TenantID
    public let courseRun: CourseRunID
    public let learner: LearnerID

    public init(tenant: TenantID, courseRun: CourseRunID, learner: LearnerID) {
        self.tenant = tenant
        self.courseRun = courseRun
        self.learner = learner
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.tenant, left.courseRun, left.learner) < (right.tenant, right.courseRun, right.learner)
    }
}

/// One enrollment: what is known of it and what stands about its risk.
public struct Enrollment: Sendable, Hashable {
    public let key: EnrollmentKey
    public var state: EnrollmentState
    public var risk: StandingRisk
    /// States of learners who are the same person; they count, and are not part of what is kept of this enrollment.
    public var joined: [EnrollmentState] = []
    /// What the standing score was computed from; `nil` while the model abstains.
    public var vector: FeatureVector?
    /// The model that gave the standing score.
    public var model: String?

    /// What the person did under any id.
    public var studied: EnrollmentState { joined.reduce(state) { $0.joined(with: $1) } }

    public init(
        key: EnrollmentKey, state: EnrollmentState = EnrollmentState(), risk: StandingRisk = StandingRisk(),
        vector: FeatureVector? = nil, model: String? = nil
    ) {
        self.key = key
        self.state = state
        self.risk = risk
        self.vector = vector
        self.model = model
    }
}

/// What scoring needs of a course run.
public struct CourseRunContext: Sendable, Hashable {
    public let plan: CoursePlan
    public let cohort: CohortSummary?
    /// When sources that feed the run were silent.
    public let gaps: [DataGapSpan]

    public init(plan: CoursePlan, cohort: CohortSummary?, gaps: [DataGapSpan] = []) {
        self.plan = plan
        self.cohort = cohort
        self.gaps = gaps
    }
}
