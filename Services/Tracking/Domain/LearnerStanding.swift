import Contracts
import Foundation

/// Where a learner stands in a run at one instant, since when, and when that may change by itself.
///
///     neverStarted ── first activity ──▶ onboarding ── a week and 3 active days over ──▶ active
///                                            │                                            │   ▲
///                                            └──── a study week without activity ─────────┤   │ a week
///                                                                                         ▼   │
///         dormant ◀── three study weeks without ───────────────────────────────────── slipping│
///            └────────────────────────────── activity ──────────────────────────────────┴─▶ returned
///
/// `withdrawn` and `completed` follow the enrollment and end all of it until the enrollment says otherwise. Inactivity
/// is counted in expected time alone: see ``StudyCalendar``. A pure function of what is known of the enrollment and its
/// calendar: the same in whatever order events arrived. docs/lifecycle.md has each edge.
public struct LearnerStanding: Sendable, Equatable {
    public let state: LearnerState
    /// When the state began in domain time, not when it was noticed.
    public let since: Date
    /// The next instant at which mere time may change it; `nil` when only an event or another calendar can.
    public let reviewAt: Date?

    public init(of enrollment: EnrollmentRecord, at now: Date, calendar: StudyCalendar = .everyDay) {
        if let standing = Self.ended(enrollment) ?? Self.idle(enrollment, now, calendar) {
            self = standing
        } else {
            self = Self.studying(enrollment, now, calendar)
        }
    }

    private init(_ state: LearnerState, since: Date, reviewAt: Date? = nil) {
        self.state = state
        self.since = since
        self.reviewAt = reviewAt
    }

    private static func ended(_ enrollment: EnrollmentRecord) -> LearnerStanding? {
        let since = enrollment.statusAt ?? enrollment.enrolledAt
        return switch enrollment.status {
        case .completed: LearnerStanding(.completed, since: since)
        case .withdrawn: LearnerStanding(.withdrawn, since: since)
        case .enrolled: nil
        }
    }

    private static func idle(
        _ enrollment: EnrollmentRecord, _ now: Date, _ calendar: StudyCalendar
    ) -> LearnerStanding? {
        guard let last = enrollment.lastActivityAt else {
            return LearnerStanding(.neverStarted, since: enrollment.enrolledAt)
        }
        guard let slippingAt = calendar.slippingAt(after: last), now.hasReached(slippingAt) else { return nil }
        guard let dormantAt = calendar.dormantAt(after: last) else {
            return LearnerStanding(.slipping, since: slippingAt)
        }
        guard now.hasReached(dormantAt) else {
            return LearnerStanding(.slipping, since: slippingAt, reviewAt: dormantAt)
        }
        return LearnerStanding(.dormant, since: dormantAt)
    }

    private static func studying(
        _ enrollment: EnrollmentRecord, _ now: Date, _ calendar: StudyCalendar
    ) -> LearnerStanding {
        let first = enrollment.earlyDays.first ?? enrollment.enrolledAt
        let slippingAt = calendar.slippingAt(after: enrollment.lastActivityAt ?? first)
        func review(_ instant: Date? = nil) -> Date? { [instant, slippingAt].compactMap(\.self).min() }
        let settledAt = first.addingTimeInterval(TrackingLimits.onboardingSeconds)
        var activeSince = settledAt
        if let streak = enrollment.streakStartedAt, streak > first {
            let overAt = streak.addingTimeInterval(TrackingLimits.returnedSeconds)
            if !now.hasReached(overAt) {
                return LearnerStanding(.returned, since: streak, reviewAt: review(overAt))
            }
            activeSince = max(activeSince, overAt)
        }
        guard enrollment.earlyDays.count > TrackingLimits.onboardingActiveDays else {
            return LearnerStanding(.onboarding, since: first, reviewAt: review())
        }
        guard now.hasReached(settledAt) else {
            return LearnerStanding(.onboarding, since: first, reviewAt: review(settledAt))
        }
        activeSince = max(activeSince, enrollment.earlyDays[TrackingLimits.onboardingActiveDays])
        return LearnerStanding(.active, since: activeSince, reviewAt: review())
    }
}

extension StudyCalendar {
    /// When somebody whose last activity was at `last` begins to slip: a study week of expected time later.
    func slippingAt(after last: Date) -> Date? {
        instant(after: weekSeconds * TrackingLimits.slippingAfterWeeks, from: last)
    }

    /// When somebody whose last activity was at `last` is dormant.
    func dormantAt(after last: Date) -> Date? {
        instant(after: weekSeconds * TrackingLimits.dormantAfterWeeks, from: last)
    }
}

extension Date {
    /// Whole microseconds since 1970: the precision that PostgreSQL keeps.
    var microseconds: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded()) }

    init(microseconds: Int64) { self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    /// Whether it is not before `instant`, as PostgreSQL would say: what was added up may differ in its last bits.
    func hasReached(_ instant: Date) -> Bool { microseconds >= instant.microseconds }
}
