import Foundation

/// The learners of a course run, or the runs of given learners.
public enum ListEnrollments {
    public static let learnersMax = 500

    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID?
        /// Only these, at most ``learnersMax``; `nil` for all.
        public var learners: [LearnerID]?
        public var state: LearnerState?
        public var page: PageRequest

        public init(
            courseRun: CourseRunID? = nil, learners: [LearnerID]? = nil, state: LearnerState? = nil,
            page: PageRequest = PageRequest()
        ) {
            self.courseRun = courseRun
            self.learners = learners
            self.state = state
            self.page = page
        }
    }

    public struct Response: Codable, Sendable {
        /// By run, then learner.
        public var enrollments: [Enrollment]
        public var nextPageToken: String

        public init(enrollments: [Enrollment], nextPageToken: String) {
            self.enrollments = enrollments
            self.nextPageToken = nextPageToken
        }
    }
}
