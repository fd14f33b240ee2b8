import Contracts
import Foundation

/// What Tracking knows of one learner in one course run, apart from sessions and days.
///
/// Adding events is commutative: the record depends on which events came, not on their order. What depends
/// on time is set by ``review(at:)`` alone.
public struct EnrollmentRecord: Sendable, Equatable {
    public let tenant: TenantID
    public let learner: LearnerID
    public let courseRun: CourseRunID
    public var status: EnrollmentStatus
    /// When the platform said so; `nil` while the enrollment is only implied by activity.
    public var statusAt: Date?
    public var enrolledAt: Date
    /// Whether the platform said when the learner enrolled.
    public var isEnrollmentDeclared: Bool
    /// First activity on each of the earliest active UTC days, oldest first: one more than onboarding lasts.
    public var earlyDays: [Date]
    public var lastActivityAt: Date?
    /// First activity after the newest pause in which the learner slipped; the first ever without one.
    public var streakStartedAt: Date?
    public var eventCount: Int
    public var engagement: EngagementScore
    public var state: LearnerState
    public var stateSince: Date
    /// When mere time may change the state next.
    public var reviewAt: Date?

    public init(
        tenant: TenantID, learner: LearnerID, courseRun: CourseRunID, status: EnrollmentStatus,
        statusAt: Date?,
        enrolledAt: Date, isEnrollmentDeclared: Bool, earlyDays: [Date], lastActivityAt: Date?,
        streakStartedAt: Date?, eventCount: Int, engagement: EngagementScore, state: LearnerState,
        stateSince: Date, reviewAt: Date?
    ) {
        self.tenant = tenant
        self.learner = learner
        self.courseRun = courseRun
        self.status = status
        self.statusAt = statusAt
        self.enrolledAt = enrolledAt
        self.isEnrollmentDeclared = isEnrollmentDeclared
        self.earlyDays = earlyDays
        self.lastActivityAt = lastActivityAt
        self.streakStartedAt = streakStartedAt
        self.eventCount = eventCount
        self.engagement = engagement
        self.state = state
        self.stateSince = stateSince
        self.reviewAt = reviewAt
    }

    /// An enrollment that is implied by a first event.
    public init(impliedBy event: LearningEventRecorded, in courseRun: CourseRunID, tenant: TenantID) {
        self.init(
            tenant: tenant, learner: event.learner, courseRun: courseRun, status: .enrolled, statusAt: nil,
            enrolledAt: event.occurredAt, isEnrollmentDeclared: false, earlyDays: [], lastActivityAt: nil,
            streakStartedAt: nil, eventCount: 0, engagement: .none, state: .neverStarted,
            stateSince: event.occurredAt, reviewAt: nil)
    }

    /// Takes in one event of this enrollment. ``settle(days:)`` must follow after the last one.
    public mutating func add(_ event: LearningEventRecorded) {
        eventCount += 1
        addEnrollment(event)
        if let said = event.enrollmentStatus { addStatus(said, at: event.occurredAt) }
        guard event.verb.isLearnerActivity else { return }
        lastActivityAt = max(lastActivityAt ?? event.occurredAt, event.occurredAt)
        addEarlyDay(event.occurredAt)
    }

    /// Works out what depends on the days of activity.
    ///
    /// - Parameter days: All days with activity that lie in the window of ``EngagementScore`` before the
    ///   newest one.
    public mutating func settle(days: [DayActivity], calendar: StudyCalendar = .everyDay) {
        engagement = EngagementScore(days: days)
        streakStartedAt = streakStart(days.sorted { $0.day < $1.day }, calendar)
    }

    /// What a record's ``reviewAt`` is while its calendar has changed, or nobody has looked yet: due, and to be settled
    /// anew before it is reviewed.
    public static let unsettled = TrackingLimits.earliestOccurredAt

    /// Sets the state that holds at `now` and returns what changed, if anything did.
    public mutating func review(
        at now: Date, calendar: StudyCalendar = .everyDay, isNew: Bool = false
    ) -> StateChange? {
        let standing = LearnerStanding(of: self, at: now, calendar: calendar)
        let before = state
        state = standing.state
        stateSince = standing.since
        reviewAt = standing.reviewAt
        guard isNew || before != state else { return nil }
        return StateChange(from: isNew ? nil : before, to: state, changedAt: stateSince)
    }

    public struct StateChange: Sendable, Equatable {
        public let from: LearnerState?
        public let to: LearnerState
        public let changedAt: Date
    }

    // MARK: - Private parts

    /// The platform's word wins over what activity implies; of several words, the earliest.
    private mutating func addEnrollment(_ event: LearningEventRecorded) {
        if event.verb == .enrolled {
            enrolledAt = isEnrollmentDeclared ? min(enrolledAt, event.occurredAt) : event.occurredAt
            isEnrollmentDeclared = true
        } else if !isEnrollmentDeclared {
            enrolledAt = min(enrolledAt, event.occurredAt)
        }
    }

    /// The latest word of the platform holds; of two for one instant, the one that ends more.
    private mutating func addStatus(_ said: EnrollmentStatus, at instant: Date) {
        if let statusAt, (statusAt, status.rank) >= (instant, said.rank) { return }
        status = said
        statusAt = instant
    }

    private mutating func addEarlyDay(_ instant: Date) {
        let day = UTCDay.number(of: instant)
        if let index = earlyDays.firstIndex(where: { UTCDay.number(of: $0) == day }) {
            earlyDays[index] = min(earlyDays[index], instant)
        } else {
            earlyDays.append(instant)
            earlyDays.sort()
            if earlyDays.count > TrackingLimits.onboardingActiveDays + 1 { earlyDays.removeLast() }
        }
    }

    private func streakStart(_ days: [DayActivity], _ calendar: StudyCalendar) -> Date? {
        guard let newest = days.last?.day else { return streakStartedAt }
        let edge = newest - EngagementScore.windowDays
        let recent = days.filter { $0.day > edge }
        guard let oldest = recent.first, var start = earlyDays.first else { return streakStartedAt }
        func slipped(from last: Date, until next: Date) -> Bool {
            calendar.slippingAt(after: last).map { next > $0 } ?? false
        }
        // What lies before the window is not at hand. When the window begins with a pause this long, that
        // was a slip; when it does not, the streak is older than anything that asks for it.
        if start < oldest.firstAt, slipped(from: UTCDay.start(of: edge + 1), until: oldest.firstAt) {
            start = oldest.firstAt
        }
        for (day, next) in zip(recent, recent.dropFirst()) where slipped(from: day.lastAt, until: next.firstAt) {
            start = next.firstAt
        }
        return start
    }
}

extension EnrollmentStatus {
    fileprivate var rank: Int {
        switch self {
        case .enrolled: 0
        case .withdrawn: 1
        case .completed: 2
        }
    }
}

extension LearningEventRecorded {
    /// What the event says about the enrollment itself; `nil` for everything else.
    ///
    /// `completed` completes the run only when it names no other activity than the run.
    public var enrollmentStatus: EnrollmentStatus? {
        guard let courseRun else { return nil }
        return switch verb {
        case .enrolled: .enrolled
        case .unenrolled: .withdrawn
        case .completed where activity == nil || activity?.id.rawValue == courseRun.rawValue: .completed
        default: nil
        }
    }

    /// Single actions that the event stands for.
    public var actions: Int { result?.count ?? 1 }
}
