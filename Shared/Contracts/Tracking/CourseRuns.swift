import Foundation

/// Declares a course run, or changes its declaration.
public enum SetCourseRun {
    public struct Request: Codable, Sendable, Equatable {
        public var courseRun: CourseRunDefinition

        public init(courseRun: CourseRunDefinition) {
            self.courseRun = courseRun
        }
    }
}

public enum ListCourseRuns {
    public struct Response: Codable, Sendable, Equatable {
        public var courseRuns: [CourseRunDefinition]

        public init(courseRuns: [CourseRunDefinition]) {
            self.courseRuns = courseRuns
        }
    }
}
