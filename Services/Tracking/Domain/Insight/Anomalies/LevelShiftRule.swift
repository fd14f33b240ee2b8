import Contracts
import Foundation

/// A change point in the learner's weeks: the last ones at another level than those before.
///
/// Weeks are compared by the logarithm of their actions, less the same of the run's median active learner, so that a
/// quiet week of the whole course is no change. All new weeks must lie beyond all old ones (the extreme of Wilcoxon's
/// rank-sum test), their medians apart by so many robust spreads, and by a plain ratio. A fall in weeks of which a
/// pause, a holiday or a data gap took a day is none.
enum LevelShiftRule {
    /// - Parameters:
    ///   - through: The last whole week.
    ///   - usual: Median actions of the run's active learners by week; weeks without one count as they are.
    ///   - days: On which days the learner was expected to study.
    static func finding(
        _ profile: StudyProfile, through: Int, usual: [Int: Double], days: StudyDays = StudyDays(nil)
    ) -> AnomalyFinding? {
        guard let firstDay = profile.days.keys.min() else { return nil }
        let firstNew = through - TrackingLimits.shiftWeeksAfter + 1
        // The week of the first activity is not whole.
        let firstOld = max(UTCWeek.number(ofDay: firstDay) + 1, firstNew - TrackingLimits.shiftWeeksBefore)
        guard firstNew - firstOld >= TrackingLimits.shiftWeeksBeforeMin else { return nil }
        func level(_ week: Int) -> Double {
            log1p(Double(profile.figures(ofWeek: week).actions)) - log1p(usual[week] ?? 0)
        }
        let old = (firstOld..<firstNew).map(level)
        let new = (firstNew...through).map(level)
        // Nothing at all for weeks is silence, which has its own rule.
        guard (firstNew...through).contains(where: { profile.figures(ofWeek: $0).actions > 0 }),
            let oldMiddle = RobustStatistics.median(old), let newMiddle = RobustStatistics.median(new),
            let lowest = old.min(), let highest = old.max(),
            let z = RobustStatistics.zScore(newMiddle, among: old, spreadMin: TrackingLimits.weeklySpreadMin)
        else { return nil }
        let isRise = newMiddle > oldMiddle
        let newDays = UTCWeek.days(of: firstNew).lowerBound..<UTCWeek.days(of: through).upperBound
        guard isRise || !newDays.contains(where: days.isQuiet) else { return nil }
        let ratio = exp(abs(newMiddle - oldMiddle))
        guard new.allSatisfy({ isRise ? $0 > highest : $0 < lowest }), abs(z) >= TrackingLimits.shiftZMin,
            ratio >= TrackingLimits.shiftRatioMin
        else { return nil }
        return finding(profile, weeks: firstNew...through, isRise: isRise, ratio: ratio, z: z)
    }

    private static func finding(
        _ profile: StudyProfile, weeks: ClosedRange<Int>, isRise: Bool, ratio: Double, z: Double
    ) -> AnomalyFinding {
        let start = UTCWeek.start(of: weeks.lowerBound)
        return AnomalyFinding(
            .levelShift, .of(excess: ratio / TrackingLimits.shiftRatioMin), learner: profile.key.learner,
            anchor: "\(isRise ? "rise" : "fall") \(weeks.lowerBound)",
            words: "Since \(InsightWords.day(start)) \(InsightWords.times(ratio)) \(isRise ? "more" : "less") a week "
                + "than in the weeks before, against what others in the course do.",
            evidence: [
                AnomalyFigure("ratio", InsightWords.rounded(isRise ? ratio : 1 / ratio)),
                AnomalyFigure("robustZ", InsightWords.rounded(z)),
                AnomalyFigure("weeks", Double(weeks.count)),
            ], firstAt: start, lastAt: UTCWeek.start(of: weeks.upperBound + 1))
    }
}
