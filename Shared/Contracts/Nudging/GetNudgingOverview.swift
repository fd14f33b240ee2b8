import Foundation

/// Counts of what was decided and what came of it.
public enum GetNudgingOverview {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID?

        public init(courseRun: CourseRunID? = nil) {
            self.courseRun = courseRun
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// By outcome name; all four always there.
        public var outcomes: [String: Int]
        /// Blocked candidates by rule name.
        public var blockedBy: [String: Int]
        /// Nudges sent on each of the last 42 UTC days, oldest first.
        public var nudgesByDay: [Int]
        /// Candidates that were sent, and how many of those learners came back within the window.
        public var treated: ReturnCount
        /// Candidates in the holdout, and how many came back within the same window without a nudge.
        public var holdout: ReturnCount

        public init(
            outcomes: [String: Int], blockedBy: [String: Int], nudgesByDay: [Int], treated: ReturnCount,
            holdout: ReturnCount
        ) {
            self.outcomes = outcomes
            self.blockedBy = blockedBy
            self.nudgesByDay = nudgesByDay
            self.treated = treated
            self.holdout = holdout
        }
    }
}

public struct ReturnCount: Codable, Sendable, Equatable {
    /// Candidates whose window is over.
    public var learners: Int
    /// Of those, with learner activity inside the window.
    public var returned: Int

    public init(learners: Int, returned: Int) {
        self.learners = learners
        self.returned = returned
    }
}
