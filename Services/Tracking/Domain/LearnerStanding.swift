import Contracts
import Foundation

/// Where a learner stands in a run at one instant, since when, and when that may change by itself.
///
///     neverStarted ── first activity ──▶ onboarding ── a week and 3 active days over ──▶ active
///                                            │                                            │   ▲
///                                            └───────── 7 days without activity ──────────┤   │ a week
///                                                                                         ▼   │
///         dormant ◀── 21 days without ─────────────────────────────────────────────── slipping│
///            └────────────────────────────── activity ──────────────────────────────────┴─▶ returned
///
/// `withdrawn` and `completed` follow the enrollment and end all of it until the enrollment says otherwise.
/// A pure function of what is known of the enrollment: the same in whatever order events arrived.
public struct LearnerStanding: Sendable, Equatable {
    public let state: LearnerState
    /// When the state began in domain time, not when it was noticed.
    public let since: Date
    /// The next instant at which mere time may change it; `nil` when only an event can.
    public let reviewAt: Date?

    public init(of enrollment: EnrollmentRecord, at now: Date) {
        if let standing = Self.ended(enrollment) ?? Self.idle(enrollment, now) {
            self = standing
        } else {
            self = Self.studying(enrollment, now)
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

    private static func idle(_ enrollment: EnrollmentRecord, _ now: Date) -> LearnerStanding? {
        guard let last = enrollment.lastActivityAt else {
            return LearnerStanding(.neverStarted, since: enrollment.enrolledAt)
        }
        let slippingAt = last.addingTimeInterval(TrackingLimits.slippingAfterSeconds)
        let dormantAt = last.addingTimeInterval(TrackingLimits.dormantAfterSeconds)
        if now.hasReached(dormantAt) { return LearnerStanding(.dormant, since: dormantAt) }
        if now.hasReached(slippingAt) { return LearnerStanding(.slipping, since: slippingAt, reviewAt: dormantAt) }
        return nil
    }

    private static func studying(_ enrollment: EnrollmentRecord, _ now: Date) -> LearnerStanding {
        let first = enrollment.earlyDays.first ?? enrollment.enrolledAt
        let slippingAt = (enrollment.lastActivityAt ?? first)
            .addingTimeInterval(TrackingLimits.slippingAfterSeconds)
        let settledAt = first.addingTimeInterval(TrackingLimits.onboardingSeconds)
        var activeSince = settledAt
        if let streak = enrollment.streakStartedAt, streak > first {
            let overAt = streak.addingTimeInterval(TrackingLimits.returnedSeconds)
            if !now.hasReached(overAt) {
                return LearnerStanding(.returned, since: streak, reviewAt: min(overAt, slippingAt))
            }
            activeSince = max(activeSince, overAt)
        }
        guard enrollment.earlyDays.count > TrackingLimits.onboardingActiveDays else {
            return LearnerStanding(.onboarding, since: first, reviewAt: slippingAt)
        }
        guard now.hasReached(settledAt) else {
            return LearnerStanding(.onboarding, since: first, reviewAt: min(settledAt, slippingAt))
        }
        activeSince = max(activeSince, enrollment.earlyDays[TrackingLimits.onboardingActiveDays])
        return LearnerStanding(.active, since: activeSince, reviewAt: slippingAt)
    }
}

extension Date {
    /// Whole microseconds since 1970: the precision that PostgreSQL keeps.
    var microseconds: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded()) }

    /// Whether it is not before `instant`, as PostgreSQL would say: what was added up may differ in its last bits.
    func hasReached(_ instant: Date) -> Bool { microseconds >= instant.microseconds }
}
