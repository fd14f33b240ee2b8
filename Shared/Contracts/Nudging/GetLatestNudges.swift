import Foundation

/// The newest nudge of each of the given learners in each of their runs.
public enum GetLatestNudges {
    public static let learnersMax = 500

    public struct Request: Codable, Sendable, Equatable {
        /// 1...``learnersMax``.
        public var learners: [LearnerID]

        public init(learners: [LearnerID]) {
            self.learners = learners
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// By learner, then run.
        public var nudges: [NudgeRecord]

        public init(nudges: [NudgeRecord]) {
            self.nudges = nudges
        }
    }
}
