import Contracts
import Foundation

/// How one learner studies, out of rows of their own and what the run's learners come to together.
struct PatternReport {
    let profile: StudyProfile
    let records: [ActivityRecord]
    /// When sittings began, the newest ones, in any order.
    let sittings: [Date]
    /// IANA name; the run's zone.
    let timeZone: String
    /// How many activities each of the run's learners dealt with in depth.
    let deepOfPeers: Distribution
    /// Active days of the run's learners in the present calendar week, and how many learners have none.
    let weekOfPeers: Distribution
    let silentPeers: Int
    let now: Date

    func pattern() -> StudyPattern? {
        guard let courseRun = profile.key.courseRun else { return nil }
        let (mix, depth, week) = (mix(), depth(), week())
        let rhythm = StudyRhythm(sittings: sittings, activeDays: profile.days.keys.sorted(), timeZone: timeZone)
        return StudyPattern(
            learner: profile.key.learner, courseRun: courseRun, mix: mix, depth: depth,
            socialBreadth: socialBreadth, rhythm: rhythm, week: week,
            words: PatternWords.sentence(mix, depth, socialBreadth, rhythm, week))
    }

    private func mix() -> [MixShare] {
        var events: [ActivityKind: Int] = [:]
        for record in records { events[record.kind, default: 0] += record.eventCount }
        let total = Double(max(1, events.values.reduce(0, +)))
        return events.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { MixShare(kind: $0.key, events: $0.value, share: Double($0.value) / total) }
    }

    private func depth() -> DepthPattern {
        func count(_ depth: StudyDepth) -> Int { records.count { $0.depth == depth } }
        let steps = records.reduce(0) { $0 + $1.depth.level }
        return DepthPattern(
            viewed: count(.viewed), interacted: count(.interacted), submitted: count(.submitted),
            completed: count(.completed), index: Double(steps) / Double(max(1, records.count)),
            peerPercentile: deepOfPeers.percentile(
                of: profile.deep, silent: silentPeers + weekOfPeers.learners - deepOfPeers.learners))
    }

    private var socialBreadth: SocialBreadth {
        let social = records.filter { $0.kind == .forum || $0.kind == .live }
        if social.contains(where: { $0.kind == .forum && $0.depth >= .submitted }) { return .takesPart }
        return social.isEmpty ? .alone : .present
    }

    private func week() -> WeekComparison {
        let today = UTCDay.number(of: now)
        func figures(_ back: Int) -> (activeDays: Int, actions: Int) {
            let last = today - 7 * back
            let days = (last - 6...last).compactMap { profile.days[$0] }
            return (days.count, days.reduce(0, +))
        }
        // Only stretches that lie wholly after the learner's beginning.
        let known = profile.days.keys.min().map { (today - $0 + 1) / 7 - 1 } ?? 0
        let before = (0..<max(0, min(known, TrackingLimits.patternWeeksMax))).map { figures($0 + 1) }
        let (activeDays, actions) = figures(0)
        let peers = weekOfPeers.percentile(
            of: profile.figures(ofWeek: UTCWeek.number(of: now)).activeDays, silent: silentPeers)
        guard before.count >= TrackingLimits.patternWeeksMin else {
            return WeekComparison(
                activeDays: activeDays, actions: actions, usualActiveDays: nil, usualActions: nil, robustZ: nil,
                peerPercentile: peers)
        }
        return WeekComparison(
            activeDays: activeDays, actions: actions,
            usualActiveDays: RobustStatistics.median(before.map { Double($0.activeDays) }),
            usualActions: RobustStatistics.median(before.map { Double($0.actions) }),
            robustZ: RobustStatistics.zScore(
                log1p(Double(actions)), among: before.map { log1p(Double($0.actions)) },
                spreadMin: TrackingLimits.weeklySpreadMin),
            peerPercentile: peers)
    }
}
