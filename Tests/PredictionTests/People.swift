import Contracts
import Foundation

@testable import Prediction

/// The cast: *Ada* studies steadily, *Bola* drifts away, *Chen* comes back. Invented, all of them.
enum People {
    static let ada = LearnerID(rawValue: UUID(numbered: 0xada))
    static let bola = LearnerID(rawValue: UUID(numbered: 0xb01a))
    static let chen = LearnerID(rawValue: UUID(numbered: 0xc4e2))
    static let run = CourseRunID(checked: "DS-2026J")

    /// Day 0 of the course run: Monday, 5 October 2026.
    static let start = at("2026-10-05T00:00:00Z")

    /// Twelve weeks, an essay due on day 20 and a quiz due on day 41.
    static let definition = CourseRunDefinition(
        id: run, title: "Data Science", startsAt: start, endsAt: start.addingTimeInterval(84 * 86_400),
        assessments: [
            PlannedAssessment(id: essay, title: "Essay", dueAt: day(20, hour: 23), weight: 40),
            PlannedAssessment(id: quiz, title: "Quiz", dueAt: day(41, hour: 23), weight: 60, kind: .quiz),
        ])
    static let plan = CoursePlan(definition)
    static let essay = ActivityID(checked: "essay")
    static let quiz = ActivityID(checked: "quiz")

    static func at(_ text: String) -> Date { RFC3339.date(from: text) ?? .distantPast }

    /// A moment of a day of the course.
    static func day(_ day: Int, hour: Double = 12) -> Date {
        start.addingTimeInterval((Double(day) + hour / 24) * 86_400)
    }

    static func asOf(_ day: Int) -> EpochDay { plan.startsOn + day }

    static func enrolled(
        _ learner: LearnerID = ada, on day: Int = -10, status: EnrollmentStatus = .enrolled,
        isBackfill: Bool = false
    ) -> EnrollmentChanged {
        EnrollmentChanged(
            learner: learner, courseRun: run, status: status, changedAt: Self.day(day), isBackfill: isBackfill
        )
    }

    static func event(
        _ verb: Verb = .viewed, on day: Int, hour: Double = 12, of learner: LearnerID = ada,
        activity: ActivityReference? = ActivityReference(id: ActivityID(checked: "page"), kind: .content),
        count: Int? = nil, score: Double? = nil, isBackfill: Bool = false
    ) -> LearningEventRecorded {
        LearningEventRecorded(
            source: .api, eventID: EventID(checked: "\(learner)-\(day)-\(hour)-\(verb)-\(count ?? 0)"),
            learner: learner,
            courseRun: run, verb: verb, activity: activity, result: EventResult(score: score, count: count),
            occurredAt: Self.day(day, hour: hour), receivedAt: Self.day(day, hour: hour),
            isBackfill: isBackfill)
    }

    /// A state of someone who enrolled ten days before the start and viewed content on `days`.
    static func state(activeOn days: [Int], count: Int = 1) -> EnrollmentState {
        var state = EnrollmentState()
        state.apply(enrolled())
        for day in days { state.apply(event(on: day, count: count)) }
        return state
    }
}
