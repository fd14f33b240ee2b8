import Contracts
import Foundation

/// What is known of a learner in a run when a decision falls. Read in the transaction that decides.
public struct LearnerSituation: Sendable, Equatable {
    public struct Run: Sendable, Equatable {
        public var title: String
        public var startsAt: Date?
        public var endsAt: Date?
        /// IANA name. The learner's own zone lives with the contact; the run's stands in for it.
        public var timeZone: String
        /// When anybody in the run was last heard; `nil` for never.
        public var lastEventAt: Date?
        public var learners: Int
        public var assessments: [PlannedAssessment]
        /// Sources of the run that are silent, or were until lately.
        public var gaps: [SourceGap]

        public init(
            title: String, startsAt: Date? = nil, endsAt: Date? = nil, timeZone: String = "UTC",
            lastEventAt: Date? = nil, learners: Int = 0, assessments: [PlannedAssessment] = [],
            gaps: [SourceGap] = []
        ) {
            self.title = title
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.timeZone = timeZone
            self.lastEventAt = lastEventAt
            self.learners = learners
            self.assessments = assessments
            self.gaps = gaps
        }
    }

    /// The newest data gap of a source that feeds the run.
    public struct SourceGap: Codable, Sendable, Equatable {
        public var source: SourceID
        public var silentSince: Date
        /// `nil` while the source is silent.
        public var closedAt: Date?

        public init(source: SourceID, silentSince: Date, closedAt: Date? = nil) {
            self.source = source
            self.silentSince = silentSince
            self.closedAt = closedAt
        }
    }

    public var run: Run
    public var status: EnrollmentStatus?
    public var lastActivityAt: Date?
    public var unsubscribedAt: Date?
    /// When an address of the learner was last refused for good.
    public var refusedAt: Date?
    /// The last nudge sent, or withheld for the holdout, in this run.
    public var lastTreatedAt: Date?
    /// Nudges sent, or withheld for the holdout, in the last seven days over all runs and policies.
    public var treatedThisWeek: Int

    public init(
        run: Run, status: EnrollmentStatus? = .enrolled, lastActivityAt: Date? = nil, unsubscribedAt: Date? = nil,
        refusedAt: Date? = nil, lastTreatedAt: Date? = nil, treatedThisWeek: Int = 0
    ) {
        self.run = run
        self.status = status
        self.lastActivityAt = lastActivityAt
        self.unsubscribedAt = unsubscribedAt
        self.refusedAt = refusedAt
        self.lastTreatedAt = lastTreatedAt
        self.treatedThisWeek = treatedThisWeek
    }
}
