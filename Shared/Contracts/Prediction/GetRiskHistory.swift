import Foundation

/// How the risk of one learner in one run went, oldest first: the last score of each day and each change of band.
public enum GetRiskHistory {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID
        public var courseRun: CourseRunID
        public var since: Date?

        public init(learner: LearnerID, courseRun: CourseRunID, since: Date? = nil) {
            self.learner = learner
            self.courseRun = courseRun
            self.since = since
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// At most 1,000.
        public var points: [RiskPoint]

        public init(points: [RiskPoint]) {
            self.points = points
        }
    }
}

public struct RiskPoint: Codable, Sendable, Equatable {
    public var scoredAt: Date
    public var score: RiskScore
    public var band: RiskBand

    public init(scoredAt: Date, score: RiskScore, band: RiskBand) {
        self.scoredAt = scoredAt
        self.score = score
        self.band = band
    }
}
