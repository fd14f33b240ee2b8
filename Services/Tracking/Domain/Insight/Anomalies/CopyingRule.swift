import Contracts
import Foundation

/// Two learners who hand in the same things within seconds of each other, again and again.
///
/// Never all pairs: the hand-ins of each activity are sorted by time, and each is compared with the few that follow it
/// (the sorted neighbourhood of Hernández and Stolfo, SIGMOD 1995). How likely such a meeting is by chance depends on
/// how many hand in just then: with the k nearest hand-ins spread over a span, one given other learner is within a gap
/// with
///
///     p = k ÷ all hand-ins × 2 × gap ÷ span
///
/// so a rush before a deadline makes meetings cheap. The p of a pair's meetings are put together by Fisher's method
/// (the chance of a product so small), and with the number of ways to choose them and the number of pairs of the run
/// give the number of such pairs to be expected by chance.
enum CopyingRule {
    private struct Pair: Hashable {
        let one: LearnerID
        let other: LearnerID
    }

    private struct Meeting {
        let at: Date
        /// Seconds from the one to the other; negative when the other was first.
        let lag: Double
        let logChance: Double
    }

    static func findings(_ handIns: [CourseSurvey.HandIn]) -> [AnomalyFinding] {
        var meetings: [Pair: [Meeting]] = [:]
        var activities: [LearnerID: Set<ActivityID>] = [:]
        for (activity, all) in Dictionary(grouping: handIns, by: \.activity) {
            let sorted = all.sorted { ($0.at, $0.learner) < ($1.at, $1.learner) }
            for handIn in sorted { activities[handIn.learner, default: []].insert(activity) }
            guard sorted.count >= TrackingLimits.copyingHandInsMin, isFine(sorted) else { continue }
            meet(sorted, into: &meetings)
        }
        let pairs = Double(activities.count * (activities.count - 1)) / 2
        return meetings.compactMap { pair, met in
            guard met.count >= TrackingLimits.copyingTogetherMin, let mine = activities[pair.one],
                let theirs = activities[pair.other]
            else { return nil }
            return judge(pair, met, both: mine.intersection(theirs).count, pairs: pairs)
        }.sorted { $0.name.joined(separator: " ") < $1.name.joined(separator: " ") }
    }

    /// Whether the clock is fine enough: where many share an instant, seconds mean nothing.
    private static func isFine(_ sorted: [CourseSurvey.HandIn]) -> Bool {
        Double(Set(sorted.map(\.at)).count) >= 0.7 * Double(sorted.count)
    }

    private static func meet(_ sorted: [CourseSurvey.HandIn], into meetings: inout [Pair: [Meeting]]) {
        for (place, handIn) in sorted.enumerated() {
            for other in sorted[(place + 1)...].prefix(TrackingLimits.copyingNeighbours) {
                let gap = other.at.timeIntervalSince(handIn.at)
                guard gap <= TrackingLimits.copyingSeconds else { break }
                let isInOrder = handIn.learner < other.learner
                let chance = logChance(gap, at: place, in: sorted)
                let pair = isInOrder
                    ? Pair(one: handIn.learner, other: other.learner) : Pair(one: other.learner, other: handIn.learner)
                meetings[pair, default: []].append(
                    Meeting(at: other.at, lag: isInOrder ? gap : -gap, logChance: chance))
            }
        }
    }

    private static func logChance(_ gap: Double, at place: Int, in sorted: [CourseSurvey.HandIn]) -> Double {
        let reach = 10
        let low = max(0, place - reach)
        let high = min(sorted.count - 1, place + reach)
        let span = max(1, sorted[high].at.timeIntervalSince(sorted[low].at))
        let share = Double(high - low) / Double(sorted.count)
        return log(min(1, share * 2 * max(gap, 1) / span))
    }

    private static func judge(_ pair: Pair, _ met: [Meeting], both: Int, pairs: Double) -> AnomalyFinding? {
        let share = Double(met.count) / Double(max(both, met.count))
        guard share >= TrackingLimits.copyingShareMin else { return nil }
        let isOneAhead = met.allSatisfy { $0.lag > 0 }
        let isOtherAhead = met.allSatisfy { $0.lag < 0 }
        // Always the same one first: half of the chance a meeting, but for the first.
        let order = isOneAhead || isOtherAhead ? -log(2) * Double(met.count - 1) : 0
        let ways = lgamma(Double(both) + 1) - lgamma(Double(met.count) + 1) - lgamma(Double(both - met.count) + 1)
        let together = logFisher(met.reduce(0) { $0 + $1.logChance }, of: met.count)
        let expected = exp(together + order + max(0, ways) + log(pairs))
        guard expected <= TrackingLimits.copyingChanceMax, let first = met.map(\.at).min(),
            let last = met.map(\.at).max(), let gap = RobustStatistics.median(met.map { abs($0.lag) })
        else { return nil }
        let who = isOneAhead || isOtherAhead ? ", always the same one first" : ""
        return AnomalyFinding(
            .copying, expected < TrackingLimits.copyingChanceMax / 1_000 ? .high : .moderate,
            learner: isOtherAhead ? pair.one : pair.other, otherLearner: isOtherAhead ? pair.other : pair.one,
            anchor: "pair",
            words: "\(met.count) of \(both) things that both handed in came within "
                + "\(InsightWords.number(TrackingLimits.copyingSeconds)) seconds of each other, "
                + "\(InsightWords.number(gap)) on the median\(who).",
            evidence: [
                AnomalyFigure("together", Double(met.count)), AnomalyFigure("both", Double(both)),
                AnomalyFigure("medianGap", gap, unit: "seconds"), AnomalyFigure("expectedByChance", expected),
            ], firstAt: first, lastAt: last)
    }

    /// The logarithm of the chance that `count` evenly spread chances multiply to so little (Fisher, Statistical
    /// Methods for Research Workers, 1932): x · Σ over k below count of (-ln x)^k / k!.
    static func logFisher(_ logProduct: Double, of count: Int) -> Double {
        var term = 1.0
        var sum = 1.0
        for number in 1..<max(2, count) where number < count {
            term *= -logProduct / Double(number)
            sum += term
        }
        return min(0, logProduct + log(sum))
    }
}
