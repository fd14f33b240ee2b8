import Contracts
import Foundation
import Testing

@testable import Tracking

/// Sessions, streaks, heatmaps and a run at a glance, on real PostgreSQL.
@Suite struct StudyReadsTests {
    private let run = CourseRunID(checked: "run")
    private let start = TrackingStack.start

    private func event(
        _ id: String, _ learner: String = "ada", minute: Double, verb: Verb = .viewed, kind: ActivityKind = .content
    ) -> EventDraft {
        EventDraft(
            id: EventID(checked: id), learner: ExternalLearnerID(checked: learner), courseRun: run, verb: verb,
            activity: ActivityDraft(id: ActivityID(checked: "a"), kind: kind),
            occurredAt: start.addingTimeInterval(minute * 60))
    }

    @Test func `a session credits what was done, and a late event that lands in it is counted as if it had come in time`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let ada = try await stack.learner("ada")
        func figures() async throws -> ([Double], [StudyTime]) {
            try await stack.project()
            let answer = try await stack.call(TrackingRPC.getSessions, .init(learner: ada))
            return (answer.sessions.map(\.timeOnTaskSeconds), answer.times)
        }
        try await stack.record([event("a", minute: -90, kind: .video), event("b", minute: -82, kind: .quiz)])
        var (sessions, times) = try await figures()
        #expect(sessions == [480])
        try await stack.record([event("c", minute: -62), event("d", minute: -20)])
        (sessions, times) = try await figures()
        // 8 minutes of video and 15 of the quiz; the last event stands 42 minutes apart.
        #expect(sessions == [0, 1_380])
        try await stack.record([event("left", minute: -80, verb: Verb(checked: "suspended"), kind: .quiz)])
        (sessions, times) = try await figures()
        #expect(sessions == [0, 600])
        try await stack.record([event("between", minute: -40)])
        (sessions, times) = try await figures()
        // One session now: 8 of video, 2 of the quiz, 10 of reading twice.
        #expect(sessions == [1_800])
        #expect(times.map(\.seconds).reduce(0, +) == 1_800)
        #expect(times.filter { $0.kind == .content }.map(\.seconds) == [1_200])
        #expect(times.filter { $0.kind == .quiz }.map(\.seconds) == [120])
    }

    @Test func `time that a late event takes away to nothing leaves no row behind`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([event("a", minute: -20, kind: .forum), event("b", minute: -18)])
        try await stack.project()
        #expect(try await stack.count("study_time") == 1)
        try await stack.record([event("left", minute: -20, verb: Verb(checked: "left"))])
        try await stack.project()
        #expect(try await stack.count("study_time") == 0)
    }

    @Test func `a streak is counted in the learner's own days`() async throws {
        let stack = try await TrackingStack.make()
        let ada = try await stack.learner("ada")
        // 2026-09-21 14:13 UTC; an event each day at 23:30 in Auckland, which is before noon of the same day in UTC.
        let auckland = try #require(TimeZone(identifier: "Pacific/Auckland"))
        let today = LocalDay.number(of: start, in: auckland)
        try await stack.record(
            (1...5).map { back in
                var draft = event("e\(back)", minute: 0)
                draft.occurredAt = LocalDay.start(of: today - back + 1, in: auckland).addingTimeInterval(-1_800)
                return draft
            })
        _ = try await stack.call(
            TrackingRPC.setStudySettings, .init(learner: ada, timeZone: "Pacific/Auckland", studyWeekdays: []))
        try await stack.project()
        let streak = try await stack.call(TrackingRPC.getStreak, .init(learner: ada))
        #expect(streak.timeZone == "Pacific/Auckland")
        #expect(streak.current == 5)
        #expect(streak.isActiveToday == false)
        #expect(streak.startedOn == LocalDay.text(of: today - 5))
    }

    @Test func `a heatmap of weeks before the year 0 is empty, not the end of the service`() async throws {
        let stack = try await TrackingStack.make()
        let request = GetHeatmap.Request(
            courseRun: CourseRunID(checked: "run"), until: RFC3339.date(from: "0000-01-01T00:00:00Z"))
        let map = try await stack.call(TrackingRPC.getHeatmap, request)
        #expect(map.week.joined().allSatisfy { $0 == 0 })
    }

    @Test func `a heatmap shows when in the week, in the run's zone, of all or of one`() async throws {
        let stack = try await TrackingStack.make()
        _ = try await stack.call(
            TrackingRPC.setCourseRun,
            .init(
                courseRun: CourseRunDefinition(
                    id: run, title: "Run", startsAt: start.addingTimeInterval(-8_640_000),
                    endsAt: start.addingTimeInterval(8_640_000), timeZone: "Asia/Kathmandu")))
        try await stack.record([
            event("a", minute: -1), event("b", "bob", minute: -1), event("c", "bob", minute: -1 - 7 * 1_440),
            event("mark", "bob", minute: -1, verb: .marked),
        ])
        try await stack.project()
        let all = try await stack.call(TrackingRPC.getHeatmap, .init(courseRun: run))
        #expect(all.timeZone == "Asia/Kathmandu")
        // 14:12 UTC is 19:57 in Kathmandu, 5:45 ahead.
        let weekday = LocalDay.weekday(of: UTCDay.number(of: start)) - 1
        #expect(all.week[weekday][19] == 4)
        #expect(all.week.flatMap(\.self).reduce(0, +) == 4)
        let bob = try await stack.learner("bob")
        let one = try await stack.call(TrackingRPC.getHeatmap, .init(courseRun: run, learner: bob))
        #expect(one.week[weekday][19] == 2)
        let short = try await stack.call(
            TrackingRPC.getHeatmap, .init(courseRun: run, from: start.addingTimeInterval(-86_400)))
        #expect(short.week[weekday][19] == 3)
        await #expect(throws: TrackingStack.Refused.self) {
            _ = try await stack.call(
                TrackingRPC.getHeatmap, .init(courseRun: run, from: start, until: start.addingTimeInterval(-1)))
        }
    }

    @Test func `a run at a glance: who is where, who is active, how engaged, how long`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record(
            [event("a", minute: -10), event("b", minute: -5), event("c", "bob", minute: -3 * 1_440)]
                + [event("d", "cyd", minute: -60 * 1_440), event("e", "dee", minute: -100, verb: .enrolled)]
                + [event("f", "eve", minute: -50, verb: .unenrolled)])
        var done = event("g", "fay", minute: -30, verb: .completed)
        done.activity = nil
        try await stack.record([done])
        try await stack.project()
        let overview = try await stack.call(TrackingRPC.getCourseRunOverview, .init(courseRun: run))
        #expect(overview.learners == 6)
        #expect(overview.states["onboarding"] == 2)
        #expect(overview.states["dormant"] == 1)
        #expect(overview.states["neverStarted"] == 1)
        #expect(overview.states["withdrawn"] == 1)
        #expect(overview.states["completed"] == 1)
        #expect(overview.activeToday == 2)
        #expect(overview.activeWeek == 3)
        #expect(overview.completion == 0.2)
        #expect(overview.engagement?.count == 4)
        #expect(overview.sessionSeconds?.count == 1)
        #expect(overview.sessionSeconds?.median == 300)
        #expect(overview.eventsByDay.reduce(0, +) == 6)
        let nothing = try await stack.call(
            TrackingRPC.getCourseRunOverview, .init(courseRun: CourseRunID(checked: "none")))
        #expect(nothing.learners == 0)
        #expect(nothing.engagement == nil)
    }
}
