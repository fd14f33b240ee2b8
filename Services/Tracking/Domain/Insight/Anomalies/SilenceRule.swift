import Contracts
import Foundation

/// Silence that the learner's own habits do not explain.
///
/// Of the n study days before the last active one the learner was active on k. With a Beta(½, ½) prior the chance of d
/// more study days without any is (the posterior predictive of a Bernoulli rate)
///
///     P(d) = Π i in 0..<d  (n - k + ½ + i) ÷ (n + 1 + i)
///
/// People are active in streaks, so the chance alone would cry too often: the silence must also be twice the longest
/// pause that the learner ever made in those weeks.
public struct SilenceRule: Sendable {
    let profile: StudyProfile
    let days: StudyDays
    /// In the calendar of ``days``, as all days of this rule.
    let lastDay: Int
    let activeDays: Int
    let studyDays: Int
    let longestGap: Int

    /// - Returns: `nil` for a learner whose habits are not known, or who has none.
    public init?(_ profile: StudyProfile, days: StudyDays) {
        guard let last = profile.lastActivityAt, let newest = profile.days.keys.max() else { return nil }
        // A day's activity is kept by the day in UTC; in the run's zone the last may be the day before or after.
        lastDay = days.number(of: last)
        let window = newest - TrackingLimits.silenceWindowDays..<newest
        let active = profile.days.keys.filter { window.contains($0) }.sorted()
        guard let first = active.first else { return nil }
        studyDays = days.count(in: first..<newest)
        activeDays = active.count { days.isStudyDay($0) }
        longestGap = zip(active, active.dropFirst() + [newest]).map { days.count(in: $0 + 1..<$1) }.max() ?? 0
        self.profile = profile
        self.days = days
        guard studyDays >= TrackingLimits.silenceStudyDaysMin,
            Double(activeDays) >= TrackingLimits.silenceActiveShareMin * Double(studyDays)
        else { return nil }
    }

    /// Probability of so many study days without activity.
    func chance(_ silentDays: Int) -> Double {
        var chance = 1.0
        for number in 0..<max(0, silentDays) {
            let silent = Double(studyDays - activeDays + number) + 0.5
            chance *= silent / Double(studyDays + 1 + number)
        }
        return chance
    }

    /// Study days without activity after which it is said; `nil` when habits are too loose for that.
    var daysWanted: Int? {
        let least = max(
            TrackingLimits.silenceDaysMin, Int((TrackingLimits.silenceGapFactor * Double(longestGap)).rounded(.up)))
        return (0...TrackingLimits.silenceDaysMax).first {
            $0 >= least && chance($0) <= TrackingLimits.silenceChanceMax
        }
    }

    /// When it will be said if nothing happens: the end of the day that is one too many.
    public var dueAt: Date? { daysWanted.flatMap { days.end(ofStudyDay: $0, after: lastDay) } }

    /// What there is to say at `now`.
    public func finding(at now: Date) -> AnomalyFinding? {
        guard let wanted = daysWanted, let dueAt, dueAt <= now, let last = profile.lastActivityAt else { return nil }
        let silent = days.count(in: lastDay + 1..<max(lastDay + 1, days.number(of: now)))
        // Who has been gone for long when somebody looks, as in history brought in later, is dormant and no news.
        guard silent <= TrackingLimits.silenceDaysMax else { return nil }
        let usual = Double(activeDays) / Double(studyDays) * 7
        return AnomalyFinding(
            .suddenSilence, usual >= 4 ? .high : usual >= 3 ? .moderate : .low, learner: profile.key.learner,
            anchor: "\(lastDay)",
            words: "Nothing since \(InsightWords.day(last)), \(studyDays(silent)); before, active on "
                + "\(InsightWords.number(usual)) days of 7 and never away for more than \(studyDays(longestGap)).",
            evidence: [
                AnomalyFigure("silentDays", Double(silent), unit: "study days"),
                AnomalyFigure("wantedDays", Double(wanted), unit: "study days"),
                AnomalyFigure("longestPause", Double(longestGap), unit: "study days"),
                AnomalyFigure("activeDaysAWeek", InsightWords.rounded(usual)),
                AnomalyFigure("chance", chance(silent)),
            ], firstAt: last, lastAt: now)
    }

    private func studyDays(_ count: Int) -> String { InsightWords.counted(count, "study day", "study days") }
}
