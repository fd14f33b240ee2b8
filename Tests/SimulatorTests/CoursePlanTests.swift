import Contracts
import Foundation
import Simulator
import Testing

/// A plan is one that could be taught.
@Suite struct CoursePlanTests {
    @Test(
        "deadlines lie inside the run and the weights add up", arguments: CourseOutline.catalogue.map(\.slug))
    func assessments(course: String) throws {
        for weeks in [2, 6, 12, 30, 52] {
            let plan = try CoursePlan(outline: .named(course), startsOn: CohortTests.startsOn, weeks: weeks)
            #expect(!plan.assessments.isEmpty)
            #expect(abs(plan.assessments.map(\.weight).reduce(0, +) - 100) < 0.1)
            #expect(plan.assessments.allSatisfy { $0.dueAt > plan.startsAt && $0.dueAt < plan.endsAt })
            #expect(plan.activitiesByWeek.count == weeks)
            let ids = (plan.commons + plan.activitiesByWeek.joined()).map(\.id) + plan.assessments.map(\.id)
            #expect(Set(ids).count == ids.count)
            #expect(ids.allSatisfy { ActivityID(rawValue: $0.rawValue) != nil })
        }
    }

    @Test func `the run begins and ends at midnight of its own zone`() throws {
        let plan = try CoursePlan(
            outline: .webProgramming, startsOn: try #require(CivilDay("2026-09-28")), weeks: 12,
            timeZone: "Europe/London")
        #expect(RFC3339.string(from: plan.startsAt) == "2026-09-27T23:00:00.000000Z")
        // British summer time has ended by then.
        #expect(RFC3339.string(from: plan.endsAt) == "2026-12-21T00:00:00.000000Z")
        #expect(plan.definition.assessments.count == plan.assessments.count)
        #expect(plan.definition.title == "Web Programming")
    }

    @Test func `days are read and written as ISO 8601 has them`() throws {
        let day = try #require(CivilDay("2026-11-23"))
        #expect(day.description == "2026-11-23")
        #expect(day.weekday == 0)
        #expect((day + 6).monday == day)
        #expect(CivilDay("1969-12-31")?.number == -1)
        for text in ["2026-02-29", "2026-1-01", "yesterday", "", "2026-11-23T00:00:00Z"] {
            #expect(CivilDay(text) == nil)
        }
    }
}
