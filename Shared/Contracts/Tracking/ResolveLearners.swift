import Foundation

/// From the platform's names of learners to opaque ids; a name never seen gets an id.
public enum ResolveLearners {
    public static let namesMax = 1_000

    public struct Request: Codable, Sendable, Equatable {
        public var source: SourceID?
        /// 1...``namesMax``.
        public var learners: [ExternalLearnerID]

        public init(source: SourceID? = nil, learners: [ExternalLearnerID]) {
            self.source = source
            self.learners = learners
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// In the order asked.
        public var learners: [LearnerID]

        public init(learners: [LearnerID]) {
            self.learners = learners
        }
    }
}
