import Contracts
import Foundation

/// When somebody will have done what is left, at the pace of the last weeks.
///
///     rate   = Σ over study days d of min(done on d, cap)  ÷  study days     cap: 3 × the median day with anything
///     days   = left ÷ rate                                                  study days, not days of the calendar
///     spread = √( φ · (1 / done + 1 / left) )                               on the logarithm of `days`
///
/// The spread has both parts of not knowing: the rate comes from few activities, and the ones to come are done as
/// unevenly as those before. φ is the index of dispersion of the daily counts, at least 1 (quasi-Poisson: McCullagh
/// and Nelder, Generalized Linear Models, 1989), because people study in heaps. The interval is the middle four fifths
/// of a log-normal law.
struct PaceForecast {
    /// Required activities done, by the day of the run's calendar.
    let doneByDay: [Int: Int]
    let left: Int
    /// When the learner began: before it no day counts.
    let firstDay: Int
    let days: StudyDays
    let now: Date

    /// The 90th percentile of a standard normal: what lies between it and its mirror is four fifths.
    private static let fourFifths = 1.2816

    func completion() -> CompletionForecast {
        guard left > 0 else { return CompletionForecast(state: .completed) }
        let today = days.number(of: now)
        let window = max(firstDay, today - TrackingLimits.paceWindowDays + 1)..<today + 1
        let studyDays = days.count(in: window)
        guard studyDays >= TrackingLimits.paceStudyDaysMin else {
            return abstained(
                "only \(InsightWords.days(studyDays)) of study are known; it takes "
                    + "\(TrackingLimits.paceStudyDaysMin)")
        }
        // Work on a day off counts for the study day before it.
        let daily = capped(window.compactMap { doneByDay[$0] })
        let done = daily.reduce(0, +)
        guard done >= Double(TrackingLimits.paceDoneMin) else {
            return abstained(
                "only \(Int(done)) of the activities were done in the last \(InsightWords.days(window.count)); "
                    + "it takes \(TrackingLimits.paceDoneMin)")
        }
        return project(done: done, daily: daily, studyDays: studyDays, today: today)
    }

    private func project(done: Double, daily: [Double], studyDays: Int, today: Int) -> CompletionForecast {
        let rate = done / Double(studyDays)
        let needed = Double(left) / rate
        let spread = (dispersion(daily, over: studyDays) * (1 / done + 1 / Double(left))).squareRoot()
        let factor = exp(Self.fourFifths * spread)
        guard let at = date(needed, today) else {
            return abstained("at the present pace it would take more than three years")
        }
        return CompletionForecast(
            state: .projected, at: at, earliest: date(needed / factor, today), latest: date(needed * factor, today),
            perStudyDay: rate)
    }

    private func date(_ studyDays: Double, _ today: Int) -> Date? {
        guard studyDays <= Double(TrackingLimits.forecastDaysMax) else { return nil }
        return days.end(ofStudyDay: max(1, Int(studyDays.rounded(.up))), after: today)
    }

    private func capped(_ counts: [Int]) -> [Double] {
        let cap = max(1, TrackingLimits.paceDayCapFactor * (RobustStatistics.median(counts.map(Double.init)) ?? 1))
        return counts.map { min(Double($0), cap) }
    }

    /// Variance of the daily counts by their mean, days without anything among them.
    private func dispersion(_ daily: [Double], over studyDays: Int) -> Double {
        let mean = daily.reduce(0, +) / Double(studyDays)
        let silent = Double(max(0, studyDays - daily.count))
        let sum = daily.reduce(silent * mean * mean) { $0 + ($1 - mean) * ($1 - mean) }
        return max(1, sum / Double(max(1, studyDays - 1)) / mean)
    }

    private func abstained(_ reason: String) -> CompletionForecast {
        CompletionForecast(state: .abstained, reason: reason)
    }
}
