import Contracts
import Foundation

/// A day far beyond the learner's own days: the robust z-score of its logarithm (median and MAD; Iglewicz and Hoaglin,
/// How to Detect and Handle Outliers, 1993), and a plain ratio beside it, because few days make a narrow spread.
enum BurstRule {
    /// - Parameter day: The UTC day to judge.
    static func finding(_ profile: StudyProfile, on day: Int) -> AnomalyFinding? {
        guard let actions = profile.days[day], actions >= TrackingLimits.burstActionsMin else { return nil }
        let window = day - TrackingLimits.burstWindowDays..<day
        let before = profile.days.filter { window.contains($0.key) }.map { Double($0.value) }
        guard before.count >= TrackingLimits.burstDaysMin, let median = RobustStatistics.median(before),
            let z = RobustStatistics.zScore(
                log1p(Double(actions)), among: before.map(log1p), spreadMin: TrackingLimits.dailySpreadMin)
        else { return nil }
        let ratio = Double(actions) / max(1, median)
        guard z >= TrackingLimits.burstZMin, ratio >= TrackingLimits.burstRatioMin else { return nil }
        let start = UTCDay.start(of: day)
        return AnomalyFinding(
            .burst, .of(excess: ratio / TrackingLimits.burstRatioMin), learner: profile.key.learner,
            anchor: "\(day)",
            words: "\(Words.count(actions)) actions on \(InsightWords.day(start)), "
                + "\(InsightWords.times(ratio)) the usual day of \(Words.count(Int(median.rounded()))).",
            evidence: [
                AnomalyFigure("actions", Double(actions)), AnomalyFigure("usualActions", median),
                AnomalyFigure("robustZ", InsightWords.rounded(z)),
            ], firstAt: start, lastAt: start.addingTimeInterval(UTCDay.seconds))
    }
}
