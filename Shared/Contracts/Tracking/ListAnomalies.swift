import Foundation

/// What was found unusual, newest first.
public enum ListAnomalies {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID?
        /// Also those in which it is the other learner.
        public var learner: LearnerID?
        public var kind: AnomalyKind?
        /// Only open ones, or only closed ones; both when `nil`.
        public var isOpen: Bool?
        public var page: PageRequest

        public init(
            courseRun: CourseRunID? = nil, learner: LearnerID? = nil, kind: AnomalyKind? = nil,
            isOpen: Bool? = nil, page: PageRequest = PageRequest()
        ) {
            self.courseRun = courseRun
            self.learner = learner
            self.kind = kind
            self.isOpen = isOpen
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var anomalies: [Anomaly]
        /// Empty at the end.
        public var nextPageToken: String

        public init(anomalies: [Anomaly], nextPageToken: String) {
            self.anomalies = anomalies
            self.nextPageToken = nextPageToken
        }
    }
}
