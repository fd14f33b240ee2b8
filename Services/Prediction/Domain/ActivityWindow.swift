import Foundation

/// One enrollment's days of activity as seen from the end of one day, with what many indicators share worked
/// out once.
///
/// `age` is the number of days before the day it is seen from: 0 for that day itself.
struct ActivityWindow {
    /// Days with activity up to the day it is seen from, oldest first.
    let days: ArraySlice<StudyDay>
    /// Ages of ``days``, same order: descending.
    let ages: [Int]
    /// `log(1 + actions)` of ``days``, same order.
    let logs: [Double]
    /// Days that the learner could have been active: from joining or the start, whichever is later, both
    /// ends counted. At least 1.
    let tenure: Int
    private let state: EnrollmentState
    private let day: EpochDay
    private let gapDays: GapDays

    /// - Parameter gaps: Days on which the learner could not be heard are left out of every count of days.
    init(_ state: EnrollmentState, from origin: EpochDay, asOf day: EpochDay, gaps: GapDays = .none) {
        let end = state.days.lastIndex { $0.day <= day }.map { $0 + 1 } ?? 0
        days = state.days[0..<end]
        ages = days.map { day - $0.day - gaps.silent(from: $0.day, through: day, in: state) }
        logs = days.map { log1p(Double($0.total)) }
        tenure = max(day - origin + 1 - gaps.silent(from: origin, through: day, in: state), 1)
        self.state = state
        self.day = day
        gapDays = gaps
    }

    /// Days from `start` up to the day it is seen from, both counted.
    func span(from start: EpochDay) -> Int {
        day - start + 1 - gapDays.silent(from: start, through: day, in: state)
    }

    /// Active days among the last `length`, leaving out the last `skipping`.
    func activeDays(last length: Int, skipping: Int = 0) -> Int {
        var count = 0
        for age in ages.reversed() {
            if age >= skipping + length { break }
            if age >= skipping { count += 1 }
        }
        return count
    }

    /// The sum of `log(1 + actions)` over the active days among the last `length`, leaving out the last
    /// `skipping`.
    func intensity(last length: Int, skipping: Int = 0) -> Double {
        var sum = 0.0
        for index in ages.indices.reversed() {
            if ages[index] >= skipping + length { break }
            if ages[index] >= skipping { sum += logs[index] }
        }
        return sum
    }

    /// Exponentially weighted means a day, of `log(1 + actions)` and of being active; the weight halves
    /// every `halfLife` days.
    func steady(halfLife: Double) -> (actions: Double, days: Double) {
        let keep = exp2(-1 / halfLife)
        var actions = 0.0
        var active = 0.0
        for index in ages.indices.reversed() {
            let weight = pow(keep, Double(ages[index]))
            if weight < 1e-6 { break }
            actions += weight * logs[index]
            active += weight
        }
        return ((1 - keep) * actions, (1 - keep) * active)
    }

    /// Active days of each week that ended on the day it is seen from, newest first; whole weeks of the
    /// tenure, at most `limit`.
    func weeks(limit: Int) -> [Double] {
        let count = min(tenure / 7, limit)
        guard count > 0 else { return [] }
        var weeks = [Double](repeating: 0, count: count)
        for age in ages.reversed() {
            guard age / 7 < count else { break }
            weeks[age / 7] += 1
        }
        return weeks
    }

    /// Days from each active day to the next, oldest first.
    var gaps: [Int] {
        zip(ages, ages.dropFirst()).map { $0 - $1 }
    }
}
