import Contracts
import Foundation

/// How a state becomes the numbers that the model reads. The service and the training command call the same
/// code.
public enum Features {
    /// The day whose end the features describe.
    ///
    /// A day that is still running counts once the learner was active in it; until then the day before is the
    /// last that can be judged. So nothing moves at midnight for those who were active, and a new day without
    /// activity counts against nobody before it is over.
    ///
    /// While a data gap lasts, the last day before it is the last that can be judged.
    public static func asOfDay(_ state: EnrollmentState, now: Date, gaps: GapDays = .none) -> EpochDay {
        let today = EpochDay(of: now)
        guard state.lastActiveDay(asOf: today) != today else { return today }
        var day = today - 1
        while gaps.isOpen, gaps.contains(day), state.lastActiveDay(asOf: day) != day { day = day - 1 }
        return day
    }

    /// All indicators of one enrollment as of the end of `day`.
    ///
    /// - Parameters:
    ///   - cohort: What the others of the course run did; without it the indicators of comparison stay
    ///   unknown.
    ///   - gaps: Days on which nobody could know what the learner did.
    /// - Complexity: linear in the active days of the enrollment; a few microseconds.
    public static func vector(
        of state: EnrollmentState, plan: CoursePlan, cohort: CohortSummary?, asOf day: EpochDay,
        gaps: GapDays = .none
    ) -> FeatureVector {
        var vector = FeatureVector()
        let window = window(of: state, plan: plan, asOf: day, gaps: gaps)
        addTime(to: &vector, state, plan, window, day)
        addFrequency(to: &vector, window)
        addVolume(to: &vector, window, plan)
        addTrend(to: &vector, window)
        addBaseline(to: &vector, window)
        addRegularity(to: &vector, window)
        addContent(to: &vector, window)
        addAssessments(to: &vector, state, plan, day, window, gaps)
        if let cohort { addPeers(to: &vector, PeerMetrics(vector), cohort) }
        return vector
    }

    static func window(
        of state: EnrollmentState, plan: CoursePlan, asOf day: EpochDay, gaps: GapDays = .none
    ) -> ActivityWindow {
        ActivityWindow(state, from: origin(of: state, plan), asOf: day, gaps: gaps)
    }

    /// The first day on which the learner could be expected to act.
    static func origin(of state: EnrollmentState, _ plan: CoursePlan) -> EpochDay {
        max(plan.startsOn, state.enrolledAt.map(EpochDay.init(of:)) ?? plan.startsOn)
    }

    private static func addTime(
        to vector: inout FeatureVector, _ state: EnrollmentState, _ plan: CoursePlan,
        _ window: ActivityWindow,
        _ day: EpochDay
    ) {
        vector[.courseDay] = Double(day - plan.startsOn)
        vector[.courseElapsed] = Double(day - plan.startsOn + 1) / Double(plan.length)
        vector[.tenure] = Double(window.tenure)
        if let enrolledAt = state.enrolledAt {
            vector[.enrolledAhead] = Double(plan.startsOn - EpochDay(of: enrolledAt))
        }
        if let newest = window.ages.last { vector[.daysSinceActivity] = Double(newest) }
        if let oldest = window.ages.first { vector[.daysSinceFirstActivity] = Double(oldest) }
    }

    private static func addFrequency(to vector: inout FeatureVector, _ window: ActivityWindow) {
        let spans: [(Int, Indicator, Indicator)] = [
            (3, .activeDays3, .intensity3), (7, .activeDays7, .intensity7),
            (14, .activeDays14, .intensity14), (28, .activeDays28, .intensity28),
        ]
        for (length, days, intensity) in spans {
            vector[days] = Double(window.activeDays(last: length))
            vector[intensity] = window.intensity(last: length)
        }
        let halfLives: [(Double, Indicator, Indicator)] = [
            (3, .steadyActions3, .steadyDays3), (7, .steadyActions7, .steadyDays7),
            (14, .steadyActions14, .steadyDays14), (28, .steadyActions28, .steadyDays28),
        ]
        for (halfLife, actions, days) in halfLives {
            (vector[actions], vector[days]) = window.steady(halfLife: halfLife)
        }
    }

    private static func addVolume(
        to vector: inout FeatureVector, _ window: ActivityWindow, _ plan: CoursePlan
    ) {
        let sinceStart = window.span(from: plan.startsOn)
        var total = 0
        var before = (days: 0, logs: 0.0)
        var since = (days: 0, logs: 0.0)
        for (index, age) in window.ages.enumerated() {
            total += window.days[window.days.startIndex + index].total
            if age >= sinceStart {
                before = (before.days + 1, before.logs + window.logs[index])
            } else {
                since = (since.days + 1, since.logs + window.logs[index])
            }
        }
        vector[.actionsTotal] = log1p(Double(total))
        vector[.actionsBeforeStart] = before.logs
        vector[.activeDaysBeforeStart] = Double(before.days)
        vector[.activeShareSinceStart] = Double(since.days) / Double(window.tenure)
        vector[.intensityRate] = since.logs / Double(window.tenure)
        let active = window.activeDays(last: 28)
        if active > 0 { vector[.actionsPerActiveDay] = window.intensity(last: 28) / Double(active) }
    }

    private static func addTrend(to vector: inout FeatureVector, _ window: ActivityWindow) {
        vector[.weekChange] = Double(window.activeDays(last: 7) - window.activeDays(last: 7, skipping: 7))
        vector[.weekIntensityChange] = window.intensity(last: 7) - window.intensity(last: 7, skipping: 7)
        vector[.fortnightChange] =
            Double(window.activeDays(last: 14) - window.activeDays(last: 14, skipping: 14))
        vector[.shortMinusLong] = vector[.steadyDays3] - vector[.steadyDays28]
        let weeks = window.weeks(limit: 6)
        if weeks.count >= 4 { vector[.slope4] = slope(Array(weeks[0..<4])) }
        if weeks.count >= 6 { vector[.slope6] = slope(weeks) }
    }

    /// Least-squares slope a week, of values given newest first.
    static func slope(_ newestFirst: [Double]) -> Double {
        let middle = Double(newestFirst.count - 1) / 2
        var above = 0.0
        var below = 0.0
        for (index, value) in newestFirst.enumerated() {
            let time = middle - Double(index)
            above += time * value
            below += time * time
        }
        return below > 0 ? above / below : 0
    }
}
