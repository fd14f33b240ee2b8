import Contracts
import Foundation

/// A change of a part of a declared run, as a function from what it was to what it is.
struct CourseRunChange: Sendable {
    let apply: @Sendable (CourseRunDefinition) -> CourseRunDefinition

    /// Activities and modules that take the place of those with their ids, or come after the others.
    init(_ page: SetActivities.Request) {
        apply = { run in
            var run = run
            run.modules = Self.merged(page.modules, into: run.modules, by: \.id)
            let removed = Set(page.removed)
            run.activities = Self.merged(
                page.activities, into: run.activities.filter { !removed.contains($0.id) }, by: \.id)
            return run
        }
    }

    /// Days and breaks.
    init(_ calendar: SetCourseCalendar.Request) {
        apply = { run in
            var run = run
            run.startsAt = calendar.startsAt ?? run.startsAt
            run.endsAt = calendar.endsAt ?? run.endsAt
            run.timeZone = calendar.timeZone ?? run.timeZone
            run.studyWeekdays = calendar.studyWeekdays ?? run.studyWeekdays
            run.breaks = calendar.breaks ?? run.breaks
            return run
        }
    }

    /// - Throws: ``EventProblem`` when the page is too large, or says two things of one activity or module.
    static func check(_ page: SetActivities.Request) throws(EventProblem) {
        try CatalogRules.checkCount(page.modules, SetActivities.pageMax, field: "modules")
        try CatalogRules.checkCount(page.activities, SetActivities.pageMax, field: "activities")
        try CatalogRules.checkCount(page.removed, SetActivities.pageMax, field: "removed")
        var modules: Set<ModuleID> = []
        for (index, module) in page.modules.enumerated() {
            try CatalogRules.checkNew(module.id, among: &modules, field: "modules[\(index)].id")
        }
        var activities: Set<ActivityID> = []
        for (index, activity) in page.activities.enumerated() {
            try CatalogRules.checkNew(activity.id, among: &activities, field: "activities[\(index)].id")
        }
        for (index, id) in page.removed.enumerated() {
            try CatalogRules.checkNew(id, among: &activities, field: "removed[\(index)]")
        }
    }

    private static func merged<Part, Name: Hashable>(
        _ changed: [Part], into parts: [Part], by id: (Part) -> Name
    ) -> [Part] {
        var parts = parts
        var places = Dictionary(
            parts.enumerated().map { (id($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
        for part in changed {
            if let place = places[id(part)] {
                parts[place] = part
            } else {
                places[id(part)] = parts.count
                parts.append(part)
            }
        }
        return parts
    }
}
