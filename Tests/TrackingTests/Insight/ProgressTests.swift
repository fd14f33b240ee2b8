import Contracts
import EventLog
import Foundation
import Testing

@testable import Tracking

/// Progress out of the log, on real PostgreSQL: the plan as it is now, held against what learners did.
@Suite struct ProgressTests {
    private let run = CourseRunID(checked: "run")
    private func at(_ day: Double) -> Date { TrackingStack.start.addingTimeInterval(day * 86_400) }
    private func activity(_ id: String) -> ActivityID { ActivityID(checked: id) }

    /// Ten readings a week apart, a quiz that wants the first two, an optional video.
    private func plan(dueEvery days: Double = 7) -> CourseRunDefinition {
        CourseRunDefinition(
            id: run, title: "Statistics", startsAt: at(0), endsAt: at(100),
            assessments: [PlannedAssessment(id: activity("essay"), title: "Essay", dueAt: at(80), weight: 60)],
            modules: [CourseModule(id: ModuleID(checked: "m1"), title: "Week one")],
            activities: (1...10).map { number in
                PlannedActivity(
                    id: activity("reading-\(number)"), title: "Reading \(number)",
                    module: number <= 2 ? ModuleID(checked: "m1") : nil, dueAt: at(days * Double(number)),
                    skills: [SkillID(checked: number <= 5 ? "averages" : "spread")])
            } + [
                PlannedActivity(
                    id: activity("quiz"), title: "Quiz", kind: .quiz, dueAt: at(60),
                    prerequisites: [activity("reading-1"), activity("reading-3")]),
                PlannedActivity(id: activity("film"), title: "Film", kind: .video, isOptional: true),
            ])
    }

    private func stack(_ drafts: [EventDraft], now: Double, plan: CourseRunDefinition? = nil) async throws
        -> TrackingStack
    {
        let stack = try await TrackingStack.make().withInsight()
        stack.clock.set(now: at(now), rate: 0)
        if let plan { _ = try await stack.call(TrackingRPC.setCourseRun, .init(courseRun: plan)) }
        for start in stride(from: 0, to: drafts.count, by: 500) {
            try await stack.record(Array(drafts[start..<min(drafts.count, start + 500)]))
        }
        try await stack.project()
        return stack
    }

    private func progress(_ stack: TrackingStack, _ name: String) async throws -> LearnerProgress {
        let request = GetProgress.Request(learner: try await stack.learner(name), courseRun: run)
        return try #require(try await stack.call(TrackingRPC.getProgress, request).progress.first)
    }

