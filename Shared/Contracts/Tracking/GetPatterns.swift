import Foundation

/// How one learner studies, in one course run or in all of theirs.
public enum GetPatterns {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID
        /// `nil` for all runs of the learner, at most 20, the newest enrollment first.
        public var courseRun: CourseRunID?

        public init(learner: LearnerID, courseRun: CourseRunID? = nil) {
            self.learner = learner
            self.courseRun = courseRun
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var patterns: [StudyPattern]

        public init(patterns: [StudyPattern]) {
            self.patterns = patterns
        }
    }
}
