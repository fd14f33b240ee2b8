import Contracts
import Foundation

/// Checks that everything in the catalogue shares.
enum CatalogRules {
    /// A name passed its check of characters when it was decoded; this is the one of bytes.
    static func checkName<Name: CheckedName>(_ name: Name, field: String) throws(EventProblem) {
        _ = try Words.name(Name.self, name.rawValue, field: field)
    }

    static func checkTitle(_ title: String, field: String) throws(EventProblem) {
        guard (1...TrackingLimits.titleLengthMax).contains(title.count),
            title.utf8.count <= TrackingLimits.titleLengthMax * TrackingLimits.nameBytesPerCharacterMax,
            !title.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw EventProblem(
                field,
                expected:
                    "a text of 1 to \(TrackingLimits.titleLengthMax) characters without control characters",
                got: "\(title.count) characters")
        }
    }

    static func checkTime(_ time: Date, field: String) throws(EventProblem) {
        guard isPlausible(time) else {
            throw EventProblem(field, expected: "a time from 2000 to 2199", got: RFC3339.string(from: time))
        }
    }

    static func checkCount(_ list: [some Any], _ most: Int, field: String) throws(EventProblem) {
        guard list.count <= most else {
            throw EventProblem(field, expected: "at most \(Words.count(most))", got: Words.count(list.count))
        }
    }

    /// Refuses an id that came before.
    static func checkNew<Name: CheckedName>(
        _ id: Name, among seen: inout Set<Name>, field: String
    ) throws(EventProblem) {
        guard seen.insert(id).inserted else {
            throw EventProblem(
                field, expected: "an id of its own", got: "\"\(JSONTape.clipped(id.rawValue))\" again")
        }
    }

    /// 2000-01-01 to 2199-12-31.
    static func isPlausible(_ date: Date) -> Bool {
        (946_684_800..<7_258_118_400).contains(date.timeIntervalSince1970)
    }
}

/// What a course must be before others hear of it.
public enum CourseRules {
    /// - Throws: ``EventProblem`` that names the first field that cannot be.
    public static func check(_ course: CourseDefinition) throws(EventProblem) {
        try CatalogRules.checkName(course.id, field: "course.id")
        try CatalogRules.checkTitle(course.title, field: "course.title")
        if let code = course.code { try CatalogRules.checkTitle(code, field: "course.code") }
        try CatalogRules.checkCount(course.skills, TrackingLimits.skillsMax, field: "course.skills")
        var seen: Set<SkillID> = []
        for (index, skill) in course.skills.enumerated() {
            let field = "course.skills[\(index)]"
            try CatalogRules.checkName(skill.id, field: "\(field).id")
            try CatalogRules.checkTitle(skill.title, field: "\(field).title")
            try CatalogRules.checkNew(skill.id, among: &seen, field: "\(field).id")
        }
    }
}
