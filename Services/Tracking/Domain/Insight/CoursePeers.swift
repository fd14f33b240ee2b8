import Contracts
import Foundation

/// What a run's learners do with its activities, added up.
public struct CoursePeers: Sendable, Equatable {
    public struct Activity: Sendable, Equatable {
        public let activity: ActivityID
        public let kind: ActivityKind
        /// Learners that went at least so deep, from ``StudyDepth/viewed`` on.
        public let reached: [Int]
        /// When they began it, on average.
        public let begunAt: Date

        public init(activity: ActivityID, kind: ActivityKind, reached: [Int], begunAt: Date) {
            self.activity = activity
            self.kind = kind
            self.reached = reached
            self.begunAt = begunAt
        }

        public func learners(_ depth: StudyDepth) -> Int {
            reached.indices.contains(depth.level - 1) ? reached[depth.level - 1] : 0
        }
    }

    public let activities: [ActivityID: Activity]
    /// How many activities each learner with any activity has begun.
    public let begun: Distribution

    public init(activities: [Activity], begun: Distribution) {
        self.activities = Dictionary(activities.map { ($0.activity, $0) }, uniquingKeysWith: { first, _ in first })
        self.begun = begun
    }

    /// Learners who ever began anything.
    public var learners: Int { begun.learners }

    /// Share of the learners who went at least so deep with an activity; `nil` when they are too few.
    func share(_ activity: ActivityID, _ depth: StudyDepth) -> Double? {
        guard learners >= TrackingLimits.peersMin else { return nil }
        return Double(activities[activity]?.learners(depth) ?? 0) / Double(learners)
    }

    /// What a fair share of the learners deal with, in the order in which they begin it; places are left out.
    var common: [Activity] {
        let least = max(
            TrackingLimits.commonLearnersMin, Int((TrackingLimits.commonShare * Double(learners)).rounded(.up)))
        return activities.values.filter { !$0.kind.isPlace && $0.learners(.viewed) >= least }
            .sorted { ($1.learners(.viewed), $0.activity) < ($0.learners(.viewed), $1.activity) }
            .prefix(TrackingLimits.commonActivitiesMax)
            .sorted { ($0.begunAt, $0.activity) < ($1.begunAt, $1.activity) }
    }
}
