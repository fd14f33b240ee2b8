import Contracts
import Foundation
import Testing

@testable import Tracking

/// Courses and runs, declared over the wire in front of a real store.
@Suite struct CourseRunDeclarationTests {
    private let full = CourseRunRulesTests.full

    @discardableResult
    private func declare(
        _ run: CourseRunDefinition, on stack: TrackingStack, revision: Int? = nil
    ) async throws -> Int {
        try await stack.call(
            TrackingRPC.setCourseRun, SetCourseRun.Request(courseRun: run, revision: revision)
        ).revision
    }

    private func get(_ id: CourseRunID, _ stack: TrackingStack) async throws -> KnownCourseRun {
        try await stack.call(TrackingRPC.getCourseRun, GetCourseRun.Request(courseRun: id))
    }

    private func message(_ work: () async throws -> Void) async throws -> String {
        do {
            try await work()
            return "nothing was refused"
        } catch let refused as TrackingStack.Refused {
            return refused.message
        }
    }

    @Test func `a course run is declared, changed and said only when it changed`() async throws {
        let stack = try await TrackingStack.make()
        var run = full
        var revisions: [Int] = []
        for title in ["Statistics", "Statistics", "Statistics II"] {
            run.title = title
            revisions.append(try await declare(run, on: stack))
        }
        #expect(revisions == [1, 1, 2])
        let known = try await get(run.id, stack)
        #expect(known.definition == run)
        #expect(known == KnownCourseRun(
            definition: run, isInferred: false, revision: 2, moduleCount: 2, activityCount: 3))
        #expect(try await stack.said(CourseRunDefined.self).map(\.courseRun.title) == ["Statistics", "Statistics II"])
        #expect(try await stack.said(CourseRunDefined.self).last?.courseRun == run)
        let others = try await stack.call(
            TrackingRPC.listCourseRuns, ListCourseRuns.Request(), tenant: "other")
        #expect(others.courseRuns.isEmpty)
    }

    @Test func `what is left out of a declaration takes its standard value`() async throws {
        let stack = try await TrackingStack.make()
        let body = #"""
            {"courseRun":{"id":"r","title":"R","startsAt":"2026-09-01T00:00:00Z","endsAt":"2026-12-01T00:00:00Z",
            "timeZone":"UTC","activities":[{"id":"a","title":"A"}],"breaks":null}}
            """#
        let reply = await stack.post(TrackingRPC.setCourseRun.path, Data(body.utf8))
        #expect(reply.status == 200)
        let run = try await get(CourseRunID(checked: "r"), stack).definition
        #expect(run.activities == [PlannedActivity(id: ActivityID(checked: "a"), title: "A")])
        #expect(run.breaks.isEmpty && run.studyWeekdays.isEmpty)
    }

    @Test func `a change that is based on another revision is refused`() async throws {
        let stack = try await TrackingStack.make()
        var run = full
        #expect(try await declare(run, on: stack, revision: 0) == 1)
        let exists = try await message { try await declare(run, on: stack, revision: 0) }
        #expect(exists.contains("failed_precondition") && exists.contains("the one that is there, 1, got 0"))
        run.title = "Mine"
        #expect(try await declare(run, on: stack, revision: 1) == 2)
        run.title = "Theirs"
        let stale = try await message { try await declare(run, on: stack, revision: 1) }
        #expect(stale.contains("the one that is there, 2, got 1"), "\(stale)")
        #expect(try await get(run.id, stack).definition.title == "Mine")
        run.id = CourseRunID(checked: "new")
        let absent = try await message { try await declare(run, on: stack, revision: 3) }
        #expect(absent.contains("the one that is there, 0, got 3"), "\(absent)")
    }

    @Test func `of many who declare the same run for the first time at once one wins`() async throws {
        let stack = try await TrackingStack.make(poolSize: 8)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<8 {
                var run = full
                run.title = "Version \(number)"
                let body = try JSONCoding.encoder().encode(SetCourseRun.Request(courseRun: run, revision: 0))
                group.addTask { await stack.post(TrackingRPC.setCourseRun.path, body).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [200] + Array(repeating: 400, count: 7))
        #expect(try await stack.said(CourseRunDefined.self).count == 1)
    }

    @Test func `a run of 2,000 activities is declared in pages and read in pages`() async throws {
        let stack = try await TrackingStack.make()
        var run = full
        (run.activities, run.assessments) = ([], [])
        try await declare(run, on: stack)
        var revision = 1
        for page in 0..<4 {
            let names = (0..<500).map { String(format: "a%04d", page * 500 + $0) }
            let answer = try await stack.call(
                TrackingRPC.setActivities,
                SetActivities.Request(
                    courseRun: run.id, activities: names.map { CourseRunRulesTests.activity($0, module: "week-1") },
                    revision: revision))
            revision = answer.revision
            #expect(answer.activityCount == (page + 1) * 500)
        }
        #expect(revision == 5)
        var ids: [String] = []
        var token: String?
        repeat {
            let page = try await stack.call(
                TrackingRPC.listActivities,
                ListActivities.Request(courseRun: run.id, page: PageRequest(size: 300, token: token)))
            ids += page.activities.map(\.plan.id.rawValue)
            token = page.nextPageToken.isEmpty ? nil : page.nextPageToken
        } while token != nil
        #expect(ids == (0..<2_000).map { String(format: "a%04d", $0) })
        let full = try await message {
            _ = try await stack.call(
                TrackingRPC.setActivities,
                SetActivities.Request(courseRun: run.id, activities: [CourseRunRulesTests.activity("one more")]))
        }
        #expect(full.contains("courseRun.activities: expected at most 2,000, got 2,001"))
    }

    @Test func `a page changes, adds and removes what it names and leaves the rest in its place`() async throws {
        let stack = try await TrackingStack.make()
        try await declare(full, on: stack)
        var video = full.activities[1]
        video.title = "A longer film"
        let request = SetActivities.Request(
            courseRun: full.id, modules: [CourseModule(id: ModuleID(checked: "week-3"), title: "Week 3")],
            activities: [video, CourseRunRulesTests.activity("essay", module: "week-3", after: ["video"])],
            removed: [ActivityID(checked: "quiz")])
        let first = try await stack.call(TrackingRPC.setActivities, request)
        #expect(first == SetActivities.Response(revision: 2, activityCount: 3))
        #expect(try await stack.call(TrackingRPC.setActivities, request) == first)
        let run = try await get(full.id, stack).definition
        #expect(run.activities.map(\.title) == ["intro", "A longer film", "essay"])
        #expect(run.modules.map(\.id.rawValue) == ["week-1", "week-2", "week-3"])
        #expect(run.breaks == full.breaks && run.assessments == full.assessments)
        let needed = try await message {
            _ = try await stack.call(
                TrackingRPC.setActivities,
                SetActivities.Request(courseRun: full.id, removed: [ActivityID(checked: "intro")]))
        }
        #expect(needed.contains("expected the id of an activity of the run, got \\\"intro\\\""), "\(needed)")
        let twice = try await message {
            _ = try await stack.call(
                TrackingRPC.setActivities,
                SetActivities.Request(courseRun: full.id, activities: [video], removed: [video.id]))
        }
        #expect(twice.contains("removed[0]: expected an id of its own"), "\(twice)")
        let unknown = try await message {
            _ = try await stack.call(
                TrackingRPC.setActivities, SetActivities.Request(courseRun: CourseRunID(checked: "nowhere")))
        }
        #expect(unknown.contains("course run nowhere is not declared here"), "\(unknown)")
    }

    @Test func `a calendar changes days and breaks and nothing else`() async throws {
        let stack = try await TrackingStack.make()
        try await declare(full, on: stack)
        let ends = full.endsAt.addingTimeInterval(7 * 86_400)
        let change = SetCourseCalendar.Request(
            courseRun: full.id, endsAt: ends, studyWeekdays: [6, 7], breaks: [full.breaks[1]], revision: 1)
        #expect(try await stack.call(TrackingRPC.setCourseCalendar, change).revision == 2)
        var expected = full
        (expected.endsAt, expected.studyWeekdays, expected.breaks) = (ends, [6, 7], [full.breaks[1]])
        #expect(try await get(full.id, stack).definition == expected)
        let bad = try await message {
            _ = try await stack.call(
                TrackingRPC.setCourseCalendar, SetCourseCalendar.Request(courseRun: full.id, timeZone: "Moon"))
        }
        #expect(bad.contains("courseRun.timeZone: expected an IANA name"), "\(bad)")
    }

    @Test func `courses are declared, listed with those that runs name, and said`() async throws {
        let stack = try await TrackingStack.make()
        let course = CourseDefinition(
            id: CourseID(checked: "AAA"), title: "Reading", code: "R-1",
            skills: [KnowledgeComponent(id: SkillID(checked: "inference"), title: "Inference")])
        for revision in [0, 1] {
            let saved = try await stack.call(
                TrackingRPC.setCourse, SetCourse.Request(course: course, revision: revision))
            #expect(saved.revision == 1)
        }
        try await declare(full, on: stack)
        let list = try await stack.call(TrackingRPC.listCourses, ListCourses.Request())
        #expect(
            list.courses == [
                KnownCourse(definition: course, isInferred: false, revision: 1, courseRunCount: 0),
                KnownCourse(
                    definition: CourseDefinition(id: CourseID(checked: "BBB"), title: "BBB"), isInferred: true,
                    revision: 0, courseRunCount: 1),
            ])
        let inferred = try await stack.call(
            TrackingRPC.getCourse, GetCourse.Request(course: CourseID(checked: "BBB")))
        #expect(inferred == list.courses[1])
        #expect(try await stack.said(CourseDefined.self) == [CourseDefined(course: course)])
        let stale = try await message {
            _ = try await stack.call(TrackingRPC.setCourse, SetCourse.Request(course: course, revision: 4))
        }
        #expect(stale.contains("the one that is there, 1, got 4"))
        let unknown = try await message {
            _ = try await stack.call(
                TrackingRPC.getCourse, GetCourse.Request(course: CourseID(checked: "CCC")))
        }
        #expect(unknown.contains("course CCC is not known here"))
        let page = try await stack.call(
            TrackingRPC.listCourses, ListCourses.Request(page: PageRequest(size: 1)))
        let next = try await stack.call(
            TrackingRPC.listCourses, ListCourses.Request(page: PageRequest(size: 1, token: page.nextPageToken)))
        #expect(page.courses + next.courses == list.courses)
    }
}
