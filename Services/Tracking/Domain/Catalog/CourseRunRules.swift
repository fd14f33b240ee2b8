import Contracts
import Foundation

/// What a course run must be before others hear of it.
public enum CourseRunRules {
    /// - Throws: ``EventProblem`` that names the first field that cannot be.
    public static func check(_ run: CourseRunDefinition) throws(EventProblem) {
        try CatalogRules.checkName(run.id, field: "courseRun.id")
        try CatalogRules.checkTitle(run.title, field: "courseRun.title")
        if let course = run.course { try CatalogRules.checkName(course, field: "courseRun.course") }
        try checkDays(run)
        try checkAssessments(run.assessments)
        try checkModules(run.modules)
        try checkActivities(run)
        try checkBreaks(run.breaks)
        try checkWeekdays(run.studyWeekdays)
    }

    /// - Parameter bytes: Of the definition as JSON.
    public static func checkSize(_ bytes: Int) throws(EventProblem) {
        guard bytes <= TrackingLimits.courseRunBytesMax else {
            throw EventProblem(
                "courseRun", expected: "at most \(Words.count(TrackingLimits.courseRunBytesMax)) bytes of JSON",
                got: Words.count(bytes))
        }
    }

    private static func checkDays(_ run: CourseRunDefinition) throws(EventProblem) {
        try CatalogRules.checkTime(run.startsAt, field: "courseRun.startsAt")
        guard CatalogRules.isPlausible(run.endsAt), run.endsAt > run.startsAt else {
            throw EventProblem(
                "courseRun.endsAt", expected: "a time after \(RFC3339.string(from: run.startsAt))",
                got: RFC3339.string(from: run.endsAt))
        }
        guard run.timeZone.count <= 64, TimeZone(identifier: run.timeZone) != nil else {
            throw EventProblem(
                "courseRun.timeZone", expected: "an IANA name like Europe/London",
                got: "\"\(run.timeZone.prefix(64))\"")
        }
    }

    private static func checkAssessments(_ assessments: [PlannedAssessment]) throws(EventProblem) {
        try CatalogRules.checkCount(
            assessments, TrackingLimits.assessmentsMax, field: "courseRun.assessments")
        var seen: Set<ActivityID> = []
        for (index, assessment) in assessments.enumerated() {
            let field = "courseRun.assessments[\(index)]"
            try CatalogRules.checkName(assessment.id, field: "\(field).id")
            try CatalogRules.checkTitle(assessment.title, field: "\(field).title")
            try CatalogRules.checkTime(assessment.dueAt, field: "\(field).dueAt")
            guard (0...100).contains(assessment.weight) else {
                throw EventProblem(
                    "\(field).weight", expected: "a number from 0 to 100", got: "\(assessment.weight)")
            }
            try CatalogRules.checkNew(assessment.id, among: &seen, field: "\(field).id")
        }
    }

    private static func checkModules(_ modules: [CourseModule]) throws(EventProblem) {
        try CatalogRules.checkCount(modules, TrackingLimits.modulesMax, field: "courseRun.modules")
        var seen: Set<ModuleID> = []
        for (index, module) in modules.enumerated() {
            let field = "courseRun.modules[\(index)]"
            try CatalogRules.checkName(module.id, field: "\(field).id")
            try CatalogRules.checkTitle(module.title, field: "\(field).title")
            try CatalogRules.checkNew(module.id, among: &seen, field: "\(field).id")
        }
    }
}
