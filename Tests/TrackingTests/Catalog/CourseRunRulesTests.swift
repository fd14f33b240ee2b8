import Contracts
import Foundation
import Testing

@testable import Tracking

/// What a course run must be. No database: the rules are pure.
@Suite struct CourseRunRulesTests {
    static let start = TrackingStack.start

    /// A run in which everything that can be said is said.
    static var full: CourseRunDefinition {
        CourseRunDefinition(
            id: CourseRunID(checked: "BBB-2026J"), title: "Statistics", startsAt: start,
            endsAt: start.addingTimeInterval(84 * 86_400), timeZone: "Europe/London",
            assessments: [
                PlannedAssessment(
                    id: ActivityID(checked: "tma-1"), title: "First", dueAt: start.addingTimeInterval(9), weight: 25)
            ],
            course: CourseID(checked: "BBB"),
            modules: [
                CourseModule(id: ModuleID(checked: "week-1"), title: "Week 1"),
                CourseModule(id: ModuleID(checked: "week-2"), title: "Week 2"),
            ],
            activities: [
                activity("intro", module: "week-1"),
                activity("video", module: "week-1", after: ["intro"]),
                activity("quiz", module: "week-2", after: ["intro", "video"]),
            ],
            breaks: [
                CalendarBreak(
                    title: "Reading week", startsAt: start.addingTimeInterval(7 * 86_400),
                    endsAt: start.addingTimeInterval(14 * 86_400)),
                CalendarBreak(
                    title: "Holiday", startsAt: start.addingTimeInterval(14 * 86_400),
                    endsAt: start.addingTimeInterval(15 * 86_400)),
            ],
            studyWeekdays: [1, 2, 3, 4, 5])
    }

    static func activity(_ id: String, module: String? = nil, after: [String] = []) -> PlannedActivity {
        PlannedActivity(
            id: ActivityID(checked: id), title: id, module: module.map { ModuleID(checked: $0) },
            dueAt: start.addingTimeInterval(86_400), minutes: 45,
            prerequisites: after.map { ActivityID(checked: $0) }, skills: [SkillID(checked: "means")])
    }

