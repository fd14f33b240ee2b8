import Contracts
import Foundation

/// Activities and what comes before what.
extension CourseRunRules {
    static func checkActivities(_ run: CourseRunDefinition) throws(EventProblem) {
        try CatalogRules.checkCount(
            run.activities, TrackingLimits.activitiesMax, field: "courseRun.activities")
        let modules = Set(run.modules.map(\.id))
        var seen: Set<ActivityID> = []
        for (index, activity) in run.activities.enumerated() {
            let field = "courseRun.activities[\(index)]"
            try check(activity, modules: modules, field: field)
            try CatalogRules.checkNew(activity.id, among: &seen, field: "\(field).id")
        }
        for (index, activity) in run.activities.enumerated() {
            try checkPrerequisites(activity, known: seen, field: "courseRun.activities[\(index)].prerequisites")
        }
        if let circle = PrerequisiteGraph(run.activities).circle {
            throw EventProblem(
                "courseRun.activities", expected: "no activity to come before itself", got: words(circle))
        }
    }

    private static func check(
        _ activity: PlannedActivity, modules: Set<ModuleID>, field: String
    ) throws(EventProblem) {
        try CatalogRules.checkName(activity.id, field: "\(field).id")
        try CatalogRules.checkTitle(activity.title, field: "\(field).title")
        if let module = activity.module, !modules.contains(module) {
            throw EventProblem(
                "\(field).module", expected: "the id of one of the run's \(modules.count) modules",
                got: "\"\(module)\"")
        }
        if let dueAt = activity.dueAt { try CatalogRules.checkTime(dueAt, field: "\(field).dueAt") }
        if let minutes = activity.minutes, !(0...TrackingLimits.activityMinutesMax).contains(minutes) {
            throw EventProblem(
                "\(field).minutes",
                expected: "a number from 0 to \(Words.count(Int(TrackingLimits.activityMinutesMax)))",
                got: "\(minutes)")
        }
        try CatalogRules.checkCount(
            activity.skills, TrackingLimits.skillsPerActivityMax, field: "\(field).skills")
        for (place, skill) in activity.skills.enumerated() {
            try CatalogRules.checkName(skill, field: "\(field).skills[\(place)]")
        }
    }

    private static func checkPrerequisites(
        _ activity: PlannedActivity, known: Set<ActivityID>, field: String
    ) throws(EventProblem) {
        try CatalogRules.checkCount(
            activity.prerequisites, TrackingLimits.prerequisitesMax, field: field)
        for (place, prerequisite) in activity.prerequisites.enumerated() where !known.contains(prerequisite) {
            throw EventProblem(
                "\(field)[\(place)]", expected: "the id of an activity of the run",
                got: "\"\(JSONTape.clipped(prerequisite.rawValue))\"")
        }
    }

    /// `"a" after "b" after "a"`; the middle of a long circle is left out.
    private static func words(_ circle: [ActivityID]) -> String {
        var steps = circle.map { "\"\(JSONTape.clipped($0.rawValue))\"" }
        if steps.count > TrackingLimits.circleStepsShown {
            let cut = steps.count - TrackingLimits.circleStepsShown
            let middle = TrackingLimits.circleStepsShown / 2
            steps.replaceSubrange(middle..<middle + cut, with: ["\(Words.count(cut)) others"])
        }
        return steps.joined(separator: " after ")
    }
}
