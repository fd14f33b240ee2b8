import Contracts
import Foundation

/// When no score is given, and why. Guessing would be worse: a list of people to call is short.
public enum AbstentionRules {
    /// A week of the course: before that, even the best models of the field rank little better than chance
    /// (AUC 0.69).
    public static let tenureDaysMin = 7
    /// Someone who never came in two weeks is known to be absent; before that, one single day says nothing.
    public static let sparseTenureDays = 14
    public static let sparseActiveDaysMin = 2
    /// Where Tracking knows of no data gap, because a source is new: nobody of at least ``gapCohortMin`` learners was
    /// active for so many days: the source is silent, not they.
    public static let gapDays = 3
    public static let gapCohortMin = 20

    /// The reason to abstain, or `nil` when a score can be given.
    public static func reason(
        _ state: EnrollmentState, plan: CoursePlan?, cohort: CohortSummary?, now: Date, gaps: GapDays = .none
    ) -> Abstention? {
        guard state.isEnrolled else { return .notEnrolled }
        guard let plan else { return .tooLittleData }
        let today = EpochDay(of: now)
        if today < plan.startsOn { return .runNotStarted }
        if today > plan.endsOn { return .runEnded }
        let asOf = Features.asOfDay(state, now: now, gaps: gaps)
        let tenure = Features.window(of: state, plan: plan, asOf: asOf, gaps: gaps).tenure
        if tenure < tenureDaysMin { return .tooNew }
        if tenure < sparseTenureDays, state.activeDays(upTo: asOf) < sparseActiveDaysMin {
            return .tooLittleData
        }
        if let cohort, isGap(cohort), !state.wasActive(within: gapDays, upTo: asOf) { return .dataGap }
        return nil
    }

    private static func isGap(_ cohort: CohortSummary) -> Bool {
        cohort.size >= gapCohortMin && cohort.silentDays >= gapDays
    }
}

extension EnrollmentState {
    /// Whether the learner was heard in the `days` days up to `day`: then the source speaks again, whatever
    /// the summary says.
    func wasActive(within days: Int, upTo day: EpochDay) -> Bool {
        lastActiveDay(asOf: day).map { day - $0 < days } ?? false
    }

    /// Days with activity on or before `day`.
    func activeDays(upTo day: EpochDay) -> Int {
        days.partitionPoint { $0.day <= day }
    }
}
