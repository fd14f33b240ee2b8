import Foundation

/// How many enrollments stand in each band.
public enum GetRiskOverview {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID?

        public init(courseRun: CourseRunID? = nil) {
            self.courseRun = courseRun
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// By band name; all four always there.
        public var bands: [String: Int]
        /// By reason of abstention.
        public var abstained: [String: Int]
        /// Enrollments by score in 20 equal steps from 0 to 1.
        public var histogram: [Int]

        public init(bands: [String: Int], abstained: [String: Int], histogram: [Int]) {
            self.bands = bands
            self.abstained = abstained
            self.histogram = histogram
        }
    }
}

/// The model in use, as its card says.
public enum GetModel {
    public struct Response: Codable, Sendable, Equatable {
        public var version: String
        /// The card: data, window, metrics, baselines, features, licence.
        public var card: [String: JSONValue]

        public init(version: String, card: [String: JSONValue]) {
            self.version = version
            self.card = card
        }
    }
}
