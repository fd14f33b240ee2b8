import Contracts
import Foundation
import Testing

@testable import Tracking

/// Runs and activities that events name and nobody declared.
@Suite struct InferredCatalogTests {
    private let start = TrackingStack.start

    private func event(
        _ id: String, run: String?, activity: String? = nil, kind: ActivityKind? = nil, day: Double = 0,
        learner: String = "ada"
    ) -> EventDraft {
        var event = EventDraft.test(id, learner, run: run, day: day)
        event.activity = activity.map { ActivityDraft(id: ActivityID(checked: $0), kind: kind) }
        return event
    }

    private func activities(
        _ stack: TrackingStack, _ run: String, isInferred: Bool? = nil, size: Int? = nil
    ) async throws -> [KnownActivity] {
        var found: [KnownActivity] = []
        var token: String?
        repeat {
            let page = try await stack.call(
                TrackingRPC.listActivities,
                ListActivities.Request(
                    courseRun: CourseRunID(checked: run), isInferred: isInferred,
                    page: PageRequest(size: size, token: token)))
            found += page.activities
            token = page.nextPageToken.isEmpty ? nil : page.nextPageToken
        } while token != nil
        return found
    }

    @Test func `a run that only events name is listed as inferred, with when and how often it was seen`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record(
            [event("a", run: "seen", day: -2), event("b", run: "seen", day: -1, learner: "bob")]
                + [event("c", run: CourseRunRulesTests.full.id.rawValue), event("d", run: nil)])
        _ = try await stack.call(
            TrackingRPC.setCourseRun, SetCourseRun.Request(courseRun: CourseRunRulesTests.full))
        try await stack.project()
        let runs = try await stack.call(TrackingRPC.listCourseRuns, ListCourseRuns.Request()).courseRuns
        var listed = CourseRunRulesTests.full
        (listed.modules, listed.activities) = ([], [])
        let seen = KnownCourseRun(
            definition: CourseRunDefinition(
                id: CourseRunID(checked: "seen"), title: "seen", startsAt: start.addingTimeInterval(-2 * 86_400),
                endsAt: start.addingTimeInterval(-86_400)),
            isInferred: true, revision: 0, moduleCount: 0, activityCount: 0,
            seen: Sightings(
                firstAt: start.addingTimeInterval(-2 * 86_400), lastAt: start.addingTimeInterval(-86_400),
                eventCount: 2))
        let declared = KnownCourseRun(
            definition: listed, isInferred: false, revision: 1, moduleCount: 2, activityCount: 3,
            seen: Sightings(firstAt: start, lastAt: start, eventCount: 1))
        #expect(runs == [declared, seen])
        #expect(try await stack.call(
            TrackingRPC.getCourseRun, GetCourseRun.Request(courseRun: CourseRunID(checked: "seen"))) == seen)
        for (isInferred, expected) in [(true, [seen]), (false, [declared])] {
            let some = try await stack.call(
                TrackingRPC.listCourseRuns, ListCourseRuns.Request(isInferred: isInferred))
            #expect(some.courseRuns == expected)
        }
        let ofCourse = try await stack.call(
            TrackingRPC.listCourseRuns, ListCourseRuns.Request(course: CourseID(checked: "BBB")))
        #expect(ofCourse.courseRuns == [declared])
        let course = try await stack.call(
            TrackingRPC.getCourse, GetCourse.Request(course: CourseID(checked: "BBB")))
        #expect(course.seen == declared.seen)
        #expect(try await stack.call(TrackingRPC.listCourseRuns, ListCourseRuns.Request(), tenant: "other")
            .courseRuns.isEmpty)
    }

    @Test func `runs come in pages, newest first, each once`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record((0..<23).map { event("e\($0)", run: "run-\($0)", day: -Double($0 / 4)) })
        try await stack.project()
        var ids: [String] = []
        var token: String?
        repeat {
            let page = try await stack.call(
                TrackingRPC.listCourseRuns, ListCourseRuns.Request(page: PageRequest(size: 5, token: token)))
            ids += page.courseRuns.map(\.definition.id.rawValue)
            token = page.nextPageToken.isEmpty ? nil : page.nextPageToken
        } while token != nil
        let expected = (0..<23).sorted { left, right in
            left / 4 == right / 4 ? "run-\(left)" < "run-\(right)" : left / 4 < right / 4
        }
        #expect(ids == expected.map { "run-\($0)" })
    }

    @Test func `activities that nobody declared are listed beside those of the plan`() async throws {
        let stack = try await TrackingStack.make()
        let run = CourseRunRulesTests.full
        _ = try await stack.call(TrackingRPC.setCourseRun, SetCourseRun.Request(courseRun: run))
        try await stack.record([
            event("1", run: run.id.rawValue, activity: "intro", kind: .video, day: -1),
            event("2", run: run.id.rawValue, activity: "intro", kind: .video, learner: "bob"),
            event("3", run: run.id.rawValue, activity: "forum-7"),
            event("4", run: run.id.rawValue, activity: "forum-7", kind: .forum, learner: "bob"),
            event("5", run: run.id.rawValue, activity: "forum-7", kind: .home, learner: "chen"),
            event("6", run: "elsewhere", activity: "intro"),
        ])
        try await stack.project()
        let all = try await activities(stack, run.id.rawValue)
        #expect(all.map(\.plan.id.rawValue) == ["forum-7", "intro", "quiz", "tma-1", "video"])
        #expect(all.map(\.isInferred) == [true, false, false, false, false])
        #expect(all[0].plan.kind == .forum)
        #expect(all[0].seen?.eventCount == 3)
        #expect(all[1].plan == run.activities[0])
        #expect(all[1].seen == Sightings(firstAt: start.addingTimeInterval(-86_400), lastAt: start, eventCount: 2))
        #expect(all[2].seen == nil)
        #expect(all[3].plan.kind == .assignment && all[3].plan.dueAt == run.assessments[0].dueAt)
        for size in [1, 2, 3] {
            #expect(try await activities(stack, run.id.rawValue, size: size) == all)
            #expect(try await activities(stack, run.id.rawValue, isInferred: true, size: size) == [all[0]])
            #expect(
                try await activities(stack, run.id.rawValue, isInferred: false, size: size) == Array(all.dropFirst()))
        }
        let unknown = await stack.post(
            TrackingRPC.listActivities.path,
            try JSONCoding.encoder().encode(ListActivities.Request(courseRun: CourseRunID(checked: "nowhere"))))
        #expect(unknown.status == 404)
    }

    @Test func `the same events in another order and other runs leave the same rows`() async throws {
        let kinds: [ActivityKind?] = [nil, .quiz, .video, .other]
        let events = (0..<120).map { number in
            event(
                "e\(number)", run: "run-\(number % 3)", activity: number % 5 == 0 ? nil : "a\(number % 7)",
                kind: kinds[number % 4], day: -Double(number * 37 % 50), learner: "learner\(number % 11)")
        }
        func rows(_ batches: [[EventDraft]], run: Int) async throws -> [String] {
            let stack = try await TrackingStack.make()
            for batch in batches {
                try await stack.record(batch)
                try await stack.project(run: run)
            }
            return try await stack.readModels().filter { $0.hasPrefix("seen_") }
        }
        let once = try await rows([events], run: 1_000)
        let other = try await rows([Array(events.reversed().prefix(50)), Array(events.prefix(70))], run: 3)
        #expect(once == other)
        #expect(once.count > 20)
    }
}
