import Contracts
import EventLog
import Foundation
import Testing

@testable import Tracking

/// Read models out of the log, on real PostgreSQL: late events land where they belong, states follow time.
@Suite struct ProjectionTests {
    private let run = CourseRunID(checked: "run")

    private func learner(_ stack: TrackingStack, _ name: String = "ada") async throws -> LearnerID {
        try #require(
            try await stack.call(
                TrackingRPC.resolveLearners,
                ResolveLearners.Request(learners: [ExternalLearnerID(checked: name)])
            ).learners.first)
    }

    private func page(_ stack: TrackingStack, _ name: String = "ada") async throws -> GetLearner.Response {
        try await stack.call(
            TrackingRPC.getLearner, GetLearner.Request(learner: try await learner(stack, name)))
    }

    @Test func `a first event enrolls, starts a session and counts the day`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([.test("a"), .test("b", day: 0.005), .test("c", run: nil, verb: .loggedIn)])
        try await stack.project()
        let ada = try await page(stack)
        let enrollment = try #require(ada.enrollments.first)
        #expect(ada.enrollments.count == 1)
        #expect(enrollment.status == .enrolled)
        #expect(enrollment.state == .onboarding)
        #expect(enrollment.enrolledAt == TrackingStack.start)
        #expect(enrollment.lastActivityAt == TrackingStack.start.addingTimeInterval(432))
        #expect(enrollment.eventCount == 2)
        #expect(enrollment.engagement > 0)
        #expect(
            ada.sessions
                == [
                    LearningSession(
                        courseRun: run, startedAt: TrackingStack.start,
                        endedAt: TrackingStack.start.addingTimeInterval(432), eventCount: 2,
                        timeOnTaskSeconds: 300),
                    LearningSession(
                        startedAt: TrackingStack.start, endedAt: TrackingStack.start, eventCount: 1,
                        timeOnTaskSeconds: 0),
                ].sorted { ($0.courseRun?.rawValue ?? "") < ($1.courseRun?.rawValue ?? "") })
        #expect(
            ada.days == [
                ActivityDay(day: UTCDay.start(of: UTCDay.number(of: TrackingStack.start)), eventCount: 3)
            ])
        #expect(
            try await stack.said(EnrollmentChanged.self) == [
                EnrollmentChanged(
                    learner: ada.learner, courseRun: run, status: .enrolled, changedAt: TrackingStack.start)
            ])
        #expect(
            try await stack.said(LearnerStateChanged.self) == [
                LearnerStateChanged(
                    learner: ada.learner, courseRun: run, to: .onboarding, changedAt: TrackingStack.start)
            ])
    }

    @Test func `out of order, in any batches, the read models are the same to the byte`() async throws {
        var generator = SplitMix(seed: 77)
        let verbs: [Verb] = [.viewed, .submitted, .posted, .viewed, .marked, .enrolled, .viewed, .unenrolled]
        let drafts = (0..<600).map { number in
            let run = ["run", "other", nil][Int(generator.next() % 3)]
            return EventDraft.test(
                "e\(number)", "learner\(generator.next() % 5)", run: run,
                verb: run == nil ? .loggedIn : verbs[Int(generator.next() % UInt64(verbs.count))],
                day: -Double(generator.next() % 100_000) / 1_000, count: Int(generator.next() % 40) + 1)
        }
        let ordered = drafts.sorted { $0.occurredAt < $1.occurredAt }
        let expected = try await readModels(of: [ordered], run: 10_000)
        var rest = drafts.shuffled(using: &generator)[...]
        var batches: [[EventDraft]] = []
        while !rest.isEmpty {
            let size = Int(generator.next() % 90) + 1
            batches.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(try await readModels(of: batches, run: 7) == expected)
        #expect(expected.count > 300)
    }

    private func readModels(of batches: [[EventDraft]], run: Int) async throws -> [String] {
        let stack = try await TrackingStack.make()
        for batch in batches {
            #expect(try await stack.record(batch).accepted == batch.count)
            try await stack.project(run: run)
        }
        try await stack.sweep()
        return try await stack.readModels()
    }

    @Test func `time makes learners slip and go dormant, activity brings them back, each said once`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let start = TrackingStack.start
        for day in [0.0, 1, 2, 3, 8] {
            stack.clock.set(now: start.addingTimeInterval(day * 86_400 + 60), rate: 0)
            try await stack.record([.test("e\(day)", day: day)])
            try await stack.project()
            try await stack.sweep()
        }
        for day in stride(from: 9.0, through: 40, by: 1) {
            stack.clock.set(now: start.addingTimeInterval(day * 86_400), rate: 0)
            try await stack.sweep()
            try await stack.project()
        }
        stack.clock.set(now: start.addingTimeInterval(41 * 86_400), rate: 0)
        try await stack.record([.test("back", day: 41)])
        try await stack.project()
        stack.clock.set(now: start.addingTimeInterval(47 * 86_400), rate: 0)
        try await stack.sweep()
        let said = try await stack.said(LearnerStateChanged.self)
        #expect(said.map(\.to) == [.onboarding, .active, .slipping, .dormant, .returned])
        #expect(said.map(\.from) == [nil, .onboarding, .active, .slipping, .dormant])
        #expect(
            said.map { $0.changedAt.timeIntervalSince(start) / 86_400 } == [0, 7, 15, 29, 41])
        #expect(said.allSatisfy { !$0.isBackfill })
        #expect(try await SweepStore(database: stack.database).countDue(at: stack.clock.now()) == 0)
    }

    @Test func `the sweep does not judge silence beyond what is projected`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([.test("a")])
        try await stack.project()
        stack.clock.set(now: TrackingStack.start.addingTimeInterval(6 * 86_400), rate: 0)
        try await stack.record([.test("b", day: 6)])
        // The second event is in the log, and not yet projected, when the clock jumps.
        stack.clock.set(now: TrackingStack.start.addingTimeInterval(10 * 86_400), rate: 0)
        try await stack.sweep()
        try await stack.project()
        try await stack.sweep()
        #expect(try await stack.said(LearnerStateChanged.self).map(\.to) == [.onboarding])
    }

    @Test func `history is marked as history in everything that follows from it`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record((0..<5).map { .test("old\($0)", day: -60 + Double($0)) })
        try await stack.record([.test("now", "bob")], backfill: true)
        try await stack.project()
        try await stack.sweep()
        #expect(try await stack.said(LearningEventRecorded.self).allSatisfy(\.isBackfill))
        #expect(try await stack.said(EnrollmentChanged.self).allSatisfy(\.isBackfill))
        #expect(try await stack.said(LearnerStateChanged.self).allSatisfy(\.isBackfill))
        #expect(try await page(stack).enrollments.map(\.state) == [.dormant])
    }

    @Test func `the platform's word on enrollments is passed on`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([.test("in", verb: .enrolled, day: -2)])
        try await stack.project()
        #expect(try await page(stack).enrollments.map(\.state) == [.neverStarted])
        try await stack.record([.test("out", verb: .unenrolled, day: -1)])
        try await stack.project()
        #expect(try await page(stack).enrollments.map(\.state) == [.withdrawn])
        #expect(try await stack.said(EnrollmentChanged.self).map(\.status) == [.enrolled, .withdrawn])
    }

    @Test func `the overview counts people, minutes, days and states`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([
            .test("a", day: -0.001), .test("b", "bob", day: -0.5), .test("c", "bob", run: "other", day: -0.5),
            .test("d", "cyd", day: -41), .test("e", "cyd", verb: .marked, day: -0.0001),
        ])
        _ = try await stack.record(json: "{\"events\":[{\"id\":\"bad\"}]}")
        try await stack.project()
        let all = try await stack.call(TrackingRPC.getTrackingOverview, GetTrackingOverview.Request())
        let counts: [Int] = [all.learners, all.activeNow, all.activeToday, all.eventsTotal, all.quarantined]
        #expect(counts == [3, 1, 2, 5, 1])
        #expect(all.eventsByMinute.count == 60)
        #expect(all.eventsByMinute.reduce(0, +) == 2)
        #expect(all.eventsByMinute.suffix(3).reduce(0, +) == 2)
        #expect(all.eventsByDay.count == 42)
        #expect(all.eventsByDay.first == 1)
        #expect(all.eventsByDay.reduce(0, +) == 5)
        #expect(all.states["onboarding"] == 3)
        #expect(all.states["dormant"] == 1)
        #expect(all.states.count == 8)
        #expect(all.now == TrackingStack.start)
        let one = try await stack.call(
            TrackingRPC.getTrackingOverview,
            GetTrackingOverview.Request(courseRun: CourseRunID(checked: "other")))
        let ofRun: [Int] = [one.learners, one.activeNow, one.activeToday, one.eventsTotal]
        #expect(ofRun == [1, 0, 1, 1])
        let nobody = try await stack.call(
            TrackingRPC.getTrackingOverview, GetTrackingOverview.Request(), tenant: "other")
        let ofOthers: [Int] = [nobody.learners, nobody.eventsTotal]
        #expect(ofOthers == [0, 0])
    }

    @Test func `minutes that no chart shows are forgotten`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([.test("a"), .test("b", day: -1)])
        try await stack.project()
        #expect(try await stack.count("activity_minute") == 1)
        let store = SweepStore(database: stack.database)
        #expect(try await store.forgetMinutes(now: TrackingStack.start) == 0)
        #expect(try await store.forgetMinutes(now: TrackingStack.start.addingTimeInterval(7_300)) == 1)
    }
}