    private func refusal(_ change: (inout CourseRunDefinition) -> Void) -> String? {
        var run = Self.full
        change(&run)
        do throws(EventProblem) {
            try CourseRunRules.check(run)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `a run in which everything is said is taken`() {
        #expect(refusal { _ in } == nil)
    }

    @Test func `its own fields are refused with what was expected and what came`() {
        #expect(
            refusal { $0.title = "" }
                == "courseRun.title: expected a text of 1 to 200 characters without control characters, got 0 characters"
        )
        #expect(
            refusal { $0.endsAt = $0.startsAt }
                == "courseRun.endsAt: expected a time after 2026-09-21T14:13:20.000000Z, "
                + "got 2026-09-21T14:13:20.000000Z")
        #expect(
            refusal { $0.timeZone = "Moon" }
                == "courseRun.timeZone: expected an IANA name like Europe/London, got \"Moon\"")
        #expect(
            refusal { $0.assessments[0].weight = 101 }
                == "courseRun.assessments[0].weight: expected a number from 0 to 100, got 101.0")
        #expect(
            refusal { $0.assessments.append($0.assessments[0]) }
                == "courseRun.assessments[1].id: expected an id of its own, got \"tma-1\" again")
        #expect(
            refusal { $0.modules.append($0.modules[1]) }
                == "courseRun.modules[2].id: expected an id of its own, got \"week-2\" again")
    }

    @Test func `an activity names modules and prerequisites that are there`() {
        #expect(
            refusal { $0.activities[1].module = ModuleID(checked: "week-9") }
                == "courseRun.activities[1].module: expected the id of one of the run's 2 modules, got \"week-9\"")
        #expect(
            refusal { $0.activities[2].prerequisites[1] = ActivityID(checked: "film") }
                == "courseRun.activities[2].prerequisites[1]: expected the id of an activity of the run, got \"film\"")
        #expect(
            refusal { $0.activities[0].minutes = -1 }
                == "courseRun.activities[0].minutes: expected a number from 0 to 10,000, got -1.0")
        #expect(
            refusal { $0.activities[0].minutes = .infinity }
                == "courseRun.activities[0].minutes: expected a number from 0 to 10,000, got inf")
        #expect(
            refusal { $0.activities[2].id = ActivityID(checked: "intro") }
                == "courseRun.activities[2].id: expected an id of its own, got \"intro\" again")
    }

    @Test func `a circle of prerequisites is refused and named`() {
        #expect(
            refusal { $0.activities[0].prerequisites = [ActivityID(checked: "quiz")] }
                == "courseRun.activities: expected no activity to come before itself, "
                + "got \"intro\" after \"quiz\" after \"intro\"")
        #expect(
            refusal { $0.activities[1].prerequisites = [ActivityID(checked: "video")] }
                == "courseRun.activities: expected no activity to come before itself, got \"video\" after \"video\"")
    }

    @Test func `a chain as long as a run may be is no circle, and one that is closed is cut in the sentence`() {
        let names = (0..<TrackingLimits.activitiesMax).map { "a\($0)" }
        var chain = names.enumerated().map { place, name in
            Self.activity(name, after: place == 0 ? [] : [names[place - 1]])
        }
        #expect(PrerequisiteGraph(chain).circle == nil)
        chain[0].prerequisites = [ActivityID(checked: "a1999")]
        #expect(PrerequisiteGraph(chain).circle?.count == 2_001)
        #expect(
            refusal { $0.activities = chain }
                == "courseRun.activities: expected no activity to come before itself, "
                + "got \"a0\" after \"a1999\" after \"a1998\" after \"a1997\" after 1,993 others "
                + "after \"a3\" after \"a2\" after \"a1\" after \"a0\"")
    }

    @Test func `breaks do not overlap, and weekdays are numbers from 1 to 7`() {
        #expect(
            refusal { $0.breaks[1].startsAt = Self.start.addingTimeInterval(13 * 86_400) }
                == "courseRun.breaks: expected breaks that do not overlap, got \"Holiday\" from "
                + "2026-10-04T14:13:20.000000Z, before the end of \"Reading week\" at 2026-10-05T14:13:20.000000Z")
        #expect(
            refusal { $0.breaks[0].endsAt = $0.breaks[0].startsAt }
                == "courseRun.breaks[0].endsAt: expected a time after 2026-09-28T14:13:20.000000Z, "
                + "got 2026-09-28T14:13:20.000000Z")
        #expect(
            refusal { $0.studyWeekdays = [1, 8] }
                == "courseRun.studyWeekdays[1]: expected a number from 1 for Monday to 7 for Sunday, each once, got 8")
        #expect(
            refusal { $0.studyWeekdays = [2, 2] }
                == "courseRun.studyWeekdays[1]: expected a number from 1 for Monday to 7 for Sunday, each once, "
                + "got 2 again")
    }

    @Test func `nothing may be longer than its limit`() {
        #expect(
            refusal { run in
                run.activities = (0...TrackingLimits.activitiesMax).map { Self.activity("a\($0)") }
            } == "courseRun.activities: expected at most 2,000, got 2,001")
        #expect(
            refusal { run in
                run.modules = (0...TrackingLimits.modulesMax).map {
                    CourseModule(id: ModuleID(checked: "m\($0)"), title: "M")
                }
            } == "courseRun.modules: expected at most 200, got 201")
        #expect(
            refusal { $0.breaks = Array(repeating: $0.breaks[0], count: 101) }
                == "courseRun.breaks: expected at most 100, got 101")
        #expect(throws: EventProblem("courseRun", expected: "at most 2,097,152 bytes of JSON", got: "2,097,153")) {
            try CourseRunRules.checkSize(TrackingLimits.courseRunBytesMax + 1)
        }
    }

    @Test func `a course is refused with the field`() {
        var course = CourseDefinition(
            id: CourseID(checked: "BBB"), title: "Statistics",
            skills: [KnowledgeComponent(id: SkillID(checked: "means"), title: "Means")])
        #expect(throws: Never.self) { try CourseRules.check(course) }
        course.skills.append(course.skills[0])
        #expect(throws: EventProblem("course.skills[1].id", expected: "an id of its own", got: "\"means\" again")) {
            try CourseRules.check(course)
        }
    }
}
