import Contracts
import Foundation

/// More in seconds than a person can do. Counts in a sliding window over the newest events; no statistics, because no
/// habit makes it possible.
enum SpeedRule {
    /// - Parameter events: Sorted.
    static func finding(_ events: [RecentEvent], learner: LearnerID) -> AnomalyFinding? {
        let handIns = events.filter(\.isHandIn)
        if let window = fastest(handIns, TrackingLimits.speedHandIns, within: TrackingLimits.speedHandInSeconds) {
            return finding(window, "things handed in", TrackingLimits.speedHandIns, .high, learner)
        }
        return fastest(events, TrackingLimits.speedActivities, within: TrackingLimits.speedSeconds).map {
            finding($0, "activities opened", TrackingLimits.speedActivities, .moderate, learner)
        }
    }

    /// The first stretch with so many different activities; as long as it goes on with them.
    private static func fastest(_ events: [RecentEvent], _ wanted: Int, within seconds: Double) -> [RecentEvent]? {
        guard events.count >= wanted else { return nil }
        let span = Int64(seconds * 1_000_000)
        var first = 0
        for last in events.indices {
            while events[last].at - events[first].at > span { first += 1 }
            let window = events[first...last]
            guard window.count >= wanted, Set(window.map(\.activity)).count >= wanted,
                Set(window.map(\.at)).count >= TrackingLimits.speedInstantsMin
            else { continue }
            return Array(window)
        }
        return nil
    }

    private static func finding(
        _ window: [RecentEvent], _ what: String, _ usual: Int, _ severity: AnomalySeverity, _ learner: LearnerID
    ) -> AnomalyFinding {
        let (first, last) = (window.first?.at ?? 0, window.last?.at ?? 0)
        let seconds = Double(last - first) / 1_000_000
        let firstAt = Date(timeIntervalSince1970: Double(first) / 1_000_000)
        let count = Set(window.map(\.activity)).count
        return AnomalyFinding(
            .impossibleSpeed, severity, learner: learner, anchor: "\(what) \(UTCDay.number(of: firstAt))",
            words: "\(count) different \(what) within \(InsightWords.number(seconds)) seconds, "
                + "on \(InsightWords.day(firstAt)).",
            evidence: [
                AnomalyFigure("activities", Double(count)), AnomalyFigure("span", seconds, unit: "seconds"),
            ], firstAt: firstAt, lastAt: Date(timeIntervalSince1970: Double(last) / 1_000_000))
    }
}

/// Right answers sooner than the question can be read.
enum QuickAnswerRule {
    static func finding(_ profile: StudyProfile, newest: Date) -> AnomalyFinding? {
        guard profile.quickAnswers >= TrackingLimits.quickAnswersMin else { return nil }
        let count = Double(profile.quickAnswers)
        return AnomalyFinding(
            .answerTooFast, .of(excess: count / Double(TrackingLimits.quickAnswersMin)), learner: profile.key.learner,
            anchor: "run",
            words: "\(profile.quickAnswers) activities answered right within "
                + "\(InsightWords.number(TrackingLimits.quickAnswerSeconds)) seconds of opening them.",
            evidence: [
                AnomalyFigure("quickAnswers", count),
                AnomalyFigure("within", TrackingLimits.quickAnswerSeconds, unit: "seconds"),
            ], firstAt: newest, lastAt: newest)
    }
}

extension ActivityRecord {
    /// Answered right sooner after opening than the question can be read. An answer that comes without an opening, or
    /// in the same instant, says nothing.
    var isQuickAnswer: Bool {
        guard let openedAt, let rightAt, rightAt > openedAt else { return false }
        return rightAt.timeIntervalSince(openedAt) < TrackingLimits.quickAnswerSeconds
    }
}