    @Test func `against a plan: done, behind, what is open next, skills and modules`() async throws {
        let stack = try await stack(
            [
                .study("ada", "reading-1", day: 3), .study("ada", "reading-2", day: 9),
                .study("ada", "quiz", .quiz, day: 10),
                .study("ada", "quiz", .quiz, verb: .interacted, day: 10.01),
                .study("ada", "essay", .assignment, verb: .submitted, day: 20),
                .study("ada", "essay", .assignment, verb: .marked, day: 21, result: EventResult(score: 0.8)),
                .study("ada", "film", .video, day: 21),
            ], now: 30, plan: plan())
        let ada = try await progress(stack, "ada")
        #expect(ada.basis == .plan)
        #expect(ada.required == ProgressCounts(total: 12, done: 3, attempted: 1, seen: 0, notStarted: 8))
        #expect(ada.optional.done == 1)
        #expect(ada.score == 0.8)
        #expect(ada.pace.state == .behind)
        #expect(ada.pace.expectedDone == 4)
        #expect(ada.pace.behind == 2)
        #expect(ada.pace.daysBehind == 9)
        #expect(ada.pace.peerPercentile == nil)
        #expect(ada.next == [activity("reading-3"), activity("reading-4"), activity("reading-5"),
            activity("reading-6"), activity("reading-7")])
        let quiz = try #require(ada.activities.first { $0.activity == activity("quiz") })
        #expect(quiz.state == .attempted)
        #expect(quiz.missing == [activity("reading-3")])
        #expect(ada.modules.map(\.required.done) == [2])
        #expect(ada.skills.map(\.touched) == [2, 0])
        #expect(ada.words.hasPrefix("3 of 12 activities done; 2 activities behind, the oldest due 9 days ago; "))
    }

    @Test func `a changed plan counts at once, for what was done before too`() async throws {
        let stack = try await stack(
            [.study("ada", "reading-1", day: 3), .study("ada", "extra", day: 4)], now: 30, plan: plan())
        #expect(try await progress(stack, "ada").required.done == 1)
        var changed = plan()
        changed.activities.append(PlannedActivity(id: activity("extra"), title: "Extra"))
        changed.activities.removeAll { $0.id == activity("reading-2") }
        _ = try await stack.call(TrackingRPC.setCourseRun, .init(courseRun: changed))
        let ada = try await progress(stack, "ada")
        #expect(ada.required.done == 2)
        #expect(ada.required.total == 12)
        #expect(ada.pace.behind == 2)
    }

    @Test func `where a platform reports completions, opening is not enough`() async throws {
        let stack = try await stack(
            [
                .study("ada", "reading-1", day: 1), .study("bob", "reading-1", day: 1),
                .study("bob", "reading-1", verb: .completed, day: 1.1),
            ], now: 2, plan: plan())
        #expect(try await progress(stack, "ada").activities.first?.state == .seen)
        #expect(try await progress(stack, "bob").activities.first?.state == .done)
    }

    @Test func `without a plan the others are the plan, in the order in which they begin things`() async throws {
        var drafts: [EventDraft] = []
        for learner in 0..<12 {
            for page in 0..<(learner + 1) {
                drafts.append(.study("l\(learner)", "page-\(9 - page % 10)", day: Double(page) + Double(learner) / 100))
            }
            drafts.append(.study("l\(learner)", "home", .home, day: 0))
        }
        drafts.append(.study("l0", "a link of her own", .url, day: 5))
        let stack = try await stack(drafts, now: 20)
        let first = try await progress(stack, "l0")
        #expect(first.basis == .peers)
        #expect(first.required.total == 10)
        #expect(first.activities.map(\.activity.rawValue).prefix(2) == ["page-9", "page-8"])
        #expect(first.pace.state == .behind)
        #expect(first.pace.expectedDone == 7)
        #expect(first.pace.behind == 6)
        #expect(first.pace.peerPercentile.map { $0 < 0.3 } == true)
        #expect(try await progress(stack, "l11").pace.state == .ahead)
        let course = try await stack.call(TrackingRPC.getCourseProgress, .init(courseRun: run))
        #expect(course.learners == 12)
        #expect(course.activities.first?.done == 12)
        #expect(course.activities.map(\.done) == course.activities.map(\.done).sorted(by: >))
    }

    @Test func `all learners of a run are listed in pages, each as its own page says`() async throws {
        let drafts = (0..<7).map { EventDraft.study("l\($0)", "reading-1", day: Double($0)) }
        let stack = try await stack(drafts, now: 10, plan: plan())
        var seen: [ProgressSummary] = []
        var token: String?
        repeat {
            let request = ListProgress.Request(courseRun: run, page: PageRequest(size: 3, token: token))
            let page = try await stack.call(TrackingRPC.listProgress, request)
            seen += page.learners
            token = page.nextPageToken.isEmpty ? nil : page.nextPageToken
        } while token != nil
        #expect(seen.map(\.learner) == seen.map(\.learner).sorted())
        #expect(seen.count == 7)
        let one = try #require(seen.first { $0.required.done == 1 })
        let request = GetProgress.Request(learner: one.learner)
        #expect(try await stack.call(TrackingRPC.getProgress, request).progress.map(ProgressSummary.init) == [one])
    }

    @Test func `a learner who is in no run is not found`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        let request = GetProgress.Request(learner: LearnerID(rawValue: UUID()))
        let reply = await stack.post(TrackingRPC.getProgress.path, try JSONCoding.encoder().encode(request))
        #expect(reply.code == .notFound)
    }

    @Test func `in any order and any batches, what is kept is the same to the byte`() async throws {
        var generator = SplitMix(seed: 4_711)
        let verbs: [Verb] = [.viewed, .interacted, .submitted, .marked, .completed, .launched, .posted, .enrolled]
        let kinds = ActivityKind.allCases
        let drafts = (0..<700).map { number in
            EventDraft.study(
                "learner\(generator.next() % 6)", "activity-\(generator.next() % 9)",
                kinds[Int(generator.next() % UInt64(kinds.count))],
                verb: verbs[Int(generator.next() % UInt64(verbs.count))],
                day: -Double(generator.next() % 90_000) / 1_000,
                result: generator.next() % 3 == 0
                    ? EventResult(score: Double(generator.next() % 101) / 100, count: Int(generator.next() % 40) + 1)
                    : nil, run: ["run", "other"][Int(generator.next() % 2)], id: "e\(number)")
        }
        let expected = try await models(of: [drafts], run: 10_000)
        var rest = drafts.shuffled(using: &generator)[...]
        var batches: [[EventDraft]] = []
        while !rest.isEmpty {
            let size = Int(generator.next() % 90) + 1
            batches.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(try await models(of: batches, run: 7) == expected)
        #expect(expected.count > 200)
    }

    private func models(of batches: [[EventDraft]], run: Int) async throws -> [String] {
        let stack = try await TrackingStack.make()
        for batch in batches {
            #expect(try await stack.record(batch).accepted == batch.count)
            try await stack.project(run: run)
        }
        let tables = Set(InsightProjection.tables.map(\.name))
        return try await stack.readModels().filter { row in tables.contains(String(row.prefix { $0 != " " })) }
    }
}
