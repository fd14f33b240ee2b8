import Foundation

/// How far one learner is, in one course run or in all of theirs.
public enum GetProgress {
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
        public var progress: [LearnerProgress]

        public init(progress: [LearnerProgress]) {
            self.progress = progress
        }
    }
}

/// How far each learner of one course run is, in short, in pages by learner.
public enum ListProgress {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID
        /// At most 100 rows a page.
        public var page: PageRequest

        public init(courseRun: CourseRunID, page: PageRequest = PageRequest()) {
            self.courseRun = courseRun
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var learners: [ProgressSummary]
        /// Empty at the end.
        public var nextPageToken: String

        public init(learners: [ProgressSummary], nextPageToken: String) {
            self.learners = learners
            self.nextPageToken = nextPageToken
        }
    }
}

/// ``LearnerProgress`` without its parts.
public struct ProgressSummary: Codable, Sendable, Equatable {
    public var learner: LearnerID
    public var courseRun: CourseRunID
    public var basis: ProgressBasis
    public var required: ProgressCounts
    public var score: Double?
    public var pace: Pace
    public var completion: CompletionForecast
    public var words: String

    public init(_ progress: LearnerProgress) {
        learner = progress.learner
        courseRun = progress.courseRun
        basis = progress.basis
        required = progress.required
        score = progress.score
        pace = progress.pace
        completion = progress.completion
        words = progress.words
    }
}

/// How far a whole course run is: of each activity, how many learners have seen, attempted and done it.
public enum GetCourseProgress {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID

        public init(courseRun: CourseRunID) {
            self.courseRun = courseRun
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var courseRun: CourseRunID
        public var basis: ProgressBasis
        /// Learners who ever did anything in the run.
        public var learners: Int
        /// In the order of the plan, or of the learners where there is none.
        public var activities: [Activity]

        public init(courseRun: CourseRunID, basis: ProgressBasis, learners: Int, activities: [Activity]) {
            self.courseRun = courseRun
            self.basis = basis
            self.learners = learners
            self.activities = activities
        }
    }

    /// Learners by how far they are with one activity; those who never opened it are in none of the three.
    public struct Activity: Codable, Sendable, Equatable {
        public var activity: ActivityID
        public var title: String
        public var kind: ActivityKind
        public var module: ModuleID?
        public var isOptional: Bool
        public var dueAt: Date?
        public var seen: Int
        public var attempted: Int
        public var done: Int

        public init(
            activity: ActivityID, title: String, kind: ActivityKind, module: ModuleID?, isOptional: Bool,
            dueAt: Date?, seen: Int, attempted: Int, done: Int
        ) {
            self.activity = activity
            self.title = title
            self.kind = kind
            self.module = module
            self.isOptional = isOptional
            self.dueAt = dueAt
            self.seen = seen
            self.attempted = attempted
            self.done = done
        }
    }
}
