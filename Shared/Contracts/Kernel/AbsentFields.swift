import Foundation

// A field that a caller may leave out, or send as null, takes its standard value. Synthesised decoding picks these
// overloads for the types below, so a plain `curl` need not spell out what it does not care about.
extension KeyedDecodingContainer {
    func decode(_ type: PageRequest.Type, forKey key: Key) throws -> PageRequest {
        try decodeIfPresent(type, forKey: key) ?? PageRequest()
    }

    func decode(_ type: ActivityKind.Type, forKey key: Key) throws -> ActivityKind {
        try decodeIfPresent(type, forKey: key) ?? .other
    }

    func decode(_ type: [PlannedAssessment].Type, forKey key: Key) throws -> [PlannedAssessment] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    func decode(_ type: [CourseModule].Type, forKey key: Key) throws -> [CourseModule] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    func decode(_ type: [PlannedActivity].Type, forKey key: Key) throws -> [PlannedActivity] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    func decode(_ type: [CalendarBreak].Type, forKey key: Key) throws -> [CalendarBreak] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    func decode(_ type: [ActivityID].Type, forKey key: Key) throws -> [ActivityID] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    func decode(_ type: [SkillID].Type, forKey key: Key) throws -> [SkillID] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    func decode(_ type: [KnowledgeComponent].Type, forKey key: Key) throws -> [KnowledgeComponent] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    func decode(_ type: [Int].Type, forKey key: Key) throws -> [Int] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    func decode(_ type: [ReasonCode].Type, forKey key: Key) throws -> [ReasonCode] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    func decode(_ type: [String: String].Type, forKey key: Key) throws -> [String: String] {
        try decodeIfPresent(type, forKey: key) ?? [:]
    }
}
