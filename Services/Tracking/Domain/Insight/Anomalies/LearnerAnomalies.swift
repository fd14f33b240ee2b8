import Contracts
import Foundation

/// What can be unusual in one learner's study of one run, and when to look.
public enum LearnerAnomalies {
    /// What the events just taken in show by themselves.
    public static func found(in trail: StudyTrail) -> [AnomalyFinding] {
        let profile = trail.profile
        var findings = trail.touchedDays.sorted().compactMap { BurstRule.finding(profile, on: $0) }
        if let speed = SpeedRule.finding(trail.newest, learner: profile.key.learner) { findings.append(speed) }
        if trail.hasQuickAnswer, let newest = profile.lastActivityAt,
            let quick = QuickAnswerRule.finding(profile, newest: newest)
        {
            findings.append(quick)
        }
        return findings
    }

    /// What only time shows.
    ///
    /// - Parameters:
    ///   - days: On which days the learner was expected to study.
    ///   - usual: Median actions of the run's active learners, by week.
    ///   - now: Never later than what is known of the learner.
    public static func due(
        _ profile: StudyProfile, days: StudyDays, usual: [Int: Double], at now: Date
    ) -> [AnomalyFinding] {
        [
            SilenceRule(profile, days: days)?.finding(at: now),
            LevelShiftRule.finding(profile, through: UTCWeek.number(of: now) - 1, usual: usual, days: days),
        ].compactMap(\.self)
    }

    /// When ``due(_:days:usual:at:)`` may have more to say than at `now`; `nil` when only an event can change that.
    ///
    /// - Parameter days: Without breaks it is never too late, and a look too early finds nothing.
    public static func reviewAt(_ profile: StudyProfile, days: StudyDays, after now: Date) -> Date? {
        guard let last = profile.lastActivityAt else { return nil }
        let weekEnd = UTCWeek.start(of: UTCWeek.number(of: now) + 1)
        let newWeeks = Double(7 * TrackingLimits.shiftWeeksAfter) * UTCDay.seconds
        // Once the weeks that a shift would be seen in hold nothing, a look at their end shows nothing either.
        let shift = weekEnd.timeIntervalSince(last) <= newWeeks ? weekEnd : nil
        let silence = SilenceRule(profile, days: days)?.dueAt.flatMap { $0 > now ? $0 : nil }
        return [shift, silence].compactMap(\.self).min()
    }
}
