import Contracts
import Foundation

/// What a course run must be before others hear of it.
public enum CourseRunRules {
    /// - Throws: ``EventProblem`` that names the first field that cannot be.
    public static func check(_ run: CourseRunDefinition) throws(EventProblem) {
        try checkTitle(run.title, field: "courseRun.title")
        let years = "a time from 2000 to 2199"
        guard isPlausible(run.startsAt) else {
            throw EventProblem("courseRun.startsAt", expected: years, got: RFC3339.string(from: run.startsAt))
        }
        guard isPlausible(run.endsAt), run.endsAt > run.startsAt else {
            throw EventProblem(
                "courseRun.endsAt", expected: "a time after \(RFC3339.string(from: run.startsAt))",
                got: RFC3339.string(from: run.endsAt))
        }
        guard TimeZone(identifier: run.timeZone) != nil, run.timeZone.count <= 64 else {
            throw EventProblem(
                "courseRun.timeZone", expected: "an IANA name like Europe/London",
                got: "\"\(run.timeZone.prefix(64))\"")
        }
        guard run.assessments.count <= TrackingLimits.assessmentsMax else {
            throw EventProblem(
                "courseRun.assessments", expected: "at most \(TrackingLimits.assessmentsMax)",
                got: "\(run.assessments.count)")
        }
        var seen: Set<ActivityID> = []
        for (index, assessment) in run.assessments.enumerated() {
            let field = "courseRun.assessments[\(index)]"
            try check(assessment, field: field)
            guard seen.insert(assessment.id).inserted else {
                throw EventProblem(
                    "\(field).id", expected: "an id of its own", got: "\"\(assessment.id)\" again")
            }
        }
    }

    private static func check(_ assessment: PlannedAssessment, field: String) throws(EventProblem) {
        try checkTitle(assessment.title, field: "\(field).title")
        guard isPlausible(assessment.dueAt) else {
            throw EventProblem(
                "\(field).dueAt", expected: "a time from 2000 to 2199",
                got: RFC3339.string(from: assessment.dueAt))
        }
        guard (0...100).contains(assessment.weight) else {
            throw EventProblem(
                "\(field).weight", expected: "a number from 0 to 100", got: "\(assessment.weight)")
        }
    }

    private static func checkTitle(_ title: String, field: String) throws(EventProblem) {
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

    /// 2000-01-01 to 2199-12-31.
    private static func isPlausible(_ date: Date) -> Bool {
        (946_684_800..<7_258_118_400).contains(date.timeIntervalSince1970)
    }
}
