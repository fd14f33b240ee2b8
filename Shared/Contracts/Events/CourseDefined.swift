import Foundation

/// A course was declared or its declaration changed; the newest holds. Said by Tracking, keyed by the course.
public struct CourseDefined: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "CourseDefined"
    public static let version = 1

    public var course: CourseDefinition

    public init(course: CourseDefinition) {
        self.course = course
    }
}

extension CourseDefined {
    public var key: String { course.id.rawValue }
}

/// A course as designed, of which there are runs.
public struct CourseDefinition: Codable, Sendable, Equatable {
    public var id: CourseID
    /// A name to show. 1...200 characters.
    public var title: String
    /// What the institution calls it in its catalogue, e.g. `MATH-101`. 1...200 characters.
    public var code: String?
    /// What it teaches. At most 500.
    public var skills: [KnowledgeComponent]

    public init(id: CourseID, title: String, code: String? = nil, skills: [KnowledgeComponent] = []) {
        self.id = id
        self.title = title
        self.code = code
        self.skills = skills
    }
}

/// A skill with its name; activities refer to it by its id.
public struct KnowledgeComponent: Codable, Sendable, Equatable {
    public var id: SkillID
    /// 1...200 characters.
    public var title: String

    public init(id: SkillID, title: String) {
        self.id = id
        self.title = title
    }
}
