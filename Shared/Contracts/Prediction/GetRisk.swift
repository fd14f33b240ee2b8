import Foundation

/// The newest prediction of one learner in each of their runs, with every reason.
public enum GetRisk {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID
        /// `nil` for all runs.
        public var courseRun: CourseRunID?

        public init(learner: LearnerID, courseRun: CourseRunID? = nil) {
            self.learner = learner
            self.courseRun = courseRun
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var risks: [RiskPrediction]

        public init(risks: [RiskPrediction]) {
            self.risks = risks
        }
    }
}

/// Learners most at risk first.
public enum ListAtRisk {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID?
        /// Only this band; `nil` for all that have a score.
        public var band: RiskBand?
        /// Only bands at or above this one.
        public var bandAtLeast: RiskBand?
        public var page: PageRequest

        public init(
            courseRun: CourseRunID? = nil, band: RiskBand? = nil, bandAtLeast: RiskBand? = nil,
            page: PageRequest = PageRequest()
        ) {
            self.courseRun = courseRun
            self.band = band
            self.bandAtLeast = bandAtLeast
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// By score, highest first, then learner.
        public var risks: [RiskPrediction]
        public var nextPageToken: String
        /// How many match, over all pages.
        public var total: Int

        public init(risks: [RiskPrediction], nextPageToken: String, total: Int) {
            self.risks = risks
            self.nextPageToken = nextPageToken
            self.total = total
        }
    }
}
