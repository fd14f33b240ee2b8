import Foundation

/// Says who joined or left which course run. Each becomes an event of the log with an id that is derived from what it
/// says, so that the same said again is a duplicate; the answer is that of ``RecordEvents``, a receipt an enrollment.
public enum SetEnrollments {
    /// As many as events in one batch, for the same reason.
    public static let enrollmentsMax = RecordEvents.eventsMax

    public struct Request: Codable, Sendable, Equatable {
        /// The source of all enrollments that name none; `api` when this is absent, too.
        public var source: SourceID?
        /// History brought in later: it updates state and sends nothing.
        public var backfill: Bool?
        /// 1...``enrollmentsMax``.
        public var enrollments: [EnrollmentDraft]

        public init(source: SourceID? = nil, backfill: Bool? = nil, enrollments: [EnrollmentDraft]) {
            self.source = source
            self.backfill = backfill
            self.enrollments = enrollments
        }
    }
}

/// A change of one enrollment as a sender writes it.
public struct EnrollmentDraft: Codable, Sendable, Equatable {
    public var source: SourceID?
    public var learner: ExternalLearnerID
    public var courseRun: CourseRunID
    public var status: EnrollmentStatus
    /// Since when it holds.
    public var changedAt: Date

    public init(
        source: SourceID? = nil, learner: ExternalLearnerID, courseRun: CourseRunID, status: EnrollmentStatus,
        changedAt: Date
    ) {
        self.source = source
        self.learner = learner
        self.courseRun = courseRun
        self.status = status
        self.changedAt = changedAt
    }
}
